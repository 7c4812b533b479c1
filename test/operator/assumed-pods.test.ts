import { expect, test } from "@jest/globals";
import type { Cluster } from "../../src/kube/cluster.js";
import { KubeError } from "../../src/kube/kube-error.js";
import { ManualClock } from "../../src/kube/manual-clock.js";
import { objectOf, PODS } from "../../src/kube/resources.js";
import { AssumedPods, LATE_CREATE_MS } from "../../src/operator/assumed-pods.js";
import { SteppingClock } from "../kube/kit/stepping-clock.js";

const HOUR = 3_600_000;
const POD = objectOf(PODS, {
  metadata: {
    name: "first-1",
    namespace: "team-a",
    ownerReferences: [{ apiVersion: "v1", kind: "Job", name: "first", uid: "uid-1", controller: true }],
  },
});

/** The pods of an operator whose clock may step, and that has worked for a day; the API server answers as `create` does. */
async function somePods(create: () => Promise<unknown>) {
  const time = new ManualClock();
  const clock = new SteppingClock(time);
  const pods = new AssumedPods(clock, () => false);
  await time.advance(24 * HOUR);
  const cluster = pods.through({ create } as unknown as Cluster);
  const make = (): Promise<unknown> => cluster.create(PODS, POD).catch(() => undefined);
  /** How long no other pod may be made, by the clock as it is now. */
  const lateMs = (): number => (pods.lateUntil("uid-1", {}, []) ?? clock.now()) - clock.now();
  return { time, clock, pods, make, lateMs };
}

const noAnswer = (): Promise<never> => Promise.reject(new KubeError({ reason: "ConnectionFailed", message: "lost" }));

test.each([-HOUR, HOUR])("a pod may come late for a minute, though the clock steps by %d ms", async (stepMs) => {
  const { time, clock, make, lateMs } = await somePods(noAnswer);
  await make();
  expect(lateMs()).toBe(LATE_CREATE_MS);
  await time.advance(10_000);
  clock.stepMs = stepMs;
  expect(lateMs()).toBe(LATE_CREATE_MS - 10_000);
  await time.advance(LATE_CREATE_MS - 10_000);
  expect(lateMs()).toBe(0);
});

test.each([-HOUR, HOUR])("so may one of the process before, when the clock steps by %d ms", async (stepMs) => {
  const { time, clock, pods } = await somePods(noAnswer);
  pods.begin();
  const attempts = [{ number: 1, podName: "first-1" }] as never;
  const until = () => pods.lateUntil("uid-1", { attempts }, []);
  await time.advance(10_000);
  clock.stepMs = stepMs;
  expect(until()).toBe(clock.now() + LATE_CREATE_MS - 10_000);
  await time.advance(LATE_CREATE_MS - 10_000);
  expect(until()).toBeUndefined();
});

test.each([-HOUR, HOUR])("a pod that was made is assumed no longer when the clock steps by %d ms", async (stepMs) => {
  const { time, clock, pods, make } = await somePods(() => Promise.resolve(POD));
  await make();
  await time.advance(10_000);
  clock.stepMs = stepMs;
  expect(pods.of("uid-1")).toEqual({ pod: POD, until: clock.now() + 20_000 });
  await time.advance(20_000);
  expect(pods.of("uid-1")).toBeUndefined();
});
