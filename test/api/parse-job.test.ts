import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { FIELD_ALIASES } from "../../src/api/field-aliases.js";
import { API_VERSION, KIND, NotebookValidationJobSpec, parseJob, parseShape, parseSpec } from "../../src/api/index.js";
import { fieldsAt } from "../../src/api/problem.js";
import { valueOf } from "./contract-arbitrary.js";
import { manifests, objectsOf } from "./manifests.js";
import { rulesBelow } from "./rules.js";

const git = { url: "https://git.example.com/a.git", ref: "main" };
const notebook = { git, path: "a.ipynb" };
const aJob = (spec: unknown, metadata: unknown = { name: "a" }) => ({
  apiVersion: API_VERSION,
  kind: KIND,
  metadata,
  spec,
});
const saysAbout = (value: unknown) => {
  const parsed = parseJob(value);
  return parsed.ok ? {} : Object.fromEntries(parsed.problems.map(({ field, message }) => [field, message]));
};

describe("manifests that people have", () => {
  test.each(manifests("go-operator"))("%s, written for the Go operator, is valid", (_name, objects) => {
    for (const object of objects) expect(parseJob(object)).toMatchObject({ ok: true });
  });

  test.each(manifests("seeds").filter(([name]) => !name.includes("without-git")))("%s is valid", (_name, objects) => {
    for (const object of objects) expect(parseJob(object)).toMatchObject({ ok: true });
  });

  test("a sample without a repository is told how to run it on a local directory", () => {
    const [sample] = objectsOf("seeds/strict-checks-without-git.yaml");
    expect(saysAbout(sample)).toEqual({ "spec.notebook.git": expect.stringContaining("nbv run JOB.yaml --repo DIR") });
    expect(parseJob(sample, { defaultGit: git })).toMatchObject({
      ok: true,
      job: { spec: { notebook: { git: { ...git, follow: false } } } },
    });
  });

  test("both ways of writing a shape mean the same", () => {
    expect(parseShape("-1,10")).toEqual([null, 10]);
    expect(parseShape([null, 10])).toEqual([null, 10]);
  });
});

describe("misspelt and misplaced fields", () => {
  test.each([
    [{ retryPolicy: { backoffLimit: 3 } }, "spec.retryPolicy.backoffLimit", "maxRetries"],
    [{ validation: {} }, "spec.validation", "validationConfig"],
    [{ podConfg: {} }, "spec.podConfg", "podConfig"],
    [{ podConfig: { ressources: {} } }, "spec.podConfig.ressources", "resources"],
    [{ podConfig: { resources: { limit: {} } } }, "spec.podConfig.resources.limit", "limits"],
    [{ podConfig: { env: [{ name: "A", valu: "b" }] } }, "spec.podConfig.env[0].valu", "value"],
    [{ podConfig: { volumes: [{ name: "a", pvc: { claimName: "x" } }] } }, "spec.podConfig.volumes[0].pvc", undefined],
    [{ buildTimeOut: "5m" }, "spec.buildTimeOut", "buildTimeout"],
    [{ build_timeout: "5m" }, "spec.build_timeout", "buildTimeout"],
  ])("%j: %s", (fields, field, suggestion) => {
    const parsed = parseJob(aJob({ notebook, ...fields }));
    expect(parsed).toMatchObject({ ok: false });
    const problems = parsed.ok ? [] : parsed.problems;
    const problem = problems.find((found) => found.field === field);
    expect(problem).toMatchObject({ kind: "unknown-field" });
    expect(problem?.suggestion).toBe(suggestion);
  });

  test("the Go samples' switch skipGitClone is explained, not guessed at", () => {
    expect(saysAbout(aJob({ notebook, podConfig: { skipGitClone: true } }))).toEqual({
      "spec.podConfig.skipGitClone": expect.stringContaining("always fetched at one commit"),
    });
  });

  test.each([...FIELD_ALIASES].filter(([, meant]) => !meant.startsWith("(")))(
    "the alias %s leads to a field that exists: %s",
    (path, meant) => {
      const steps = path
        .replaceAll("[]", ".0")
        .split(".")
        .slice(1, -1)
        .map((step) => (step === "0" ? 0 : step));
      const target = [...steps, ...meant.split(".")];
      const known = (at: (string | number)[]) =>
        fieldsAt(NotebookValidationJobSpec, at.slice(0, -1)).includes(String(at.at(-1)));
      expect(known(target) || known(meant.split("."))).toBe(true);
    },
  );
});

