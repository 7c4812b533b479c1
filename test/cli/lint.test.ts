import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { bundledNbv, type Nbv } from "./nbv.js";

let nbv: Nbv;
let scratch: string;
beforeAll(() => {
  nbv = bundledNbv();
  scratch = mkdtempSync(join(tmpdir(), "nbv-lint-"));
}, 60_000);
afterAll(() => {
  nbv.remove();
  rmSync(scratch, { recursive: true, force: true });
});

interface Report {
  readonly level: string;
  readonly notebooks: readonly { readonly findings: readonly { readonly check: string }[] }[];
}

interface Sarif {
  readonly version: string;
  readonly runs: readonly {
    readonly results: readonly {
      readonly ruleId: string;
      readonly level: string;
      readonly locations: readonly { readonly physicalLocation: { readonly region: { readonly startLine: number } } }[];
    }[];
  }[];
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(scratch, name);
  writeFileSync(path, content);
  return path;
}

function notebook(...sources: readonly string[]): string {
  const cells = sources.map((source) => ({
    cell_type: "code",
    metadata: {},
    source: source.split(/(?<=\n)/),
    outputs: [],
    execution_count: null,
  }));
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }, null, 1);
}

const GOOD = notebook("total: int = 1 + 1", "assert total == 2");
const BAD = notebook("# data\n\ntry:\n    total = load()\nexcept:\n    pass", "assert True");

const job = (validation: string) =>
  `apiVersion: mlops.mlops.dev/v1alpha1\nkind: NotebookValidationJob\nmetadata: {name: a}\nspec:\n` +
  `  notebook: {git: {url: https://h/a.git, ref: main}, path: a.ipynb, parameters: {region: eu}}\n` +
  `  validationConfig: ${validation}\n`;

describe("nbv lint", () => {
  test("says yes to a good notebook", () => {
    const path = file("good.ipynb", GOOD);
    const { status, stdout, stderr } = nbv.run(["lint", path, "--level", "production"]);
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: `${path}: passes at level production\n`,
      stderr: "",
    });
  });

  test("names file, cell and line of each finding, shows the line and says what to do", () => {
    const path = file("bad.ipynb", BAD);
    const { status, stdout } = nbv.run(["lint", path, "--level=staging"]);
    expect(status).toBe(1);
    expect(stdout.split("\n")).toEqual(
      expect.arrayContaining([
        `${path}:0:5: failure: L1: \`except\` in line 5 swallows the error and does nothing about it.`,
        "    5 | except:",
        expect.stringMatching(/^ {4}fix: \S/),
        expect.stringMatching(/:1:1: failure: A3: The assertion in line 1 can't fail: it is a constant\.$/),
        `${path}: fails at level staging`,
      ]),
    );
  });

  test("judges by the level: what fails at staging is a warning while developing", () => {
    const path = file("bad.ipynb", BAD);
    const { status, stdout } = nbv.run(["lint", path]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/:0:5: warning: L1: /);
    expect(stdout).toMatch(/: passes with warnings at level development\n$/);
  });

  test("takes level, switches, expected outputs and parameters from a job", () => {
    const path = file("region.ipynb", notebook("print(region)\n\ndef f(a):\n    pass"));
    const manifest = file(
      "job.yaml",
      job("{level: production, requireTypeHints: false, expectedOutputs: [{cell: 0, notEmpty: true}]}"),
    );
    const withJob = nbv.run(["lint", path, "--job", manifest, "-o", "json"]);
    expect(withJob.status).toBe(0);
    expect(JSON.parse(withJob.stdout)).toMatchObject({ level: "production", summary: { failures: 0, warnings: 0 } });
    const without = nbv.run(["lint", path, "--level", "production", "-o", "json"]);
    const checks = (JSON.parse(without.stdout) as Report).notebooks[0]?.findings.map(({ check }) => check);
    expect(without.status).toBe(1);
    expect(checks).toEqual(["A1", "L4", "L6"]);
    const stricter = nbv.run(["lint", path, "--job", manifest, "--level", "learning", "-o", "json"]);
    expect((JSON.parse(stricter.stdout) as Report).level).toBe("learning");
  });

  test("takes a job that names no repository, as nbv run --repo does; nothing else is forgiven", () => {
    const bare = (more: string) =>
      "apiVersion: mlops.mlops.dev/v1alpha1\nkind: NotebookValidationJob\nmetadata: {name: a}\n" +
      `spec: {notebook: {path: a.ipynb}, ${more}}\n`;
    const path = file("good.ipynb", GOOD);
    const ask = (more: string) => nbv.run(["lint", path, "--job", file("bare.yaml", bare(more))]);
    expect(ask("validationConfig: {level: staging}")).toEqual({
      status: 0,
      stdout: `${path}: passes at level staging\n`,
      stderr: "",
    });
    const { status, stderr } = ask("validationConfig: {level: strict}");
    expect(status).toBe(2);
    expect(stderr).toContain("spec.validationConfig.level");
    expect(stderr).not.toContain("notebook.git");
  });

  test("finds an expected output of a cell that is not there", () => {
    const manifest = file("missing-cell.yaml", job("{expectedOutputs: [{cell: 7, notEmpty: true}]}"));
    const { status, stdout } = nbv.run(["lint", file("good.ipynb", GOOD), "--job", manifest]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/: failure: X2: /);
  });

  test("reads stdin and several notebooks", () => {
    const { status, stdout } = nbv.run(["lint", "-", file("good.ipynb", GOOD)], { input: BAD });
    expect(status).toBe(0);
    expect(stdout).toContain("<stdin>:0:5: warning: L1: ");
    expect(stdout).toMatch(/\n2 notebooks: 0 failures, \d warnings, \d notes?\n$/);
  });

  test("reports as JSON and YAML", () => {
    const path = file("bad.ipynb", BAD);
    const json = nbv.run(["lint", path, "-o", "json", "-l", "staging"]);
    const report = JSON.parse(json.stdout);
    expect(report.notebooks[0]).toMatchObject({ file: path, cells: 2, language: "python", unparsed: [] });
    expect(report.notebooks[0].findings).toContainEqual(
      expect.objectContaining({
        check: "L1",
        severity: "failure",
        cell: 0,
        source: "except:",
        lesson: expect.objectContaining({ documentation: expect.any(String) }),
      }),
    );
    expect(parse(nbv.run(["lint", path, "-o", "yaml", "-l", "staging"]).stdout)).toEqual(report);
  });

  test("reports as SARIF, with the line of the notebook's file", () => {
    const path = file("bad.ipynb", BAD);
    const { status, stdout } = nbv.run(["lint", path, "--output", "sarif", "--level", "staging"]);
    expect(status).toBe(1);
    const { version, runs } = JSON.parse(stdout) as Sarif;
    expect(version).toBe("2.1.0");
    const result = runs[0]?.results.find(({ ruleId }) => ruleId === "L1");
    const startLine = result?.locations[0]?.physicalLocation.region.startLine ?? 0;
    expect(BAD.split("\n")[startLine - 1]).toContain('"except:\\n"');
    expect(result?.level).toBe("error");
  });

  test("goes on without a cell that Python can't parse, and says so", () => {
    const { status, stdout } = nbv.run(["lint", file("syntax.ipynb", notebook("x = (", "assert x"))]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/syntax\.ipynb:0:1: not checked, Python can't parse it: /);
  });

  test("does not judge other languages", () => {
    const text = GOOD.replace(
      '"metadata": {},\n "cells"',
      '"metadata": {"kernelspec": {"name": "ir", "language": "R"}},\n "cells"',
    );
    const { status, stdout } = nbv.run(["lint", file("r.ipynb", text)]);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(/r\.ipynb: not checked, it runs on r\n$/),
    });
  });

  test("writes nothing that moves the terminal's cursor, and colours only for terminals", () => {
    const { stdout } = nbv.run([
      "lint",
      file("escape.ipynb", notebook("try:\n    x = '\u001b[2J'\nexcept:  # \u001b[2J\n    pass")),
    ]);
    expect(stdout).toContain("except:");
    expect(stdout).not.toContain("\u001b");
  });
});

