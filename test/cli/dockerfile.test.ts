import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { bundledNbv, type Nbv } from "./nbv.js";

const EXAMPLES = "examples/environments";

let nbv: Nbv;
let directory: string;
beforeAll(() => {
  nbv = bundledNbv();
  directory = mkdtempSync(join(tmpdir(), "nbv-dockerfile-"));
});
afterAll(() => {
  nbv.remove();
  rmSync(directory, { recursive: true, force: true });
});

function job(build: string): string {
  return `
apiVersion: mlops.mlops.dev/v1alpha1
kind: NotebookValidationJob
metadata: { name: sample }
spec:
  notebook: { path: notebooks/train.ipynb }
  podConfig: { buildConfig: ${build} }
`;
}

function example(name: string, ...more: string[]) {
  return nbv.run(["dockerfile", "--repo", join(EXAMPLES, name), join(EXAMPLES, name, "job.yaml"), ...more]);
}

describe("nbv dockerfile", () => {
  test("shows the generated Dockerfile, and on stderr why it is this one", () => {
    const { status, stdout, stderr } = example("monorepo");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^# Made by .*\nFROM quay\.io\/jupyter\/minimal-notebook:/);
    expect(stderr).toContain("environment: teams/churn/requirements.txt (nearest to the notebook)");
    expect(stderr).toContain("reads of the repository: requirements/constraints.txt, teams/churn/requirements.txt");
  });

  test("shows the repository's own as it is, with its stage", () => {
    const { stdout, stderr } = example("dockerfile");
    expect(stdout).toContain("FROM plots AS maps");
    expect(stderr).toContain("stage: plots");
  });

  test("shows the base image where nothing is built", () => {
    expect(example("base-image").stdout).toContain("\nFROM quay.io/jupyter/minimal-notebook:");
  });

  test("suggests requirements that it inferred", () => {
    expect(example("inferred").stderr).toContain("    PyYAML  # yaml\n");
  });

  test("gives the plan as JSON", () => {
    const plan = JSON.parse(example("requirements", "-o", "json").stdout) as {
      kind: string;
      plan: { copies: string[] };
    };
    expect(plan).toMatchObject({ kind: "planned", plan: { copies: ["notebooks/requirements.txt"] } });
  });

  test("says what a cluster would refuse, where, and how to mend it", () => {
    writeFileSync(join(directory, "requirements.txt"), "pandas\nsix==1.16.0\n");
    const input = job("{ enabled: true, allowUnpinned: false }");
    const { status, stdout, stderr } = nbv.run(["dockerfile", "--repo", directory, "-"], { input });
    expect(status).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain("(UnpinnedDependencies)");
    expect(stderr).toContain("requirements.txt:1 ");
    expect(nbv.run(["dockerfile", "-r", directory, "-o", "json", "-"], { input })).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('"rejected"'),
    });
  });

  test("says why an environment is not pinned: here only the base image's tag", () => {
    const input = job("{ enabled: true }");
    const pins = (text: string) => {
      writeFileSync(join(directory, "requirements.txt"), text);
      return nbv.run(["dockerfile", "--repo", directory, "-"], { input }).stderr;
    };
    expect(pins("six==1.16.0\n")).toContain("(requirements pinned; base image by tag here, by digest in a cluster)");
    expect(pins("six\n")).toContain("(not pinned, since not every requirement has one version: built again when");
    expect(example("base-image").stderr).toContain("(base image by tag here, by digest in a cluster)");
    expect(example("dockerfile").stderr).toContain("(not pinned, since what a Dockerfile fetches is not known");
  });

  test("shows policies that a Dockerfile can't keep, and a cache that keeps nothing", () => {
    const own = mkdtempSync(join(directory, "own-"));
    writeFileSync(join(own, "Dockerfile"), "FROM jupyter/base-notebook:2\n");
    const input = job("{ enabled: true, verifyHashes: true, cache: { enabled: true, type: workspace } }");
    const { status, stderr } = nbv.run(["dockerfile", "--repo", own, "-"], { input });
    expect(status).toBe(0);
    expect(stderr).toContain("warning: verifyHashes has no effect: Dockerfile decides");
    expect(stderr).toContain("cache.type workspace keeps nothing without strategyConfig.cacheClaim");
    expect(stderr).toContain("warning: The repository has no notebook notebooks/train.ipynb");
  });

  test("prints a fix below the problem that it mends", () => {
    const own = mkdtempSync(join(directory, "own-"));
    writeFileSync(join(own, "Dockerfile"), "FRM a\nCOPY reqs.txt\n");
    const { status, stderr } = nbv.run(["dockerfile", "--repo", own, "-"], { input: job("{ enabled: true }") });
    expect(status).toBe(1);
    expect(stderr.split("\n").slice(1, 5)).toEqual([
      "  Dockerfile:1 FRM is not an instruction of Dockerfiles",
      "    fix: write FROM",
      "  Dockerfile:2 COPY needs a source and a destination",
      "    fix: write COPY SOURCE DESTINATION",
    ]);
  });

  test("takes a job that builds nothing, and says so", () => {
    const { status, stderr } = nbv.run(["dockerfile", "--repo", directory, "-"], { input: job("{}") });
    expect(status).toBe(0);
    expect(stderr).toContain("a cluster builds nothing for it");
  });

  test("refuses a directory or a manifest that is not there", () => {
    expect(nbv.run(["dockerfile", "--repo", join(directory, "gone"), "-"], { input: job("{}") })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("can't be read"),
    });
    expect(nbv.run(["dockerfile", join(directory, "gone.yaml")]).status).toBe(2);
  });

  test("takes one job: of several the one that is named", () => {
    const other = job("{ enabled: true }").replace("name: sample", "name: other");
    const input = `${job("{ enabled: true }")}---${other}`;
    expect(nbv.run(["dockerfile", "-r", directory, "-"], { input })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("holds 2 jobs, and nbv dockerfile takes one"),
    });
    expect(nbv.run(["dockerfile", "-r", directory, "-"], { input }).stderr).toContain("fix: --job sample (or other)");
    expect(nbv.run(["dockerfile", "-r", directory, "--job", "gone", "-"], { input })).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/holds no job named gone[^]*fix: --job sample \(or other\)/),
    });
    expect(nbv.run(["dockerfile", "-r", directory, "--job", "other", "-"], { input }).status).toBe(0);
  });
});
