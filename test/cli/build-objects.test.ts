import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { API_VERSION } from "../../src/api/index.js";
import type { BuildObject } from "../../src/build/index.js";
import { requireFit } from "../build/strategies/builder-worlds.js";
import { documents } from "../charts/synthesized.js";
import { bundledNbv, type Nbv } from "./nbv.js";

const NOTEBOOK = JSON.stringify({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 });

let nbv: Nbv;
let directory = "";
beforeAll(() => {
  nbv = bundledNbv();
  directory = mkdtempSync(join(tmpdir(), "nbv-objects-"));
  mkdirSync(join(directory, "notebooks"));
  writeFileSync(join(directory, "notebooks/train.ipynb"), NOTEBOOK);
  writeFileSync(join(directory, "requirements.txt"), "pandas==2.2.2\n");
});
afterAll(() => {
  nbv.remove();
  rmSync(directory, { recursive: true, force: true });
});

function aManifest(buildConfig: object = {}): string {
  const shared = { publishToRegistry: true, registry: "quay.io", registryNamespace: "fraud", imageName: "env" };
  return JSON.stringify({
    apiVersion: API_VERSION,
    kind: "NotebookValidationJob",
    metadata: { name: "train", namespace: "fraud" },
    spec: {
      notebook: {
        path: "notebooks/train.ipynb",
        git: { url: "https://git.example.org/a.git", ref: "main", credentialsSecret: "git" },
      },
      podConfig: { buildConfig: { enabled: true, ...shared, pushSecret: "push", ...buildConfig } },
    },
  });
}
const show = (input: string, ...args: string[]) =>
  nbv.run(["build-objects", "-", "--repo", directory, ...args], { input });

describe("nbv build-objects", () => {
  test.each(["tekton", "s2i", "shipwright"])(
    "shows what %s would build by, as the cluster would take it",
    (strategy) => {
      const { status, stdout } = show(
        aManifest(),
        "--strategy",
        strategy,
        "--commit",
        "0123456789abcdef0123456789abcdef01234567",
      );
      expect(status).toBe(0);
      const objects = documents(stdout) as unknown as BuildObject[];
      expect(objects.length).toBeGreaterThan(0);
      for (const object of objects) {
        requireFit(object);
        expect(object.metadata).toMatchObject({ namespace: "fraud" });
        expect(object.metadata.ownerReferences).toBeUndefined();
      }
      for (const word of ["https://git.example.org/a.git", "quay.io/fraud/env:"]) expect(stdout).toContain(word);
      expect(stdout).toMatch(/(?:name|secretName|pushSecret): push\b/);
    },
  );

  test("what the strategy can't do is said on stderr, or refused", () => {
    const cached = show(aManifest({ cache: { enabled: true }, strategy: "s2i" }));
    expect(cached).toMatchObject({
      status: 0,
      stderr: expect.stringContaining("no layer cache in a registry") as unknown,
    });
    const foreign = show(aManifest({ strategy: "custom" }));
    expect(foreign).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("fix: Set buildConfig.strategyConfig.pipeline") as unknown,
    });
    const claimed = { cache: { enabled: true, type: "workspace" }, strategyConfig: { cacheClaim: "layers" } };
    const { stderr } = show(aManifest(claimed), "--strategy", "s2i");
    expect(stderr).toContain("no layer cache in a workspace");
    expect(stderr).not.toContain("in a registry");
  });

  test("kaniko is a strategy, too, which tekton builds for", () => {
    const { status, stdout, stderr } = show(aManifest(), "--strategy", "kaniko");
    expect(status).toBe(0);
    expect(stdout).toContain("kind: PipelineRun");
    expect(stderr).toContain("kaniko is archived: tekton builds in its place");
  });

  test("a job that builds no image gets no objects", () => {
    const { status, stdout, stderr } = show(aManifest({ enabled: false }));
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("fix: set podConfig.buildConfig.enabled: true");
  });

  test("requirements that no cluster would take are refused before anything is made", () => {
    const { status, stdout, stderr } = show(aManifest({ verifyHashes: true }));
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("DependencyHashMissing");
  });

  test("a job without a registry has the operator's, and a stand-in as long as that is not known", () => {
    const job = aManifest({ publishToRegistry: false, registry: undefined, registryNamespace: undefined });
    const unknown = show(job);
    expect(unknown.status).toBe(0);
    expect(unknown.stdout).toContain("registry.invalid/fraud/env:");
    expect(unknown.stderr).toMatch(/registry\.invalid stands for it: --config FILE .*registry\.host/);
    const config = join(directory, "config.yaml");
    writeFileSync(config, "registry: { host: registry.example.org }\n");
    const known = show(job, "-c", config);
    expect(known.stdout).toContain("registry.example.org/fraud/env:");
    expect(known.stderr).not.toContain("stands for");
    writeFileSync(config, "{}\n");
    const nowhere = show(job, "-c", config);
    expect(nowhere).toMatchObject({ status: 1, stdout: "" });
    expect(nowhere.stderr).toContain("Set registry.host");
  });
});
