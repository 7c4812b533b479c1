import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { bundledNbv, type Nbv } from "./nbv.js";

let nbv: Nbv;
let scratch: string;
beforeAll(() => {
  nbv = bundledNbv();
  scratch = mkdtempSync(join(tmpdir(), "nbv-compare-"));
}, 60_000);
afterAll(() => {
  nbv.remove();
  rmSync(scratch, { recursive: true, force: true });
});

function file(name: string, content: unknown): string {
  const path = join(scratch, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

function notebook(name: string, text: string, tags: readonly string[] = []): string {
  const outputs = [{ output_type: "stream", name: "stdout", text }];
  const cell = { cell_type: "code", metadata: { tags }, source: "train()", outputs, execution_count: 1 };
  return file(name, { nbformat: 4, nbformat_minor: 4, metadata: {}, cells: [cell] });
}

describe("nbv compare", () => {
  test("says yes when outputs agree within the tolerance", () => {
    const [run, golden] = [notebook("a.ipynb", "loss 0.12001\n"), notebook("b.ipynb", "loss 0.12\n")];
    expect(nbv.run(["compare", run, golden])).toEqual({
      status: 0,
      stdout: "The only compared cell matches the golden notebook.\n",
      stderr: "",
    });
  });

  test("says no, and shows what differs as a diff", () => {
    const [run, golden] = [notebook("a.ipynb", "ok\nloss 0.2\n"), notebook("b.ipynb", "ok\nloss 0.1\n")];
    const { status, stdout } = nbv.run(["compare", run, golden]);
    expect(status).toBe(1);
    expect(stdout).toContain("differs Cell 0: stdout differs in line 2: expected `loss 0.1`, got `loss 0.2`\n");
    expect(stdout).toContain("     ok\n    -loss 0.1\n    +loss 0.2\n");
    expect(stdout).toMatch(/\n1 of 1 compared cell differs from the golden notebook\.\n$/);
  });

  test("takes wider tolerances, other strategies and texts that don't count", () => {
    const [run, golden] = [notebook("a.ipynb", "loss 0.2 id ab-1\n"), notebook("b.ipynb", "loss 0.1 id cd-2\n")];
    const ask = (...args: string[]) => nbv.run(["compare", run, golden, ...args]).status;
    expect(ask("--tolerance", "0.1")).toBe(1);
    expect(ask("--tolerance", "0.1", "--ignore-text", "[a-z]{2}-[0-9]")).toBe(0);
    expect(ask("--relative-tolerance", "0.5", "--ignore-text", "[a-z]{2}-[0-9]")).toBe(0);
    expect(ask("--ignore-type", "stream")).toBe(0);
    const spaced = notebook("c.ipynb", "loss  0.1 id cd-2\n");
    expect(nbv.run(["compare", spaced, golden]).status).toBe(0);
    expect(nbv.run(["compare", spaced, golden, "--strategy", "exact"]).status).toBe(1);
  });

  test("begins with the settings of a job", () => {
    const [run, golden] = [notebook("a.ipynb", "loss 0.2\n"), notebook("b.ipynb", "loss 0.1\n")];
    const job = file(
      "job.yaml",
      "apiVersion: mlops.mlops.dev/v1alpha1\nkind: NotebookValidationJob\nmetadata: {name: a}\nspec:\n" +
        "  notebook: {git: {url: https://h/a.git, ref: main}, path: a.ipynb}\n" +
        "  comparisonConfig: {floatingPointTolerance: '0.5'}\n",
    );
    expect(nbv.run(["compare", run, golden, "--job", job]).status).toBe(0);
    expect(nbv.run(["compare", run, golden, "--job", job, "--tolerance", "0.01"]).status).toBe(1);
    const bare = file("bare.yaml", readFileSync(job, "utf8").replace(/git: \{.*?\}, /, ""));
    expect(nbv.run(["compare", run, golden, "--job", bare])).toMatchObject({ status: 0, stderr: "" });
  });

  test("tells machines everything", () => {
    const [run, golden] = [notebook("a.ipynb", "x\n"), notebook("b.ipynb", "y\n")];
    const { status, stdout } = nbv.run(["compare", run, golden, "--output", "json"]);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      result: "failed",
      totalCells: 1,
      mismatchedCells: 1,
      diffs: [{ cellIndex: 0, diffType: "output_mismatch", severity: "major", expected: "y\n", actual: "x\n" }],
    });
  });

  test("shows no control characters of an output", () => {
    const [run, golden] = [notebook("a.ipynb", "x\x1b]0;title\x07\n"), notebook("b.ipynb", "y\n")];
    const { stdout } = nbv.run(["compare", run, golden, "--strategy", "exact"]);
    expect(stdout).not.toMatch(/[\x1b\x07]/);
  });

  test.each([
    ["a file that is missing", ["missing.ipynb"], "missing.ipynb is not there"],
    ["a file that is no JSON", ["text.ipynb", "hello"], "is not JSON"],
    [
      "a notebook that never ran",
      ["bare.ipynb", { nbformat: 4, nbformat_minor: 4, cells: [bare()] }],
      "has no outputs",
    ],
    ["an old notebook", ["old.ipynb", { nbformat: 3 }], "has nbformat 3, only 4 is supported"],
  ] as const)("has no answer for %s", (_what, [name, content], says) => {
    const run = notebook("a.ipynb", "x\n");
    const golden = content === undefined ? join(scratch, name) : file(name, content);
    const { status, stdout, stderr } = nbv.run(["compare", run, golden]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(says);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  test("has no answer when everything is left out, and none for settings that make no sense", () => {
    const [run, golden] = [notebook("a.ipynb", "x\n"), notebook("b.ipynb", "y\n")];
    const ask = (...args: string[]) => nbv.run(["compare", run, golden, ...args]);
    expect(ask("--ignore-cell", "0")).toMatchObject({
      status: 2,
      stdout: expect.stringContaining("Nothing was compared"),
    });
    expect(ask("--ignore-text", "(?=x)")).toMatchObject({ status: 2, stderr: expect.stringContaining("Patterns") });
    expect(ask("--tolerance", "-1").status).toBe(2);
    expect(ask("--ignore-cell", "one").status).toBe(2);
  });
});

function bare() {
  return { cell_type: "code", metadata: {}, source: "1 + 1", outputs: [], execution_count: null };
}