describe("what is wrong is said in words", () => {
  test.each([
    [{ notebook, priority: 101 }, "spec.priority", "must be at most 100"],
    [{ notebook, priority: "high" }, "spec.priority", 'must be a number, is the string "high"'],
    [
      { notebook, validationConfig: { level: "prod" } },
      "spec.validationConfig.level",
      expect.stringContaining("must be one of learning, development"),
    ],
    [
      { notebook, podConfig: { resources: { limits: { memory: 0.5 } } } },
      "spec.podConfig.resources.limits.memory",
      expect.stringContaining("a fraction must be quoted"),
    ],
    [{ notebook: { git, path: "../x.ipynb" } }, "spec.notebook.path", expect.stringContaining('".." is not allowed')],
    [
      { notebook, comparisonConfig: { customTimestampPatterns: ["(?=x)"] } },
      "spec.comparisonConfig.customTimestampPatterns[0]",
      expect.stringContaining("RE2"),
    ],
    [{ notebook, timeout: "0s" }, "spec.timeout", expect.stringContaining("must be longer than 0s")],
    [
      { notebook, podConfig: { volumeMounts: [{ name: "data", mountPath: "/data" }] } },
      "spec.podConfig.volumeMounts",
      "must name volumes of podConfig.volumes only: there is none named data",
    ],
    [
      {
        notebook,
        podConfig: {
          volumes: [
            { name: "a", emptyDir: {} },
            { name: "a", emptyDir: {} },
          ],
        },
      },
      "spec.podConfig.volumes[1].name",
      '"a" appears twice',
    ],
    [
      { notebook, validationConfig: { expectedOutputs: [{ cell: 1, minValue: "2", maxValue: 1 }] } },
      "spec.validationConfig.expectedOutputs[0].minValue",
      "must not be more than maxValue",
    ],
    [{ notebook, timeout: 15 }, "spec.timeout", expect.stringContaining("must be a duration with a unit, such as")],
    [
      { notebook, suspend: "true" },
      "spec.suspend",
      'must be true or false, is the string "true": write it without quotes',
    ],
    [{ notebook, priority: "7" }, "spec.priority", 'must be a number, is the string "7": write it without quotes'],
    [
      { notebook, podConfig: { env: [{ name: "A", value: true }] } },
      "spec.podConfig.env[0].value",
      "must be a string, is true: write it in quotes",
    ],
    [
      { notebook, podConfig: { env: [{ name: "A", value: "b", valueFrom: { fieldRef: { fieldPath: "c" } } }] } },
      "spec.podConfig.env[0].valueFrom",
      "can't be set beside a value: keep one of the two",
    ],
    [
      { notebook, podConfig: { buildConfig: { imageName: "train", imageTag: "0123456789ab" } } },
      "spec.podConfig.buildConfig.imageTag",
      "must not be 12 hex digits: such a tag looks like that of an environment, which is reused by its name",
    ],
    [
      { notebook: { git, path: "a.ipynb", parameters: { limit: NaN } } },
      "spec.notebook.parameters.limit",
      "must be a JSON value, is NaN",
    ],
  ])("%j", (spec, field, message) => expect(saysAbout(aJob(spec))).toEqual({ [field]: message }));

  test("beside other mistakes: what is wrong between fields, unless it may only follow from those", () => {
    const buildConfig = (mistake: object) =>
      saysAbout(aJob({ notebook, podConfig: { buildConfig: { imageTag: "v1", dockerfile: "a", ...mistake } } }));
    const build = "spec.podConfig.buildConfig";
    expect(buildConfig({ timeout: 5, dockerfilePath: "b" })).toEqual({
      [`${build}.timeout`]: expect.stringContaining("must be a duration"),
      [`${build}.dockerfile`]: "is an alias of dockerfilePath: set only one of them",
      [`${build}.imageTag`]: "is v1, which needs imageName beside it",
    });
    expect(buildConfig({ imageNam: "team/fraud" })).toEqual({
      [`${build}.imageNam`]: expect.stringContaining("did you mean imageName?"),
    });
    expect(buildConfig({ imageName: "Not A Name" })).toEqual({
      [`${build}.imageName`]: expect.stringContaining("must be an image name"),
    });
  });

  test("every rule completes the sentence that begins with the field", () => {
    for (const { path, rule } of rulesBelow(NotebookValidationJobSpec, "spec")) {
      const message = rule.summary ?? rule.message;
      expect(`${path}: ${JSON.stringify(message)}`).toMatch(/: "(must|is|needs|can't|may) /);
    }
  });

  test.each([
    ["text", "", "must be an object"],
    [{}, "spec", "is required"],
    [aJob({ notebook }, {}), "metadata.name", expect.stringContaining("is required")],
    [aJob({ notebook }, { name: "Not_A_Name" }), "metadata.name", expect.stringContaining("lower-case")],
    [{ ...aJob({ notebook }), apiVersion: "mlops.dev/v1" }, "apiVersion", `must be ${API_VERSION}`],
    [{ ...aJob({ notebook }), sepc: {} }, "sepc", "is not a field; did you mean spec?"],
  ])("%j", (value, field, message) => expect(saysAbout(value)).toMatchObject({ [field]: message }));
});

describe("what a manifest leaves out", () => {
  test("a field with nothing after it counts as left out, as the API server sees it", () => {
    const parsed = parseSpec({
      notebook,
      podConfig: { resources: null, env: null },
      suspend: null,
      timeout: undefined,
    });
    expect(parsed).toEqual({
      ok: true,
      spec: { notebook: { ...notebook, git: { ...git, follow: false } }, podConfig: {}, suspend: false },
    });
  });

  test("an expected value of null is a value", () => {
    const expectedOutputs = [{ cell: 0, equals: null }];
    expect(parseSpec({ notebook, validationConfig: { expectedOutputs } })).toMatchObject({
      ok: true,
      spec: { validationConfig: { expectedOutputs } },
    });
  });

  test("generateName is enough", () => {
    expect(parseJob(aJob({ notebook }, { generateName: "nightly-" }))).toMatchObject({
      ok: true,
      job: { metadata: { name: "" } },
    });
  });
});

describe("a status is never the user's mistake", () => {
  test("what does not fit is left out, the rest is read", () => {
    const status = {
      phase: "Running",
      retryCount: "many",
      results: [{ cellIndex: 1, status: "Success" }],
      surprise: 1,
    };
    expect(parseJob({ ...aJob({ notebook }), status })).toMatchObject({
      ok: true,
      job: { status: { phase: "Running", results: [{ cellIndex: 1, status: "Success" }] } },
    });
  });
});

test("every generated valid spec is read, and reading twice changes nothing", () => {
  fc.assert(
    fc.property(valueOf(NotebookValidationJobSpec, "valid"), (spec) => {
      const once = parseSpec(spec);
      expect(once).toMatchObject({ ok: true });
      expect(once.ok && parseSpec(once.spec)).toEqual(once);
    }),
    { numRuns: 100, seed: 20261121 },
  );
}, 60_000);
