import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { canonicalJson, type JsonValue, NotebookValidationJobSpec, parseSpec, specHash } from "../../src/api/index.js";
import { valueOf } from "./contract-arbitrary.js";

const base = {
  notebook: { git: { url: "https://git.example.com/a.git", ref: "main" }, path: "a.ipynb" },
  podConfig: {
    containerImage: "img:1",
    resources: { limits: { memory: "1Gi", cpu: "1" } },
    buildConfig: { enabled: true, dockerfile: "Dockerfile" },
  },
  timeout: "90s",
};
const hashOf = (spec: unknown) => {
  const parsed = parseSpec(spec);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return specHash(parsed.spec);
};
const { podConfig } = base;

describe("a change that starts a new run", () => {
  test.each<[string, object]>([
    ["the ref", { notebook: { ...base.notebook, git: { ...base.notebook.git, ref: "dev" } } }],
    ["the credentials", { notebook: { ...base.notebook, git: { ...base.notebook.git, credentialsSecret: "x" } } }],
    ["the path", { notebook: { ...base.notebook, path: "b.ipynb" } }],
    ["a parameter", { notebook: { ...base.notebook, parameters: { a: [] } } }],
    ["the image", { podConfig: { ...podConfig, containerImage: "img:2" } }],
    [
      "a GPU",
      { podConfig: { ...podConfig, resources: { limits: { ...podConfig.resources.limits, "nvidia.com/gpu": 1 } } } },
    ],
    ["the memory", { podConfig: { ...podConfig, resources: { limits: { memory: "2Gi", cpu: "1" } } } }],
    ["the build", { podConfig: { ...podConfig, buildConfig: { ...podConfig.buildConfig, target: "x" } } }],
    ["a check", { validationConfig: { level: "staging" } }],
    ["a switch turned off", { validationConfig: { detectSilentFailures: false } }],
    ["the time limit", { timeout: "2m" }],
    ["the models", { modelValidation: { targetModels: ["a"] } }],
  ])("%s", (_what, change) => expect(hashOf({ ...base, ...change })).not.toBe(hashOf(base)));
});

describe("a change that does not", () => {
  test.each<[string, object]>([
    ["the priority", { priority: 99 }],
    ["the time to live", { ttlSecondsAfterFinished: 60 }],
    ["triggers", { onSuccess: [{ apiVersion: "apps/v1", kind: "Deployment", name: "a", action: "restart" }] }],
    ["the retry policy", { retryPolicy: { maxRetries: 9 } }],
    ["recovery", { recoveryConfig: { enableSmartRecovery: false } }],
    ["suspension", { suspend: true }],
    ["following", { notebook: { ...base.notebook, git: { ...base.notebook.git, follow: true } } }],
    ["whether outputs are stored", { artifacts: { storeOutputs: false } }],
    ["the alias's real name", { timeout: undefined, validationTimeout: "1m30s" }],
    [
      "the Dockerfile's real name",
      { podConfig: { ...podConfig, buildConfig: { enabled: true, dockerfilePath: "Dockerfile" } } },
    ],
    [
      "another spelling of an amount",
      { podConfig: { ...podConfig, resources: { limits: { memory: 1073741824, cpu: "1000m" } } } },
    ],
    ["an empty list", { podConfig: { ...podConfig, env: [], tolerations: [] } }],
    ["the default account's name", { podConfig: { ...podConfig, serviceAccountName: "default" } }],
    ["models switched off", { modelValidation: { enabled: false, targetModels: ["a"] } }],
    ["how a golden notebook would be compared", { comparisonConfig: { strategy: "exact" } }],
  ])("%s", (_what, change) => expect(hashOf({ ...base, ...change })).toBe(hashOf(base)));

  test("credentials written as envFrom", () => {
    const named = { ...base, podConfig: { ...podConfig, credentials: ["aws"] } };
    const spelt = { ...base, podConfig: { ...podConfig, envFrom: [{ secretRef: { name: "aws" } }] } };
    expect(hashOf(named)).toBe(hashOf(spelt));
  });

  test("the order of fields", () => {
    const reversed = (value: JsonValue): JsonValue =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, entry]) => [key, reversed(entry)]),
          )
        : value;
    fc.assert(
      fc.property(valueOf(NotebookValidationJobSpec, "valid"), (spec) =>
        expect(hashOf(reversed(spec))).toBe(hashOf(spec)),
      ),
      { numRuns: 50, seed: 20261121 },
    );
  }, 60_000);
});

describe("canonical JSON", () => {
  test("is JSON that means the same", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) =>
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value))),
      ),
    );
  });

  test("leaves out what is absent", () =>
    expect(canonicalJson({ b: 1, a: undefined, c: [undefined] })).toBe('{"b":1,"c":[null]}'));
});
