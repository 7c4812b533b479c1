import { afterEach, expect, test } from "@jest/globals";
import type { OperatorConfigInput } from "../../src/api/index.js";
import { KubeError } from "../../src/kube/kube-error.js";
import { EVENTS, PODS } from "../../src/kube/resources.js";
import { TestCluster } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";
import { failingEvents, passingEvents } from "./kit/fake-runner.js";

const MINUTE = 60_000;
let world: TestCluster;
let isProtected: boolean;
/** Requests to delete a pod that were refused. */
let refused: number;

afterEach(async () => {
  await world.stopOperator();
});

/** A world whose pods policy lets nobody delete, and which keeps no finished ones. */
async function aProtectedWorld(patience: OperatorConfigInput["patience"] = {}): Promise<void> {
  isProtected = true;
  refused = 0;
  world = new TestCluster({
    config: { retention: { finishedPodsPerJob: 0 }, patience },
    intercept: ({ verb, resource, key }, proceed) => {
      if (!isProtected || verb !== "delete" || resource.plural !== PODS.plural) return proceed();
      refused += 1;
      const message = `admission webhook "protect.example.com" denied the request: pod ${key.name} is protected`;
      return Promise.reject(new KubeError({ reason: "Forbidden", message }));
    },
  });
  await world.startOperator();
  await world.submit(
    aJob()
      .with({ retryPolicy: { jitter: false } })
      .draft(),
  );
}

async function refusals(): Promise<(string | undefined)[]> {
  const { items } = await world.cluster.list(EVENTS);
  return items.filter(({ reason }) => reason === "PodNotDeleted").map(({ message }) => message);
}

test("a finished pod that nobody may delete is told of once, and keeps no run from starting", async () => {
  await aProtectedWorld();
  const first = await world.pod();
  await world.kubelet.run(first, failingEvents());
  await world.settle();
  await world.edit({
    metadata: { annotations: { "mlops.dev/retry-requested": new Date(world.clock.now()).toISOString() } },
  });
  await world.pass(60_000);
  const second = (await world.pods()).find(({ metadata }) => metadata.name !== first.metadata.name);
  if (second === undefined) throw new Error("the second run does not start");
  await world.kubelet.run(second, passingEvents());
  for (let minute = 0; minute < 30; minute++) await world.pass(60_000);
  expect(await world.status()).toMatchObject({ phase: "Succeeded" });
  const told = await refusals();
  expect(told).toHaveLength(2);
  expect(told[0]).toContain(`Pod ${first.metadata.name} could not be deleted`);
  expect(told[0]).toContain("is protected");
});

test("a pod that nobody could delete goes once somebody may", async () => {
  await aProtectedWorld();
  await world.kubelet.run(await world.pod(), failingEvents());
  await world.pass(60_000);
  expect(await world.pods()).toHaveLength(1);
  isProtected = false;
  await world.pass(5 * 60_000);
  expect(await world.pods()).toEqual([]);
});

test("however often its job is looked at, policy is not asked about a pod all the time", async () => {
  await aProtectedWorld();
  await world.kubelet.run(await world.pod(), failingEvents());
  await world.settle();
  const before = refused;
  for (let second = 0; second < 60; second++) {
    await world.edit({ metadata: { annotations: { "example.com/touched": `${second}` } } });
    await world.pass(1_000);
  }
  expect(refused - before).toBeLessThanOrEqual(4);
});

test("a run that waits for a notebook that nobody may end names its pod, and ends when waits do", async () => {
  await aProtectedWorld({ resolutionTimeout: "1h" });
  const old = await world.pod();
  await world.kubelet.start(old);
  await world.edit({ spec: { cellTimeout: "9m" } });
  await world.pass(59 * MINUTE);
  const waiting = await world.status();
  expect(waiting).toMatchObject({ phase: "ValidationRunning", reason: "WaitingForOldPod" });
  expect(waiting.message).toContain(`pod ${old.metadata.name} of an earlier attempt`);
  expect(waiting.message).toContain("PodNotDeleted");
  await world.pass(2 * MINUTE);
  const given = await world.status();
  expect(given).toMatchObject({ phase: "Failed", reason: "ApiForbidden", fault: "platform" });
  expect(given.message).toContain(`Pod ${old.metadata.name} of an earlier attempt can't be deleted`);
});
