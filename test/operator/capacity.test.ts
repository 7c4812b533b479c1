import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { Capacity } from "../../src/operator/capacity.js";

function aCapacity(limits = { total: 3, perNamespace: 2 }) {
  const clock = { now: 0 };
  return { clock, capacity: new Capacity(limits, () => clock.now) };
}

const job = (jobUid: string) => ({ jobUid, namespace: jobUid.slice(0, 1) });
const waiting = (key: string, priority = 50) => ({ key, namespace: key.slice(0, 1), priority });

test("gives out no more places than there are, in all and in one namespace", () => {
  const { capacity } = aCapacity();
  expect(["a1", "a2", "a3", "b1", "c1"].map((uid) => capacity.reserve(job(uid)))).toEqual([
    true,
    true,
    false,
    true,
    false,
  ]);
});

test("a job's pod and its reservation are one place", () => {
  const { capacity } = aCapacity({ total: 1, perNamespace: 1 });
  expect(capacity.reserve(job("a1"))).toBe(true);
  capacity.seen(job("a1"), "pod-1", undefined);
  expect(capacity.reserve(job("a1"))).toBe(true);
  expect(capacity.reserve(job("b1"))).toBe(false);
  expect(capacity.livePods).toBe(1);
});

test("a reservation on which nothing started goes back; one on which a pod was made stays until the pod is over", () => {
  const { capacity } = aCapacity({ total: 1, perNamespace: 1 });
  capacity.reserve(job("a1"));
  capacity.release("a1");
  expect(capacity.reserve(job("b1"))).toBe(true);
  capacity.started("b1");
  capacity.release("b1");
  expect(capacity.reserve(job("c1"))).toBe(false);
  capacity.ended("b1", "told-only-when-it-was-over");
  expect(capacity.reserve(job("c1"))).toBe(true);
});

test("the end of a job's earlier pod does not give away the place of its next one", () => {
  const { capacity } = aCapacity({ total: 1, perNamespace: 1 });
  capacity.seen(job("a1"), "pod-1", undefined);
  capacity.reserve(job("a1"));
  capacity.started("a1");
  capacity.ended("a1", "pod-1");
  expect(capacity.reserve(job("b1"))).toBe(false);
});

test("a pod whose node does not answer gives its place back when it counts as lost", () => {
  const { capacity, clock } = aCapacity({ total: 1, perNamespace: 1 });
  capacity.seen(job("a1"), "pod-1", 100);
  expect(capacity.reserve(job("b1"))).toBe(false);
  clock.now = 100;
  expect(capacity.livePods).toBe(0);
  expect(capacity.reserve(job("b1"))).toBe(true);
});

test("who found no place is told when there is one: the most urgent, of equals the first, and no more than can go", () => {
  const { capacity } = aCapacity({ total: 3, perNamespace: 2 });
  for (const uid of ["a1", "a2", "b1"]) capacity.seen(job(uid), `pod of ${uid}`, undefined);
  for (const each of [waiting("a/low", 10), waiting("b/first"), waiting("b/second"), waiting("a/high", 90)])
    capacity.wait(each);
  expect(capacity.takeWaiting()).toEqual([]);
  capacity.ended("b1", "pod of b1");
  // The namespace a is full.
  expect(capacity.takeWaiting()).toEqual(["b/first"]);
  capacity.reserve(job("b1"));
  capacity.ended("a1", "pod of a1");
  expect(capacity.takeWaiting()).toEqual(["a/high"]);
  capacity.reserve(job("a3"));
  expect(capacity.takeWaiting()).toEqual([]);
});

test("law: places never exceed their limits, and are all free again when every pod is over", () => {
  const step = fc.record({
    what: fc.constantFrom("reserve", "start", "seen", "ended", "release", "drop"),
    uid: fc.constantFrom("a1", "a2", "a3", "b1", "b2"),
    pod: fc.constantFrom("x", "y"),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { capacity } = aCapacity({ total: 3, perNamespace: 2 });
      const live = new Set<string>();
      for (const { what, uid, pod } of steps) {
        const podUid = `${uid}-${pod}`;
        if (what === "reserve") capacity.reserve(job(uid));
        if (what === "start") capacity.started(uid);
        if (what === "release") capacity.release(uid);
        if (what === "drop") capacity.drop(uid);
        if (what === "seen" && capacity.reserve(job(uid))) {
          capacity.seen(job(uid), podUid, undefined);
          live.add(podUid);
        }
        if (what === "ended") {
          capacity.ended(uid, podUid);
          live.delete(podUid);
        }
        expect(capacity.livePods).toBe(live.size);
        expect(new Set([...live].map((each) => each.split("-")[0])).size).toBeLessThanOrEqual(3);
      }
      for (const podUid of live) capacity.ended(podUid.split("-")[0] ?? "", podUid);
      for (const uid of ["a1", "a2", "a3", "b1", "b2"]) capacity.drop(uid);
      expect(["a1", "a2", "b1"].map((uid) => capacity.reserve(job(uid)))).toEqual([true, true, true]);
    }),
  );
});
