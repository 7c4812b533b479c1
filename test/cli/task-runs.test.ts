import { expect, test } from "@jest/globals";
import type { Instant } from "../../src/api/index.js";
import type { SeenObject } from "../../src/cli/classify-input.js";
import { type Classified, classifyObjects } from "../../src/cli/classify-objects.js";

const NOW: Instant = Date.parse("2026-11-21T12:00:00Z");

interface Named {
  readonly kind: "PipelineRun" | "TaskRun";
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  /** Name of the run in the label. */
  readonly run?: string;
  /** UID of the run. */
  readonly owner?: string;
}

function failed({ kind, name, namespace = "team-a", uid, run, owner }: Named): SeenObject {
  return {
    apiVersion: "tekton.dev/v1",
    kind,
    metadata: {
      name,
      namespace,
      ...(uid !== undefined && { uid }),
      ...(run !== undefined && { labels: { "tekton.dev/pipelineRun": run } }),
      ...(owner !== undefined && { ownerReferences: [{ uid: owner }] }),
    },
    status: { conditions: [{ type: "Succeeded", status: "False", reason: "Failed", message: "x" }] },
  };
}

function subjects(found: readonly Classified[]): string[] {
  return found.map(({ subject: { kind, namespace, name } }) => `${kind} ${namespace}/${name}`);
}

test("a run tells of its TaskRuns, by label or by owner; others speak for themselves", () => {
  const objects = [
    failed({ kind: "TaskRun", name: "labelled", run: "run" }),
    failed({ kind: "PipelineRun", name: "run", uid: "u-1" }),
    failed({ kind: "TaskRun", name: "owned", owner: "u-1" }),
    failed({ kind: "TaskRun", name: "alone" }),
    failed({ kind: "TaskRun", name: "of-another", run: "gone", owner: "u-2" }),
  ];
  expect(subjects(classifyObjects(objects, NOW))).toEqual([
    "PipelineRun team-a/run",
    "TaskRun team-a/alone",
    "TaskRun team-a/of-another",
  ]);
});

test("a run of the same name in another namespace does not tell of it", () => {
  const objects = [
    failed({ kind: "PipelineRun", name: "run" }),
    failed({ kind: "TaskRun", name: "part", namespace: "team-b", run: "run" }),
  ];
  expect(subjects(classifyObjects(objects, NOW))).toEqual(["PipelineRun team-a/run", "TaskRun team-b/part"]);
});

test("four times as many objects are looked at four times as often", () => {
  const looksAt = (count: number): number => {
    let looks = 0;
    const counted = ({ metadata, ...rest }: SeenObject): SeenObject => ({
      ...rest,
      get metadata() {
        looks += 1;
        return metadata;
      },
    });
    const runs = Array.from({ length: count }, (_, index) => failed({ kind: "PipelineRun", name: `r-${index}` }));
    const parts = runs.map(({ metadata: { name } }) => failed({ kind: "TaskRun", name: `${name}-build`, run: name }));
    expect(classifyObjects([...parts, ...runs].map(counted), NOW)).toHaveLength(count);
    return looks;
  };
  const few = looksAt(250);
  expect(looksAt(1_000) / few).toBeCloseTo(4, 1);
});
