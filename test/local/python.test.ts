import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { parseOperatorConfig } from "../../src/api/index.js";
import { choosePython, type PythonQuestion } from "../../src/local/python/choose-python.js";
import { findInterpreter } from "../../src/local/python/interpreter.js";
import { isSatisfied } from "../../src/local/python/is-satisfied.js";
import { planLocalEnvironment } from "../../src/local/python/local-environment.js";
import { aJob } from "./a-job.js";

const PYTHON = process.env.NBV_TEST_PYTHON ?? join(import.meta.dirname, "../../.venv/bin/python3");
const CONFIG = parseOperatorConfig();
const SPEC = aJob({}).spec;
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "nbv-py-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

describe("whether a Python has what is asked for", () => {
  test.each([
    ["", true],
    ["ipykernel", true],
    ["# only a comment\nnumpy>=1 ; python_version >= '3.0'  # why\n", true],
    ["not-there==1; python_version < '3'", true],
    ["numpy==0.1", false],
    ["no-such-package-here", false],
    ["-e .", false],
    ["numpy @ https://example.com/numpy.whl", false],
    ["--index-url https://example.com", false],
  ])("%j: %s", async (text, expected) => expect(await isSatisfied(PYTHON, [text])).toBe(expected));
});

describe("which Python runs the notebooks", () => {
  const question = (more: Partial<PythonQuestion>): PythonQuestion => ({
    environment: {},
    plan: async () => ({ root, environment: await planLocalEnvironment({ root, spec: SPEC, config: CONFIG }) }),
    onProgress: () => undefined,
    ...more,
  });

  test("the one that is named, or the active environment", async () => {
    expect(await choosePython(question({ named: PYTHON }))).toMatchObject({ reason: "named by --python" });
    const environment = { VIRTUAL_ENV: dirname(dirname(PYTHON)) };
    expect(await choosePython(question({ environment }))).toMatchObject({ reason: "the active virtual environment" });
  });

  test("the one on the PATH where the repository can't be read: the run says why", async () => {
    expect(await choosePython(question({ plan: async () => undefined }))).toMatchObject({
      reason: expect.stringContaining("can't be read"),
    });
  });

  test("one that is missing, no Python, or too old, is told as such", async () => {
    await expect(findInterpreter(join(root, "none"))).rejects.toThrow(/is not there/);
    write({ old: "#!/bin/sh\necho /old/python; echo 3.6.15\n", broken: "#!/bin/sh\nexit 1\n" });
    chmodSync(join(root, "old"), 0o755);
    chmodSync(join(root, "broken"), 0o755);
    await expect(findInterpreter(join(root, "old"))).rejects.toThrow(/Python 3.6.15; 3.9 or newer is needed/);
    await expect(findInterpreter(join(root, "broken"))).rejects.toThrow(/can't be run/);
  });

  test("packages that can't be installed: pip's own words, and no half-made environment", async () => {
    write({ "requirements.txt": "no-such-package-here==1.0\n", "pip.conf": "[global]\nno-index = true\n" });
    const before = process.env.PIP_CONFIG_FILE;
    process.env.PIP_CONFIG_FILE = join(root, "pip.conf");
    try {
      const environment = { XDG_CACHE_HOME: join(root, "cache") };
      await expect(choosePython(question({ environment }))).rejects.toThrow(
        /requirements.txt could not be installed[\s\S]*no-such-package-here/,
      );
      expect(readdirSync(join(root, "cache/nbv/venvs"))).toEqual([]);
    } finally {
      if (before === undefined) delete process.env.PIP_CONFIG_FILE;
      else process.env.PIP_CONFIG_FILE = before;
    }
    expect(existsSync(join(root, "cache"))).toBe(true);
  }, 120_000);
});