describe("bad input is one sentence and exit 2", () => {
  const cases: [string, string | Uint8Array, RegExp][] = [
    ["no-json.ipynb", "x = 1", /is not JSON \(/],
    ["binary.ipynb", new Uint8Array([0, 255, 254, 0]), /is not JSON \(/],
    ["v3.ipynb", '{"nbformat": 3, "worksheets": []}', /has nbformat 3, only 4 is supported/],
    ["no-source.ipynb", '{"nbformat": 4, "cells": [{"cell_type": "code"}]}', /has no source text in cell 0/],
    ["list.ipynb", "[]", /its JSON is not an object/],
  ];
  test.each(cases)("%s", (name, content, message) => {
    const { status, stdout, stderr } = nbv.run(["lint", file(name, content)]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  test("a directory, a pipe and a file that is not there", () => {
    const pipe = join(scratch, "pipe");
    execFileSync("mkfifo", [pipe]);
    for (const [path, what] of [
      [scratch, "is not a file"],
      [pipe, "is not a file"],
      [join(scratch, "missing.ipynb"), "is not there"],
    ] as const) {
      const { status, stderr } = nbv.run(["lint", path]);
      expect({ status, stderr }).toEqual({ status: 2, stderr: `error: Notebook ${path} ${what}.\n` });
    }
  });

  test("one of many does not hide the others", () => {
    const { status, stdout, stderr } = nbv.run(["lint", file("list.ipynb", "[]"), file("good.ipynb", GOOD)]);
    expect(status).toBe(2);
    expect(stdout).toContain("good.ipynb: passes");
    expect(stderr).toContain("list.ipynb is not a notebook");
  });

  test("stdin that is binary, an unknown level, a job that is none", () => {
    expect(nbv.run(["lint", "-"], { input: "\0" })).toMatchObject({
      status: 2,
      stderr: "error: <stdin>: is binary, not text\n",
    });
    expect(nbv.run(["lint", "-", "--level", "strict"], { input: GOOD }).status).toBe(2);
    const noJob = nbv.run(["lint", "-", "--job", file("map.yaml", "apiVersion: v1\nkind: ConfigMap\n")], {
      input: GOOD,
    });
    expect(noJob).toMatchObject({ status: 2, stderr: expect.stringContaining("holds no NotebookValidationJob") });
  });

  test("no Python", () => {
    const { status, stderr } = nbv.run(["lint", "-", "--python", "/nowhere/python3"], { input: GOOD });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: "error: the Python /nowhere/python3 is not there\n  fix: name another one with --python PATH\n",
    });
  });

  test("a Python without packages is enough", () => {
    const bin = join(scratch, "bare", "bin");
    mkdirSync(bin, { recursive: true });
    const base = execFileSync("python3", ["-c", "import sys; print(sys._base_executable)"], {
      encoding: "utf8",
    }).trim();
    symlinkSync(base, join(bin, "python3"));
    const env = { VIRTUAL_ENV: join(scratch, "bare") };
    expect(nbv.run(["lint", "-"], { input: GOOD, env })).toMatchObject({ status: 0, stderr: "" });
  });
});
