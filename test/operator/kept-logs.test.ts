import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { PODS } from "../../src/kube/resources.js";
import { TestCluster } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";

let world: TestCluster;
afterEach(() => world.stopOperator());

/** A notebook runs, and from now on nothing is told of pods. */
beforeEach(async () => {
  world = new TestCluster();
  await world.startOperator();
  await world.submit(aJob().draft());
  await world.kubelet.start(await world.pod());
  await world.pass(1_000);
  world.cluster.breakWatches("silent", PODS);
});

const going = async () => (await world.pods()).map(({ metadata }) => metadata.deletionTimestamp !== undefined);

test("a pod that has ended unseen keeps its log when its job is suspended", async () => {
  await world.kubelet.end(await world.pod(), 1);
  await world.edit({ spec: { suspend: true } });
  await world.pass(1_000);
  expect(await world.status()).toMatchObject({ reason: "Suspended" });
  expect(await going()).toEqual([false]);
});

test("a pod that has changed unseen and still works goes at once", async () => {
  const { metadata } = await world.pod();
  const key = { namespace: "team-a", name: metadata.name };
  await world.cluster.patch(PODS, key, { metadata: { annotations: { seen: "no" } } });
  await world.edit({ spec: { suspend: true } });
  await world.pass(1_000);
  expect(await going()).not.toContain(false);
});
