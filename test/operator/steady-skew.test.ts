import { afterEach, describe, expect, test } from "@jest/globals";
import { PODS, type Pod } from "../../src/kube/resources.js";
import { SteppingClock } from "../kube/kit/stepping-clock.js";
import { TestCluster } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SKEWS = [-HOUR, -3 * MINUTE, 0, 3 * MINUTE, HOUR];

let world: TestCluster;
let clock: SteppingClock;

/** An operator whose clock is ahead of the cluster's, and a job whose pod a node of the cluster has taken. */
async function startAhead(aheadMs: number): Promise<void> {
  world = new TestCluster();
  clock = new SteppingClock(world.clock);
  clock.stepMs = aheadMs;
  await world.startOperator({ clock });
  await world.submit(aJob().draft());
  await bind(await world.pod());
}

/** By the cluster's calendar. */
async function bind({ metadata: { namespace = "", name } }: Pod): Promise<void> {
  const at = new Date(world.clock.now()).toISOString();
  const conditions = [{ type: "PodScheduled", status: "True", lastTransitionTime: at }];
  await world.cluster.patchStatus(PODS, { namespace, name }, { status: { startTime: at, conditions } });
}

async function retries(): Promise<number | undefined> {
  return (await world.status()).retryCount;
}

afterEach(async () => {
  await world.stopOperator();
});

describe.each(SKEWS)("an operator whose clock is %d ms ahead of the cluster's", (aheadMs) => {
  test("gives a pull that fails the whole grace, and no more", async () => {
    await startAhead(aheadMs);
    await world.kubelet.wait(await world.pod(), "ImagePullBackOff", "rpc error: i/o timeout");
    await world.pass(110_000);
    expect(await retries()).toBe(0);
    await world.pass(15_000);
    expect(await retries()).toBe(1);
  });

  test("gives it to every attempt", async () => {
    await startAhead(aheadMs);
    await world.kubelet.wait(await world.pod(), "ImagePullBackOff", "rpc error: i/o timeout");
    await world.pass(125_000);
    await world.finishPods();
    await world.pass(5 * MINUTE);
    const pod = await world.pod();
    await bind(pod);
    const before = await retries();
    await world.kubelet.wait(pod, "ImagePullBackOff", "rpc error: i/o timeout");
    await world.pass(10_000);
    expect(await retries()).toBe(before);
    await world.pass(150_000);
    expect(await retries()).toBe(2);
  });
});
