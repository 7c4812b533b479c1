import { describe, expect, test } from "@jest/globals";
import {
  adoptGoObject,
  effectiveSpec,
  type NotebookValidationJob,
  parseJob,
  parseOperatorConfig,
  REASON_ADOPTED,
  specHash,
} from "../../src/api/index.js";
import { objectsOf } from "./manifests.js";

function leftBehind(
  change: (job: NotebookValidationJob) => NotebookValidationJob = (job) => job,
): NotebookValidationJob {
  const parsed = parseJob(objectsOf("go-operator/materialized-defaults.yaml")[0]);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return change(parsed.job);
}

describe("an object that the Go operator left behind", () => {
  test("its CRD's defaults count as unset, its user's decisions stay", () => {
    const { adopted, spec, unset, warning } = adoptGoObject(leftBehind());
    expect(adopted).toBe(true);
    expect(spec.podConfig).toEqual({
      containerImage: "quay.io/jupyter/minimal-notebook:latest",
      buildConfig: {
        enabled: true,
        preferDockerfile: false,
        includeSource: false,
        publishToRegistry: false,
        reuseIfExists: false,
      },
    });
    expect(spec.validationConfig).toEqual({ failOnStderr: true });
    expect(spec.modelValidation).toEqual({
      enabled: true,
      targetModels: ["fraud-detection"],
      predictionValidation: { enabled: true },
    });
    expect(spec).not.toHaveProperty("timeout");
    expect(unset).toContain("spec.podConfig.buildConfig.timeout");
    expect(warning).toMatch(/default values count as unset until the spec changes.*spec\.modelValidation\.platform/);
  });

  test("so it gets our time limits and the first available strategy", () => {
    const { spec } = adoptGoObject(leftBehind());
    const effective = effectiveSpec(spec, parseOperatorConfig());
    expect(effective.timeouts.buildMs).toBe(45 * 60_000);
    expect(effective.build?.strategy).toBeUndefined();
  });

  test("stays adopted while the spec is the same, and no longer", () => {
    const job = leftBehind();
    const marked: NotebookValidationJob = {
      ...job,
      status: {
        ...job.status,
        specHash: specHash(job.spec),
        observedGeneration: 1,
        conditions: [
          {
            type: "SpecValid",
            status: "True",
            reason: REASON_ADOPTED,
            message: "",
            lastTransitionTime: "2026-11-21T10:00:00Z",
          },
        ],
      },
    };
    expect(adoptGoObject(marked).adopted).toBe(true);
    const changed = { ...marked, spec: { ...marked.spec, cellTimeout: "1m" } };
    expect(adoptGoObject(changed)).toEqual({ adopted: false, spec: changed.spec, unset: [] });
  });

  test("is not changed itself", () => {
    const job = leftBehind();
    const before = structuredClone(job);
    adoptGoObject(job);
    expect(job).toEqual(before);
  });
});

describe("an object of ours", () => {
  test.each<[string, (job: NotebookValidationJob) => NotebookValidationJob]>([
    ["without a status", ({ status: _none, ...job }) => job],
    ["that we have looked at", (job) => ({ ...job, status: { phase: "Pending", observedGeneration: 1 } })],
    ["that we have run", (job) => ({ ...job, status: { phase: "Failed", specHash: "x" } })],
  ])("%s means what it says", (_what, change) => {
    const job = leftBehind(change);
    expect(adoptGoObject(job)).toEqual({ adopted: false, spec: job.spec, unset: [] });
  });
});
