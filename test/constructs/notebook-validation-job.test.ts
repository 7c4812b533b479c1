import { describe, expect, test } from "@jest/globals";
import { JsonPatch } from "cdk8s";
import { Construct } from "constructs";
import { NotebookValidationJob } from "../../src/constructs/index.js";
import { errorOf } from "../api/error-of.js";
import { aChart, objectsOf, only } from "./synthesize.js";

const spec = {
  notebook: { git: { url: "https://git.example.org/a/b.git", ref: "main" }, path: "notebooks/train.ipynb" },
};

/** A spec as a program without types might pass it. */
const untyped = (value: unknown) => value as never;

describe("NotebookValidationJob", () => {
  test("writes the spec as given, without defaults, so that a GitOps tool sees what was written", () => {
    const chart = aChart();
    new NotebookValidationJob(chart, "Train", { metadata: { name: "train", namespace: "fraud" }, spec });
    expect(objectsOf(chart)).toEqual([
      {
        apiVersion: "mlops.mlops.dev/v1alpha1",
        kind: "NotebookValidationJob",
        metadata: {
          name: "train",
          namespace: "fraud",
          labels: { "app.kubernetes.io/name": "notebook-validation-job", "app.kubernetes.io/managed-by": "cdk8s" },
        },
        spec,
      },
    ]);
  });

  test("labels of the user win", () => {
    const chart = aChart();
    const labels = { "app.kubernetes.io/name": "train", "app.kubernetes.io/part-of": "fraud" };
    new NotebookValidationJob(chart, "Train", { metadata: { name: "train", labels }, spec });
    expect(only(objectsOf(chart), "NotebookValidationJob").metadata?.labels).toMatchObject(labels);
  });

  test("a mistake names the construct's path, the field and the fix", () => {
    const team = new Construct(aChart("team"), "Notebooks");
    const error = errorOf(
      () => new NotebookValidationJob(team, "Train", { spec: untyped({ ...spec, retryPolicy: { maxRetrys: 3 } }) }),
    );
    expect(error.what).toContain("team/Notebooks/Train");
    expect(error.where).toEqual([expect.stringContaining("team/Notebooks/Train: spec.retryPolicy.maxRetrys")]);
    expect(error.fix).toBe("write maxRetries in place of maxRetrys");
  });

  test("every mistake is named, not only the first", () => {
    const error = errorOf(
      () =>
        new NotebookValidationJob(aChart(), "Train", {
          spec: untyped({
            notebook: { ...spec.notebook, path: "../secrets.ipynb" },
            validationConfig: { level: "prod" },
          }),
        }),
    );
    expect(error.where.join("\n")).toContain("spec.notebook.path");
    expect(error.where.join("\n")).toContain("spec.validationConfig.level");
    expect(error.fix).toContain("nbv explain spec.");
  });

  test("collections grow, and what is read back is a copy", () => {
    const chart = aChart();
    const job = new NotebookValidationJob(chart, "Train", { metadata: { name: "train" }, spec })
      .addEnv({ name: "A", value: "1" })
      .addEnv({ name: "B", value: "2" })
      .addExpectedOutput({ cell: 3, notEmpty: true })
      .addOnSuccess({ apiVersion: "apps/v1", kind: "Deployment", name: "model", action: "restart" });
    job.spec.podConfig?.env?.push({ name: "C", value: "3" });
    expect(only(objectsOf(chart), "NotebookValidationJob")["spec"]).toEqual({
      ...spec,
      podConfig: {
        env: [
          { name: "A", value: "1" },
          { name: "B", value: "2" },
        ],
      },
      validationConfig: { expectedOutputs: [{ cell: 3, notEmpty: true }] },
      onSuccess: [{ apiVersion: "apps/v1", kind: "Deployment", name: "model", action: "restart" }],
    });
  });

  test("what is added later is judged too, and a refused addition changes nothing", () => {
    const job = new NotebookValidationJob(aChart(), "Train", { metadata: { name: "train" }, spec });
    expect(errorOf(() => job.addExpectedOutput({ notEmpty: true })).what).toContain("test/Train");
    expect(job.spec).toEqual(spec);
  });

  test("the caller's object is not changed by us, nor ours by the caller", () => {
    const mine = structuredClone(spec);
    const job = new NotebookValidationJob(aChart(), "Train", { metadata: { name: "train" }, spec: mine });
    job.addEnv({ name: "A", value: "1" });
    mine.notebook.path = "other.ipynb";
    expect(mine).not.toHaveProperty("podConfig");
    expect(job.spec.notebook.path).toBe("notebooks/train.ipynb");
  });

  test("a patch reaches fields that this version does not know", () => {
    const chart = aChart();
    const job = new NotebookValidationJob(chart, "Train", { metadata: { name: "train" }, spec });
    job.apiObject.addJsonPatch(JsonPatch.add("/spec/fieldOfTheFuture", { a: 1 }));
    expect(only(objectsOf(chart), "NotebookValidationJob")["spec"]).toMatchObject({ fieldOfTheFuture: { a: 1 } });
  });
});
