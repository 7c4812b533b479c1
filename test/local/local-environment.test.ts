import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type NotebookValidationJob, parseJob, parseOperatorConfig } from "../../src/api/index.js";
import { type LocalEnvironment, planLocalEnvironment } from "../../src/local/index.js";
import { documents } from "../charts/synthesized.js";
import { aJob } from "./a-job.js";

const CONFIG = parseOperatorConfig();
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "nbv-environment-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}
const planOf = (job: NotebookValidationJob, at = root): Promise<LocalEnvironment> =>
  planLocalEnvironment({ root: at, spec: job.spec, config: CONFIG });
const building = (buildConfig: object = {}, more: object = {}) =>
  aJob({ buildConfig: { enabled: true, ...buildConfig } }, more);

describe("a job that builds an image", () => {
  test("gets here what its image would get: file, arguments, checks", async () => {
    write({ "requirements.txt": "-r more/base.txt\nnumpy==2.4.6\n", "more/base.txt": "pandas==3.1.1\n" });
    const { madeFrom, installation } = await planOf(building({ failOnConflict: true }));
    expect(madeFrom).toMatch(/^requirements\.txt \(/);
    expect(installation).toMatchObject({ copies: ["more/base.txt", "requirements.txt"], checksConflicts: true });
    expect(installation?.pipArguments).toEqual(["--requirement", "/opt/nbv/environment/requirements.txt"]);
  });

  test("is refused in the words of a cluster, with every line that is to blame", async () => {
    write({ "requirements.txt": "numpy\npandas>=2\n" });
    const job = building({}, { validationConfig: { level: "production" } });
    await expect(planOf(job)).rejects.toMatchObject({
      what: expect.stringContaining("without an exact version"),
      where: [expect.stringMatching(/^requirements\.txt:1 /), expect.stringMatching(/^requirements\.txt:2 /)],
      fix: expect.stringContaining("pip-compile"),
    });
    await expect(planOf(building({ requirementsFile: "absent.txt" }))).rejects.toThrow(/absent\.txt/);
  });

  test("is told that a cluster's Python may be another one, and what a cluster warns of", async () => {
    write({ "requirements.txt": "numpy==2.4.6\n", "environment.yml": "dependencies: [gdal]\n" });
    const { differences, warnings } = await planOf(
      building({ baseImage: "quay.io/jupyter/scipy-notebook:2025-03-14" }),
    );
    expect(differences.join()).toContain("quay.io/jupyter/scipy-notebook:2025-03-14");
    expect(warnings.join()).toContain("environment.yml");
  });

  test("by a Dockerfile has the requirements nearest to it here, and is told what is missing", async () => {
    write({ Dockerfile: "FROM python:3.12-slim AS lab\nRUN apt-get install gdal\n", "requirements.txt": "numpy\n" });
    const job = building({ dockerfilePath: "Dockerfile", target: "lab" });
    const { madeFrom, differences, dockerfile } = await planOf(job);
    expect(dockerfile).toBe("Dockerfile");
    expect(madeFrom).toMatch(/^requirements\.txt/);
    expect(differences).toEqual([
      expect.stringMatching(
        /^A cluster builds Dockerfile, stage lab: what it does beyond installing requirements\.txt/,
      ),
    ]);
  });

  test("by a Dockerfile alone has the kernel alone here", async () => {
    write({ Dockerfile: "FROM python:3.12-slim\nRUN apt-get install gdal\n" });
    const { installation, differences } = await planOf(building());
    expect(installation).toBeUndefined();
    expect(differences).toEqual([expect.stringContaining("beyond installing ipykernel is missing")]);
  });

  test("from nothing runs on the base image there, on the kernel alone here", async () => {
    write({ "nb.ipynb": "{}" });
    const { madeFrom, differences } = await planOf(building());
    expect(madeFrom).toContain("ipykernel alone");
    expect(differences).toEqual([expect.stringContaining(CONFIG.defaultImages.base)]);
  });

  test("from its imports has them here, too", async () => {
    const source = ["import sklearn\n", "import json\n"];
    const cell = { cell_type: "code", id: "a", metadata: {}, source, outputs: [], execution_count: null };
    write({ "nb.ipynb": JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }) });
    const { installation, madeFrom } = await planOf(building({ fallbackStrategy: "auto" }));
    expect(madeFrom).toBe("the notebook's imports");
    expect(installation?.pipArguments).toEqual(["scikit-learn"]);
  });

  test("with its repository in the image installs no other environment for it", async () => {
    write({ "requirements.txt": "numpy==2.4.6\n", "a.py": "1" });
    const [plain, withSource] = [await planOf(building()), await planOf(building({ includeSource: true }))];
    expect(withSource.digest).toBe(plain.digest);
  });
});

describe("a job that builds none", () => {
  test("has the requirements nearest to its notebook in place of its image, whatever they are", async () => {
    write({ "requirements.txt": "numpy\n", Dockerfile: "FROM scratch\n" });
    const job = aJob({ containerImage: "quay.io/a/b:1" }, { validationConfig: { level: "production" } });
    expect(await planOf(job)).toMatchObject({
      madeFrom: expect.stringMatching(/^requirements\.txt/),
      warnings: [],
      differences: [],
    });
  });

  test("has the kernel alone where there are none", async () => {
    expect(await planOf(aJob({}))).toMatchObject({ madeFrom: expect.stringContaining("ipykernel alone") });
  });
});

test("the environment is another one when what it is made from changes, and not when notebooks do", async () => {
  write({ "requirements.txt": "-r base.txt\n", "base.txt": "numpy==2.4.6\n", "nb.ipynb": "{}" });
  const before = (await planOf(building())).digest;
  write({ "nb.ipynb": "{ }", "other.py": "1" });
  expect((await planOf(building())).digest).toBe(before);
  write({ "base.txt": "numpy==2.4.5\n" });
  expect((await planOf(building())).digest).not.toBe(before);
});

describe("examples/tiers", () => {
  const jobs = (file: string): NotebookValidationJob[] =>
    documents(readFileSync(`examples/tiers/jobs/${file}.yaml`, "utf8")).map((object) => {
      const parsed = parseJob(object);
      if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
      return parsed.job;
    });

  test("eight notebooks have three environments, each locked with hashes", async () => {
    const all = ["tier-1-data", "tier-2-models", "tier-3-reports"].flatMap(jobs);
    const plans = await Promise.all(all.map((job) => planOf(job, "examples/tiers")));
    expect(all).toHaveLength(8);
    expect(new Set(plans.map(({ digest }) => digest)).size).toBe(3);
    for (const { installation } of plans) expect(installation).toMatchObject({ demandsHashes: true });
  });

  test("the shared Dockerfile has a stage for each of the eight, and nothing worse is warned of than its base's tag", async () => {
    const all = jobs("shared-dockerfile");
    const plans = await Promise.all(all.map((job) => planOf(job, "examples/tiers")));
    expect(all.map(({ spec }) => spec.notebook.path).sort()).toEqual(
      ["tier-1-data", "tier-2-models", "tier-3-reports"]
        .flatMap(jobs)
        .map(({ spec }) => spec.notebook.path)
        .sort(),
    );
    for (const warning of plans.flatMap(({ warnings }) => warnings))
      expect(warning).toMatch(/FROM .* is not pinned\.$/);
    expect(plans.map(({ differences }) => differences[0])).toEqual(
      all.map(({ spec }) => expect.stringContaining(`stage ${spec.podConfig?.buildConfig?.target}`)),
    );
  });
});
