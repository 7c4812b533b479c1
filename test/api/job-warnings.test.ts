import { describe, expect, test } from "@jest/globals";
import { findField } from "../../src/api/describe-field.js";
import {
  API_VERSION,
  FIELDS_WITHOUT_EFFECT,
  fieldText,
  jobWarnings,
  KIND,
  NotebookValidationJobSpec,
  parseJob,
} from "../../src/api/index.js";

const git = { url: "https://git.example.com/a.git", ref: "main" };
const notebook = { git, path: "a.ipynb" };

function warnings(spec: object, metadata: object = {}): Record<string, string> {
  const parsed = parseJob({
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: "a", ...metadata },
    spec: { notebook, ...spec },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return Object.fromEntries(jobWarnings(parsed.job).map(({ field, message }) => [field, message]));
}
const build = (fields: object) => ({ podConfig: { buildConfig: { enabled: true, ...fields } } });

test("a plain job gives no warnings", () => {
  expect(
    warnings({ podConfig: { containerImage: "quay.io/jupyter/minimal-notebook:2025-03-14" }, validationTimeout: "5m" }),
  ).toEqual({});
});

describe("legal but unwise", () => {
  test.each<[object, string, RegExp]>([
    [{ timeout: "5m" }, "spec.timeout", /write validationTimeout/],
    [{ retryPolicy: { autoCleanupAfterHours: 0 } }, "spec.retryPolicy.autoCleanupAfterHours", /before anybody can see/],
    [
      { validationConfig: { expectedFiles: [{ path: "a.csv" }, { path: "out/*.csv" }] } },
      "spec.validationConfig.expectedFiles[1].path",
      /taken literally/,
    ],
    [{ timeout: "5m", validationTimeout: "6m" }, "spec.timeout", /no effect/],
    [{ podConfig: { containerImage: "quay.io/a/b" } }, "spec.podConfig.containerImage", /names no version/],
    [{ podConfig: { containerImage: "host:5000/b:latest" } }, "spec.podConfig.containerImage", /names no version/],
    [build({ strategy: "kaniko" }), "spec.podConfig.buildConfig.strategy", /archived/],
    [
      build({ cache: { enabled: true, type: "workspace" } }),
      "spec.podConfig.buildConfig.cache.type",
      /keeps nothing without strategyConfig.cacheClaim/,
    ],
    [build({ strategy: "custom" }), "spec.podConfig.buildConfig.strategyConfig", /needs the name/],
    [
      build({ dockerfilePath: "D", requirementsFile: "r.txt" }),
      "spec.podConfig.buildConfig.dockerfilePath",
      /requirementsFile comes first/,
    ],
    [
      build({ dockerfilePath: "D", requirementsFile: "r.txt", preferDockerfile: true }),
      "spec.podConfig.buildConfig.requirementsFile",
      /preferDockerfile is set/,
    ],
    [
      build({ requirementsFile: "r.txt", requirementsSources: ["s.txt"] }),
      "spec.podConfig.buildConfig.requirementsSources",
      /is not used/,
    ],
    [build({ buildArgs: { PIP_TOKEN: "x" } }), "spec.podConfig.buildConfig.buildArgs.PIP_TOKEN", /never put a secret/],
    [{ podConfig: { buildConfig: { imageName: "x" } } }, "spec.podConfig.buildConfig", /without enabled: true/],
    [{ validationTimeout: "5m", cellTimeout: "6m" }, "spec.cellTimeout", /never ends a cell/],
    [{ validationTimeout: "15m", totalTimeout: "10m" }, "spec.totalTimeout", /shorter than the stages/],
    [
      { notebook: { ...notebook, git: { ...git, url: "http://git.example.com/a", credentialsSecret: "x" } } },
      "spec.notebook.git.url",
      /plain http/,
    ],
    [
      { notebook: { ...notebook, git: { ...git, ref: "a".repeat(40), follow: true } } },
      "spec.notebook.git.follow",
      /^a commit never moves/,
    ],
    [
      { goldenNotebook: { path: "golden.ipynb", git: { ...git, ref: "b".repeat(64), follow: true } } },
      "spec.goldenNotebook.git.follow",
      /^a commit never moves/,
    ],
    [
      { notebook: { ...notebook, git: { ...git, follow: true } }, retryPolicy: { retryOnSpecChange: false } },
      "spec.retryPolicy.retryOnSpecChange",
      /a followed branch that moves starts nothing/,
    ],
    [{ validationConfig: { level: "learning", strictMode: true } }, "spec.validationConfig.level", /no effect/],
    [
      { validationConfig: { checkOutputTypes: false, expectedOutputs: [{ cell: 1, type: "float" }] } },
      "spec.validationConfig.checkOutputTypes",
      /leaves expectedOutputs unchecked/,
    ],
    [
      { validationConfig: { checkOutputTypes: true } },
      "spec.validationConfig.checkOutputTypes",
      /nothing to check without expectedOutputs/,
    ],
    [
      { validationConfig: { educationalMode: false, provideExamples: true } },
      "spec.validationConfig.provideExamples",
      /educationalMode: false/,
    ],
    [{ comparisonConfig: {} }, "spec.comparisonConfig", /without goldenNotebook/],
    [
      {
        podConfig: {
          env: [
            { name: "A", value: "1" },
            { name: "A", value: "2" },
          ],
        },
      },
      "spec.podConfig.env[1].name",
      /set twice/,
    ],
    [
      { podConfig: { securityContext: { runAsUser: 0 } } },
      "spec.podConfig.securityContext.runAsUser",
      /not tamper-proof/,
    ],
  ])("%j: %s", (spec, field, message) => expect(warnings(spec)).toEqual({ [field]: expect.stringMatching(message) }));

  test("a GitOps tool would make an aged job again", () => {
    const owned = { annotations: { "argocd.argoproj.io/tracking-id": "app:x" } };
    expect(warnings({ ttlSecondsAfterFinished: 60, retryPolicy: { autoCleanupAfterHours: 1 } }, owned)).toEqual({
      "spec.ttlSecondsAfterFinished": expect.stringContaining("GitOps"),
      "spec.retryPolicy.autoCleanupAfterHours": expect.stringContaining("GitOps"),
    });
  });

  test("news of a branch that nobody follows", () => {
    const annotations = { "mlops.dev/source-changed": "1" };
    expect(warnings({}, { annotations })).toEqual({
      "spec.notebook.git.follow": expect.stringContaining("mlops.dev/source-changed has no effect"),
    });
    expect(warnings({ notebook: { ...notebook, git: { ...git, follow: true } } }, { annotations })).toEqual({});
  });

  test("a PreSync hook that blocks its own wave", () => {
    const annotations = { "argocd.argoproj.io/hook": "PreSync", "mlops.dev/block-wave": "true" };
    expect(warnings({}, { annotations })).toEqual({ "metadata.annotations": expect.stringContaining("sync wave") });
  });
});

describe("what this version does not act on", () => {
  const trigger = { apiVersion: "apps/v1", kind: "Deployment", name: "model", action: "restart" };
  const asking: [string, object][] = [
    ["spec.onSuccess", { onSuccess: [trigger] }],
    ["spec.onFailure", { onFailure: [trigger] }],
  ];
  const annotated = ["mlops.dev/on-success-trigger"];

  test.each(asking)("%s in %j is named, once", (field, spec) => {
    expect(warnings(spec)).toEqual({ [field]: expect.stringMatching(/^has no effect in this version: [a-zA-Z]/) });
  });

  test.each(annotated)("the annotation %s is named", (annotation) => {
    expect(warnings({}, { annotations: { [annotation]: "1" } })).toEqual({
      [`metadata.annotations["${annotation}"]`]: expect.stringMatching(/^has no effect in this version: /),
    });
  });

  test("no row is without a case here, and every field is one of the contract and is marked there", () => {
    const covered = [...asking.map(([field]) => field), ...annotated.map((name) => `metadata.annotations["${name}"]`)];
    const rows = FIELDS_WITHOUT_EFFECT.map(({ path }) => fieldText(path));
    expect([...new Set(covered)].sort()).toEqual([...rows].sort());
    for (const { path, instead } of FIELDS_WITHOUT_EFFECT.filter((row) => row.path[0] === "spec")) {
      expect(findField(path.join("."))).toMatchObject({ found: true, field: { notYet: instead } });
    }
  });

  test("values that ask for what happens anyway, and empty ones, are not named", () => {
    expect(
      warnings({
        notebook: { ...notebook, git: { ...git, follow: false } },
        onSuccess: [],
        onFailure: [],
        artifacts: { claimName: "reports" },
      }),
    ).toEqual({});
  });

  test("what the API server fills in is not taken for a wish", () => {
    const spec = NotebookValidationJobSpec.parse({ notebook, retryPolicy: {}, recoveryConfig: {}, artifacts: {} });
    expect(warnings(spec)).toEqual({});
  });
});
