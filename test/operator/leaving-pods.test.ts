import { describe, expect, test } from "@jest/globals";
import { toRfc3339 } from "../../src/api/instant.js";
import { ManualClock } from "../../src/kube/manual-clock.js";
import type { Pod } from "../../src/kube/resources.js";
import { isLost } from "../../src/operator/decide/pods.js";
import { LeavingPods } from "../../src/operator/leaving-pods.js";
import { SteppingClock } from "../kube/kit/stepping-clock.js";

const HOUR_MS = 3_600_000;
/** Seconds that the pod is given to end; a minute after that its node counts as lost. */
const GRACE = 30;

describe("a pod that was asked to go", () => {
  function setUp(stepMs: number) {
    const server = new ManualClock();
    const clock = new SteppingClock(server);
    clock.stepMs = stepMs;
    const metadata = {
      name: "attempt-1",
      uid: "u1",
      deletionTimestamp: toRfc3339(server.now() + GRACE * 1000),
      deletionGracePeriodSeconds: GRACE,
    };
    const pod = { apiVersion: "v1", kind: "Pod", metadata } as Pod;
    const pods = new LeavingPods(clock);
    const isTakenForLost = (seen = pod) => pods.dated("job", [seen]).some((each) => isLost(each, clock.now()));
    return { server, clock, pod, pods, isTakenForLost };
  }

  test.each([0, HOUR_MS, -HOUR_MS])(
    "is lost a minute after its grace period, the calendar %i ms ahead",
    async (stepMs) => {
      const { server, isTakenForLost } = setUp(stepMs);
      expect(isTakenForLost()).toBe(false);
      await server.advance(88_000);
      expect(isTakenForLost()).toBe(false);
      await server.advance(2_000);
      expect(isTakenForLost()).toBe(true);
    },
  );

  test.each([HOUR_MS, -HOUR_MS])("is so when the calendar steps by %i ms meanwhile", async (stepMs) => {
    const { server, clock, isTakenForLost } = setUp(0);
    expect(isTakenForLost()).toBe(false);
    clock.stepMs = stepMs;
    expect(isTakenForLost()).toBe(false);
    await server.advance(90_000);
    expect(isTakenForLost()).toBe(true);
  });

  test("is so earlier when it is deleted once more, with less grace", async () => {
    const { server, pod, isTakenForLost } = setUp(HOUR_MS);
    expect(isTakenForLost()).toBe(false);
    const atOnce = { ...pod, metadata: { ...pod.metadata, deletionGracePeriodSeconds: 0 } };
    expect(isTakenForLost(atOnce)).toBe(false);
    await server.advance(60_000);
    expect(isTakenForLost(atOnce)).toBe(true);
  });

  test("is seen as it is while nobody has deleted it", () => {
    const { pod, pods } = setUp(HOUR_MS);
    const { deletionTimestamp: _, ...metadata } = pod.metadata;
    const staying = { ...pod, metadata } as Pod;
    expect(pods.dated("job", [staying])).toEqual([staying]);
  });
});
