import { describe, expect, test } from "@jest/globals";
import { parseOperatorConfig } from "../../../src/api/index.js";
import { readReview } from "../../../src/operator/admission/admission-review.js";
import { judgeRequest } from "../../../src/operator/admission/judge-request.js";
import { manifests, objectsOf } from "../../api/manifests.js";
import { aJobObject, any, aReview, causes, creation, notebook, update } from "./requests.js";

const jobs = (objects: readonly Record<string, unknown>[]) =>
  objects.filter(({ kind }) => kind === "NotebookValidationJob");
const broken = { retryPolicy: { maxRetries: -1 } };

describe("a job that is created", () => {
  test.each(manifests("go-operator"))("%s, written for the Go operator, is admitted", (_name, objects) => {
    for (const object of jobs(objects)) expect(creation(object)).toMatchObject({ allowed: true });
  });

  test.each(manifests("seeds").filter(([name]) => !name.includes("without-git")))(
    "%s is admitted",
    (_name, objects) => {
      for (const object of jobs(objects)) expect(creation(object)).toMatchObject({ allowed: true });
    },
  );

  test.each(manifests("bad"))("%s is refused, field by field", (_name, objects) => {
    for (const object of jobs(objects)) {
      const verdict = creation(object);
      expect(verdict.allowed).toBe(false);
      expect(verdict.status?.details.causes.every(({ field }) => field.startsWith("spec"))).toBe(true);
    }
  });

  test("is refused in the words of the API server's own refusals, all mistakes in one round", () => {
    const verdict = creation(aJobObject({ ...broken, validationTimeout: "soon" }));
    expect(verdict.status).toEqual({
      code: 422,
      reason: "Invalid",
      message:
        'NotebookValidationJob.mlops.mlops.dev "train" is invalid: ' +
        'spec.validationTimeout must be a duration such as "90s", "15m" or "1h30m"; spec.retryPolicy.maxRetries must be at least 0',
      details: {
        group: "mlops.mlops.dev",
        kind: "NotebookValidationJob",
        name: "train",
        causes: [
          {
            reason: "FieldValueInvalid",
            field: "spec.validationTimeout",
            message: expect.stringContaining("must be a duration"),
          },
          { reason: "FieldValueInvalid", field: "spec.retryPolicy.maxRetries", message: "must be at least 0" },
        ],
      },
    });
  });

  test("with a generated name is judged, too", () => {
    const verdict = any({ name: "", object: aJobObject(broken, { name: undefined, generateName: "train-" }) });
    expect(verdict.status?.details.name).toBe("train-");
    expect(any({ name: "", object: aJobObject({}, { name: undefined, generateName: "train-" }) }).allowed).toBe(true);
  });

  test("never has its secrets repeated", () => {
    const verdict = creation(objectsOf("bad/hostile.yaml")[0]);
    expect(verdict.allowed).toBe(false);
    expect(JSON.stringify(verdict)).not.toContain("hunter2");
  });

  test.each([
    ["nothing", undefined],
    ["no spec", aJobObject({}, {}, { spec: undefined })],
    ["a spec that is a list", aJobObject({}, {}, { spec: [] })],
    ["a text", "job"],
  ])("is refused when it is %s", (_what, object) => {
    expect(creation(object).allowed).toBe(false);
  });

  test("is refused when it is nested without end", () => {
    const depth = 20_000;
    const review = JSON.stringify(
      aReview({ object: aJobObject({ notebook: { ...notebook, parameters: { a: "DEEP" } } }) }),
    );
    const deep = review.replace('"DEEP"', `${"[".repeat(depth)}${"]".repeat(depth)}`);
    const verdict = judgeRequest(readReview(JSON.parse(deep)), parseOperatorConfig());
    expect(causes(verdict)).toEqual([expect.stringMatching(/^spec.*nested/)]);
  });
});

describe("what can't make a job invalid is allowed without a look at it", () => {
  const invalid = aJobObject(broken);
  test.each([
    ["a deletion", { operation: "DELETE", object: null, oldObject: invalid }],
    ["a connection", { operation: "CONNECT", object: invalid }],
    ["a status", { operation: "UPDATE", subResource: "status", object: invalid, oldObject: aJobObject() }],
    ["a label", { operation: "UPDATE", object: aJobObject(broken, { labels: { team: "a" } }), oldObject: invalid }],
    [
      "a finalizer that goes",
      {
        operation: "UPDATE",
        object: aJobObject({ ...broken, suspend: true }, { deletionTimestamp: "2026-11-21T10:00:00Z" }),
        oldObject: aJobObject(broken, { finalizers: ["mlops.dev/cleanup"] }),
      },
    ],
  ])("%s", (_what, request) => {
    expect(any(request)).toEqual({ allowed: true, warnings: [] });
  });
});

