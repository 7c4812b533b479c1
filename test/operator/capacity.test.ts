import { expect, test } from "@jest/globals";
import { Capacity, type LivePod } from "../../src/operator/capacity.js";

function aCapacity(limits = { total: 3, perNamespace: 2 }) {
  const live: LivePod[] = [];
  return { live, capacity: new Capacity(limits, () => live) };
}

test("gives out no more places than there are, in all and in one namespace", () => {
  const { capacity } = aCapacity();
  expect(capacity.reserve({ jobUid: "a1", namespace: "a" })).toBe(true);
  expect(capacity.reserve({ jobUid: "a2", namespace: "a" })).toBe(true);
  expect(capacity.reserve({ jobUid: "a3", namespace: "a" })).toBe(false);
  expect(capacity.reserve({ jobUid: "b1", namespace: "b" })).toBe(true);
  expect(capacity.reserve({ jobUid: "c1", namespace: "c" })).toBe(false);
});

test("a job's pod and its reservation are one place", () => {
  const { capacity, live } = aCapacity({ total: 1, perNamespace: 1 });
  expect(capacity.reserve({ jobUid: "a1", namespace: "a" })).toBe(true);
  live.push({ jobUid: "a1", namespace: "a" });
  expect(capacity.reserve({ jobUid: "a1", namespace: "a" })).toBe(true);
  expect(capacity.reserve({ jobUid: "b1", namespace: "b" })).toBe(false);
});

test("a reservation on which nothing started goes back; one on which a pod was made stays until the pod is seen", () => {
  const { capacity } = aCapacity({ total: 1, perNamespace: 1 });
  capacity.reserve({ jobUid: "a1", namespace: "a" });
  capacity.release("a1");
  expect(capacity.reserve({ jobUid: "b1", namespace: "b" })).toBe(true);
  capacity.started("b1");
  capacity.release("b1");
  expect(capacity.reserve({ jobUid: "c1", namespace: "c" })).toBe(false);
  capacity.drop("b1");
  expect(capacity.reserve({ jobUid: "c1", namespace: "c" })).toBe(true);
});

test("who found no place is told once that there may be one", () => {
  const { capacity } = aCapacity();
  capacity.wait("a/1");
  capacity.wait("a/1");
  expect(capacity.takeWaiting()).toEqual(["a/1"]);
  expect(capacity.takeWaiting()).toEqual([]);
});
