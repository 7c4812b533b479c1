import { expect, test } from "@jest/globals";
import { pino } from "pino";
import { type BuildObservation, strategyNamed } from "../../../src/build/index.js";
import { ManualClock } from "../../../src/kube/manual-clock.js";
import { BuildSweep, type SweptBuild } from "../../../src/operator/builds/build-sweep.js";

function aBuild(name: string, observation: BuildObservation): SweptBuild {
  const strategy = strategyNamed("tekton");
  if (strategy === undefined) throw new Error("no strategy tekton");
  const metadata = { name, namespace: "team-a", uid: name, creationTimestamp: "2025-01-01T00:00:00Z" };
  const object = { apiVersion: "tekton.dev/v1", kind: "PipelineRun", metadata };
  return { object, observation, strategy, isAwaited: false, isNamed: false };
}

test("a build that begins while the sweep deletes an old one is looked after at once", async () => {
  const clock = new ManualClock();
  const stop = new AbortController();
  let builds = [aBuild("old", { kind: "cancelled" })];
  const cancelled: string[] = [];
  let deleted = () => {};
  const deleting = new Promise<void>((resolve) => {
    deleted = resolve;
  });
  const sweep = new BuildSweep({
    cluster: {
      delete: () => deleting,
      patch: async (_, { name }) => cancelled.push(name) as never,
    },
    clock,
    logger: pino({ level: "silent" }),
    builds: () => builds,
    retentionMs: 3_600_000,
  });
  const running = sweep.run(stop.signal);
  await clock.settle();
  builds = [aBuild("new", { kind: "pending" })];
  sweep.wake();
  deleted();
  await clock.advance(8_000);
  expect(cancelled).toEqual(["new"]);
  stop.abort();
  await running;
  expect(clock.pending).toBe(0);
});
