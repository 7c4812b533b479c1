import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { parseOperatorConfig } from "../../src/api/index.js";
import { choosePython, planLocalEnvironment } from "../../src/local/index.js";
import { aJob } from "./a-job.js";

const PYTHON = process.env["NBV_TEST_PYTHON"] ?? join(import.meta.dirname, "../../.venv/bin/python3");
/** Writes a wheel with one module: argument 1 is its path, 2 the distribution's name. */
const WHEEL = `
import sys, zipfile
path, name = sys.argv[1:]
info = f"{name}-1.0.dist-info"
with zipfile.ZipFile(path, "w") as wheel:
    wheel.writestr(f"{name}/__init__.py", "")
    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{info}/RECORD", "")
`;

let root: string;
let before: string | undefined;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "nbv-venv-"));
  before = process.env["PIP_CONFIG_FILE"];
  writeFileSync(join(root, "pip.conf"), "[global]\nno-index = true\n");
  process.env["PIP_CONFIG_FILE"] = join(root, "pip.conf");
});
afterEach(() => {
  if (before === undefined) delete process.env["PIP_CONFIG_FILE"];
  else process.env["PIP_CONFIG_FILE"] = before;
  rmSync(root, { recursive: true, force: true });
});

test("an environment is made from copies of the repository's files, is used again, and leaves the repository alone", async () => {
  const repository = join(root, "repository");
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), text);
  };
  write("team/requirements.txt", "-r ../shared/base.txt\n./wheels/nbv_sample-1.0-py3-none-any.whl\n");
  write("shared/base.txt", "./wheels/ipykernel-1.0-py3-none-any.whl\n");
  write("team/nb.ipynb", "{}");
  mkdirSync(join(repository, "wheels"));
  for (const name of ["nbv_sample", "ipykernel"]) {
    execFileSync(PYTHON, ["-c", WHEEL, join(repository, `wheels/${name}-1.0-py3-none-any.whl`), name]);
  }
  const tree = () => readdirSync(repository, { recursive: true }).sort();
  const files = tree();

  const job = aJob({ buildConfig: { enabled: true, failOnConflict: true } }, {}, "team/nb.ipynb");
  const lines: string[] = [];
  const choose = () =>
    choosePython({
      environment: { XDG_CACHE_HOME: join(root, "cache") },
      plan: async () => ({
        root: repository,
        environment: await planLocalEnvironment({ root: repository, spec: job.spec, config: parseOperatorConfig() }),
      }),
      onProgress: (line) => void lines.push(line),
    });
  const made = await choose();
  expect(made).toMatchObject({ isMade: true, reason: "made from team/requirements.txt (beside the notebook)" });
  const where = execFileSync(made.path, ["-c", "import nbv_sample, ipykernel; print(nbv_sample.__file__)"]).toString();
  expect(where.startsWith(dirname(dirname(made.path)))).toBe(true);
  // failOnConflict asks pip, as the build would.
  expect(lines).toContain("No broken requirements found.");
  const own = join(dirname(dirname(made.path)), "nbv-source");
  expect(readFileSync(join(own, "shared/base.txt"), "utf8")).toBe("./wheels/ipykernel-1.0-py3-none-any.whl\n");
  expect(tree()).toEqual(files);

  expect(await choose()).toMatchObject({ path: made.path, reason: expect.stringMatching(/^made before/) });
}, 120_000);
