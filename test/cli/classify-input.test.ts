import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { UserError } from "../../src/api/index.js";
import { classificationValue } from "../../src/cli/classification.js";
import { classifyInput } from "../../src/cli/classify-input.js";
import { classifyObjects } from "../../src/cli/classify-objects.js";

/** What `nbv classify` makes of objects; the text itself for a log. */
function answer(text: string): unknown {
  const input = classifyInput(text, "<stdin>");
  return input.kind === "text" ? input.text : classificationValue(classifyObjects(input.objects, 0));
}

const RUNNING = { apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, status: { phase: "Running" } };

describe("objects are told from logs", () => {
  test.each([
    ["a log of JSON documents", '{"level":"info","kind":"x"}\n{"level":"error","msg":"connection refused"}\n'],
    ["a log that quotes an object", 'E1121 reconciler: {"apiVersion":"v1","kind":"Pod"} could not be read'],
    ["a traceback", 'Traceback (most recent call last):\n  File "kind: a.py"\nKeyError: "kind"'],
    ["a line that would be YAML", "Error: connection refused"],
    ["a log that begins like a comment", "# kind: nightly run\npermission denied"],
    ["a log with levels in brackets", "[INFO] kind: starting\n[ERROR] connection refused"],
    ["one line of a log of JSON documents", '{"level":"error","kind":"x","msg":"permission denied"}\n'],
  ])("%s", (_what, text) => {
    expect(answer(text)).toBe(text);
  });

  test.each([
    ["one", JSON.stringify(RUNNING)],
    ["one, written on many lines", JSON.stringify(RUNNING, null, 2)],
    [
      "YAML after a comment",
      "# kubectl get pod a\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\nstatus: {phase: Running}\n",
    ],
    ["a list of kubectl's", JSON.stringify({ apiVersion: "v1", kind: "List", items: [RUNNING] })],
    [
      "a list of the API server's, whose items have no kind",
      JSON.stringify({
        apiVersion: "v1",
        kind: "PodList",
        items: [{ metadata: RUNNING.metadata, status: RUNNING.status }],
      }),
    ],
    [
      "one that kubectl printed without a cluster",
      "apiVersion: v1\nkind: Pod\nmetadata: {name: a, creationTimestamp: null, labels: null, annotations: null}\nstatus: {}\n",
    ],
    ["an array", JSON.stringify([RUNNING])],
    [
      "several documents",
      `---\n${JSON.stringify(RUNNING)}\n---\n${JSON.stringify({ ...RUNNING, kind: "ConfigMap" })}\n`,
    ],
  ])("%s", (_what, text) => {
    expect(answer(text)).toEqual({ subject: { kind: "Pod", name: "a" }, failed: false, message: "Nothing has failed" });
  });
});

describe("what is neither", () => {
  test.each<[string, string, RegExp]>([
    ["nothing", "", /<stdin>: is empty/],
    ["half an object", '{"apiVersion":"v1","kind":"Pod","metadata":{', /<stdin>:1:\d+: is not YAML/],
    ["an object that is none", "apiVersion: v1\nkind: [Pod]\n", /is no Kubernetes object: kind/],
    ["a pod that is none", "apiVersion: v1\nkind: Pod\nstatus:\n  containerStatuses: many\n", /not shaped like a Pod/],
    ["another kind", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n", /kind Deployment\n {2}fix: /],
    [
      "a job",
      "apiVersion: mlops.mlops.dev/v1alpha1\nkind: NotebookValidationJob\nmetadata: {name: a}\n",
      /nbv status JOB/,
    ],
    [
      "what the operator says of a job",
      JSON.stringify({
        apiVersion: "v1",
        kind: "Event",
        metadata: { name: "a.1" },
        involvedObject: { kind: "NotebookValidationJob", name: "a" },
        type: "Warning",
        reason: "GitNetwork",
        message: "The Git server can't be reached",
      }),
      /events about NotebookValidationJob\n {2}fix: nbv status JOB/,
    ],
    ["an empty list", '{"apiVersion":"v1","kind":"List","items":[]}', /the list is empty/],
    ["a list of a kind's things", '{"apiVersion":"v1","kind":"PodList","items":["x"]}', /is no Kubernetes object/],
    ["a list of nothing", '{"apiVersion":"v1","kind":"PodList","items":[null]}', /is no Kubernetes object/],
    ["a notebook", '{"cells": [], "metadata": {}, "nbformat": 4}', /is a notebook, not a log\n {2}fix: nbv run/],
    ["a report", '{"version": "nbv.report.v1", "runnerVersion": "1"}', /is the report of a run, not a log/],
    ["kubectl's own refusal", 'Error from server (NotFound): pods "x" not found\n', /kubectl found nothing/],
    ["a list of things", '{"apiVersion":"v1","kind":"List","items":["x"]}', /is no Kubernetes object/],
  ])("is refused with one clear message: %s", (_what, text, message) => {
    expect(() => answer(text)).toThrow(UserError);
    expect(() => answer(text)).toThrow(message);
  });

  test.each(["{", "["])("what nests too deeply is refused, as JSON too: %s", (open) => {
    const [begin, end] = open === "{" ? ['{"a":', "}"] : ["[", "]"];
    const deep = `${begin.repeat(20_000)}1${end.repeat(20_000)}`;
    expect(() => answer(`{"kind":"List","apiVersion":"v1","items":[${deep}]}`)).toThrow(
      /<stdin>: is nested deeper than/,
    );
  });

  test("nothing makes it fail otherwise", () => {
    const kinds = fc.constantFrom("Pod", "PipelineRun", "TaskRun", "Build", "BuildRun", "Event", "Status");
    const apis = fc.constantFrom("v1", "tekton.dev/v1", "build.openshift.io/v1", "shipwright.io/v1beta1");
    const part = fc.jsonValue({ maxDepth: 3 });
    const state = fc.record(
      {
        phase: part,
        reason: part,
        message: part,
        conditions: part,
        containerStatuses: part,
        steps: part,
        registered: part,
      },
      { requiredKeys: [] },
    );
    const object = fc.record(
      {
        apiVersion: apis,
        kind: kinds,
        metadata: fc.oneof(part, fc.record({ name: fc.string(), labels: part }, { requiredKeys: [] })),
        status: fc.oneof(part, state),
        involvedObject: part,
        reason: part,
        message: part,
        code: part,
      },
      { requiredKeys: ["apiVersion", "kind"] },
    );
    fc.assert(
      fc.property(fc.array(object, { minLength: 1, maxLength: 3 }), (items) => {
        try {
          answer(JSON.stringify({ apiVersion: "v1", kind: "List", items }));
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
    );
  });
});