describe("an update of a job that was let in invalid", () => {
  const old = { credentials: ["not a name"], containerImage: "registry.example.com/nb:1" };
  const before = aJobObject({ podConfig: old, retryPolicy: { maxRetries: -1 } });

  test("may suspend it, and is told what is still wrong", () => {
    const verdict = update(before, aJobObject({ podConfig: old, retryPolicy: { maxRetries: -1 }, suspend: true }));
    expect(verdict.allowed).toBe(true);
    expect(verdict.warnings).toContain(
      "spec.retryPolicy.maxRetries: must be at least 0; the job can't run until that is corrected",
    );
  });

  test("may correct it step by step", () => {
    expect(update(before, aJobObject({ podConfig: old })).allowed).toBe(true);
  });

  test("may move the items of a list", () => {
    const moved = { ...old, credentials: ["first", ...old.credentials] };
    expect(update(before, aJobObject({ podConfig: moved, retryPolicy: { maxRetries: -1 } })).allowed).toBe(true);
  });

  test("may not change a wrong value into another wrong one", () => {
    const verdict = update(before, aJobObject({ podConfig: old, retryPolicy: { maxRetries: -2 } }));
    expect(causes(verdict)).toEqual(["spec.retryPolicy.maxRetries: must be at least 0"]);
  });

  test("may not repeat the mistake elsewhere", () => {
    const twice = { ...old, credentials: ["not a name", "not a name"] };
    expect(update(before, aJobObject({ podConfig: twice, retryPolicy: { maxRetries: -1 } })).allowed).toBe(false);
  });

  test("may not bring a new mistake", () => {
    const verdict = update(before, aJobObject({ podConfig: old, retryPolicy: { maxRetries: -1 }, cellTimeout: "1" }));
    expect(causes(verdict)).toEqual([expect.stringMatching(/^spec.cellTimeout/)]);
  });

  test("may not break a rule between fields by changing the other field", () => {
    const mounts = { volumeMounts: [{ name: "data", mountPath: "/data" }], volumes: [{ name: "data", emptyDir: {} }] };
    const verdict = update(aJobObject({ podConfig: mounts }), aJobObject({ podConfig: { ...mounts, volumes: [] } }));
    expect(verdict.allowed).toBe(false);
  });
});

describe("the operator's configuration", () => {
  const config = { access: { serviceAccounts: ["notebooks"] } };

  test("may allow some ServiceAccounts only", () => {
    expect(causes(creation(aJobObject(), config))).toEqual([
      expect.stringMatching(/^spec.podConfig.serviceAccountName: must be one of notebooks, is "default"/),
    ]);
    expect(creation(aJobObject({ podConfig: { serviceAccountName: "notebooks" } }), config).allowed).toBe(true);
    expect(causes(creation(aJobObject({ podConfig: { serviceAccountName: "root" }, ...broken }), config))).toHaveLength(
      2,
    );
  });

  test("holds for the ServiceAccount of a build, too", () => {
    const building = (serviceAccountName: string) =>
      aJobObject({
        podConfig: { serviceAccountName: "notebooks", buildConfig: { enabled: true, serviceAccountName } },
      });
    expect(creation(building("notebooks"), config).allowed).toBe(true);
    expect(causes(creation(building("root"), config))).toEqual([
      expect.stringMatching(/^spec.podConfig.buildConfig.serviceAccountName: must be one of notebooks, is "root"/),
    ]);
  });

  test("that came later doesn't keep anybody from suspending a job", () => {
    expect(update(aJobObject(), aJobObject({ suspend: true }), config).allowed).toBe(true);
    const other = aJobObject({ podConfig: { serviceAccountName: "root" } });
    expect(update(aJobObject(), other, config).allowed).toBe(false);
  });
});

describe("a job that the Go operator left behind", () => {
  const materialized = aJobObject(
    {
      timeout: "30m",
      podConfig: {
        containerImage: "registry.example.com/nb:1",
        serviceAccountName: "default",
        buildConfig: {
          enabled: false,
          strategy: "s2i",
          baseImage: "quay.io/jupyter/minimal-notebook:latest",
          autoGenerateRequirements: true,
          fallbackStrategy: "warn",
          timeout: "15m",
        },
      },
    },
    {},
    { status: { phase: "Succeeded" } },
  );

  test("may be changed, and nobody is warned of defaults that nobody chose", () => {
    const suspended = { ...materialized, spec: { ...(materialized["spec"] as object), suspend: true } };
    expect(update(materialized, suspended)).toEqual({ allowed: true, warnings: [] });
  });

  test("with the same values written by hand, is admitted with advice", () => {
    const { allowed, warnings } = creation({ ...materialized, status: undefined });
    expect(allowed).toBe(true);
    expect(warnings).toContain("spec.timeout: is a deprecated alias: write validationTimeout");
  });
});
