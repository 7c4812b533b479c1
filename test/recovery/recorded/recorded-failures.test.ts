import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type { BuildObject } from "../../../src/build/index.js";
import type { Event, Pod } from "../../../src/kube/index.js";
import { cachedPod } from "../../../src/operator/cached-objects.js";
import { corePod } from "../../../src/operator/decide/pods.js";
import { classifyApi, classifyPod } from "../../../src/recovery/index.js";
import { BUILD_FAILURES, type BuildFailureName } from "./build-failures.js";
import { expectFailure } from "./expect-failure.js";
import { failureOfRun } from "./failure-of-run.js";
import { type ExpectedFailure, POD_FAILURES, type PodFailureName } from "./pod-failures.js";
import { REFUSALS, type RefusalName } from "./refusals.js";

const RECORDED = join(import.meta.dirname, "../../fixtures/failures/recorded");
/** Longer than any patience. */
const HOUR_MS = 3_600_000;

function recorded(name: string): unknown {
  return JSON.parse(readFileSync(join(RECORDED, `${name}.json`), "utf8"));
}

function recordedPod(name: PodFailureName): { pod: Pod; events: Event[]; createdAt: number } {
  const { items } = recorded(`pods/${name}`) as { items: [Pod, ...Event[]] };
  const [pod, ...events] = items;
  return { pod, events, createdAt: Date.parse(pod.metadata.creationTimestamp ?? "") };
}

function namesOf(kind: string): string[] {
  return readdirSync(join(RECORDED, kind))
    .map((file) => file.replace(/\.json$/, ""))
    .sort();
}

describe("what a real cluster said", () => {
  test("is recorded of every failure that stories of the node make, and of nothing else", () => {
    expect(namesOf("pods")).toEqual(Object.keys(POD_FAILURES).sort());
    expect(namesOf("refusals")).toEqual(Object.keys(REFUSALS).sort());
    expect(namesOf("builds")).toEqual(Object.keys(BUILD_FAILURES).sort());
  });

  test.each(Object.keys(POD_FAILURES) as PodFailureName[])("of a pod is taken for what it is: %s", (name) => {
    const { pod, events, createdAt } = recordedPod(name);
    const signal = classifyPod(corePod(pod), createdAt + HOUR_MS, { events });
    const expected: ExpectedFailure = POD_FAILURES[name];
    if (signal.kind === "none") throw new Error("nothing is wrong with it");
    expect(signal.kind).toBe(expected.ends === false ? "visible" : "ended");
    expectFailure(signal.failure, expected);
  });

  test.each(Object.keys(POD_FAILURES) as PodFailureName[])("of a pod is cached as far as it tells: %s", (name) => {
    const { pod, events, createdAt } = recordedPod(name);
    const cached = corePod(cachedPod(pod));
    for (const now of [0, 60_000, 300_000, HOUR_MS].map((after) => createdAt + after)) {
      for (const told of events.map((_, count) => events.slice(0, count)).concat([events])) {
        const context = { events: told, runningCell: 3 };
        expect(classifyPod(cached, now, context)).toEqual(classifyPod(corePod(pod), now, context));
      }
    }
  });

  test.each(Object.keys(REFUSALS) as RefusalName[])("to a request is taken for what it is: %s", (name) => {
    expectFailure(classifyApi(recorded(`refusals/${name}`)), REFUSALS[name]);
  });

  test.each(Object.keys(BUILD_FAILURES) as BuildFailureName[])(
    "of a run of Tekton is taken for what it is: %s",
    (name) => {
      const { items } = recorded(`builds/${name}`) as { items: [BuildObject, ...BuildObject[]] };
      const [run, ...taskRuns] = items;
      expectFailure(failureOfRun(run, taskRuns), BUILD_FAILURES[name]);
    },
  );
});
