import { expect, test } from "@jest/globals";
import { LEASES, type Lease, ManualClock } from "../../src/kube/index.js";
import type { MemoryCluster } from "../../src/kube/memory/index.js";
import { aCluster, anElection, faulty, KEY } from "./an-election.js";

const forever = new AbortController().signal;

async function lease(cluster: MemoryCluster): Promise<NonNullable<Lease["spec"]>> {
  return (await cluster.get(LEASES, KEY)).spec ?? {};
}

/** Whether the promise has settled once nothing more can happen without time passing. */
async function settled(clock: ManualClock, promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  const mark = (): void => void (done = true);
  promise.then(mark, mark);
  await clock.settle();
  return done;
}

test("the first candidate creates the lease and leads", async () => {
  const clock = new ManualClock();
  const cluster = aCluster(clock);
  const one = anElection(clock, { cluster });
  await one.acquire(forever);
  expect(one.isLeader).toBe(true);
  expect(await lease(cluster)).toEqual({
    holderIdentity: "one",
    leaseDurationSeconds: 15,
    acquireTime: "2026-01-01T00:00:00.000000Z",
    renewTime: "2026-01-01T00:00:00.000000Z",
    leaseTransitions: 0,
  });
});

test("a leader renews every two seconds or so, and keeps the time since when it leads", async () => {
  const clock = new ManualClock();
  const cluster = aCluster(clock);
  const one = anElection(clock, { cluster });
  await one.acquire(forever);
  const stop = new AbortController();
  const held = one.hold(stop.signal);
  await clock.advance(60_000);
  const { acquireTime, renewTime, leaseTransitions } = await lease(cluster);
  expect(acquireTime).toBe("2026-01-01T00:00:00.000000Z");
  expect(Date.parse(renewTime ?? "")).toBeGreaterThan(clock.now() - 2_500);
  expect(leaseTransitions).toBe(0);
  stop.abort();
  expect(await held).toBe("released");
});

test("a second candidate waits while the first renews, and takes over 15 s after its last renewal", async () => {
  const clock = new ManualClock();
  const cluster = aCluster(clock);
  const one = anElection(clock, { cluster });
  const two = anElection(clock, { cluster, identity: "two" });
  await one.acquire(forever);
  const killed = new AbortController();
  const held = one.hold(killed.signal);
  const taking = two.acquire(forever);
  await clock.advance(120_000);
  expect(await settled(clock, taking)).toBe(false);
  killed.abort(); // and no release: as if killed
  await held;
  await clock.advance(12_000);
  expect(await settled(clock, taking)).toBe(false);
  await clock.advance(8_000);
  expect(await settled(clock, taking)).toBe(true);
  expect(await lease(cluster)).toMatchObject({ holderIdentity: "two", leaseTransitions: 1 });
});

test("the count of transitions begins anew where an int32 ends", async () => {
  const clock = new ManualClock();
  const cluster = aCluster(clock);
  const one = anElection(clock, { cluster });
  await one.acquire(forever);
  await one.release();
  await cluster.patch(LEASES, KEY, { spec: { leaseTransitions: 2147483647 } });
  await anElection(clock, { cluster, identity: "two" }).acquire(forever);
  expect(await lease(cluster)).toMatchObject({ holderIdentity: "two", leaseTransitions: 0 });
});

test("a lease that was let go is taken at the next look", async () => {
  const clock = new ManualClock();
  const cluster = aCluster(clock);
  const one = anElection(clock, { cluster });
  const two = anElection(clock, { cluster, identity: "two" });
  await one.acquire(forever);
  const taking = two.acquire(forever);
  await one.release();
  expect(one.isLeader).toBe(false);
  expect(await lease(cluster)).toMatchObject({ holderIdentity: "", leaseDurationSeconds: 1 });
  await clock.advance(2_400);
  expect(await settled(clock, taking)).toBe(true);
});

test("a leader that cannot renew for ten seconds gives up, before anybody may follow", async () => {
  const clock = new ManualClock();
  const memory = aCluster(clock);
  let isOut = false;
  const cluster = faulty(memory, clock, () => (isOut ? "refused" : "fine"));
  const one = anElection(clock, { cluster });
  await one.acquire(forever);
  const held = one.hold(forever);
  isOut = true;
  await clock.advance(9_900);
  expect(await settled(clock, held)).toBe(false);
  await clock.advance(200);
  expect(await held).toBe("lost");
  expect(one.isLeader).toBe(false);
});

test("an API server that hangs is given up like one that refuses", async () => {
  const clock = new ManualClock();
  const memory = aCluster(clock);
  let isOut = false;
  const cluster = faulty(memory, clock, () => (isOut ? "hangs" : "fine"));
  const one = anElection(clock, { cluster });
  await one.acquire(forever);
  isOut = true;
  const held = one.hold(forever);
  await clock.advance(10_100);
  expect(await settled(clock, held)).toBe(true);
  expect(await held).toBe("lost");
});

test("a renewal whose answer was lost does not cost the leadership", async () => {
  const clock = new ManualClock();
  const memory = aCluster(clock);
  let lose = false;
  const cluster = faulty(memory, clock, (verb) => {
    if (!lose || verb !== "replace") return "fine";
    lose = false;
    return "answer-lost";
  });
  const one = anElection(clock, { cluster });
  await one.acquire(forever);
  const held = one.hold(forever);
  lose = true;
  await clock.advance(30_000);
  expect(await settled(clock, held)).toBe(false);
  expect(one.isLeader).toBe(true);
});

test("a leader whose lease somebody else holds stops at once", async () => {
  const clock = new ManualClock();
  const cluster = aCluster(clock);
  const one = anElection(clock, { cluster });
  await one.acquire(forever);
  const held = one.hold(forever);
  const taken = await cluster.get(LEASES, KEY);
  await cluster.replace(LEASES, { ...taken, spec: { ...taken.spec, holderIdentity: "a person's doing" } });
  await clock.advance(2_400);
  expect(await settled(clock, held)).toBe(true);
  expect(await held).toBe("lost");
});

test("a leader makes the lease anew when somebody deleted it", async () => {
  const clock = new ManualClock();
  const cluster = aCluster(clock);
  const one = anElection(clock, { cluster });
  await one.acquire(forever);
  void one.hold(forever);
  await cluster.delete(LEASES, KEY);
  await clock.advance(2_400);
  expect(one.isLeader).toBe(true);
  expect(await lease(cluster)).toMatchObject({ holderIdentity: "one" });
});

test("what others wrote into the lease is kept", async () => {
  const clock = new ManualClock();
  const cluster = aCluster(clock);
  await cluster.create(LEASES, {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { ...KEY, labels: { team: "ml" } },
    spec: { holderIdentity: "" },
  });
  await anElection(clock, { cluster }).acquire(forever);
  expect((await cluster.get(LEASES, KEY)).metadata.labels).toEqual({ team: "ml" });
});

test("waiting for the lease ends with its signal", async () => {
  const clock = new ManualClock();
  const cluster = aCluster(clock);
  await anElection(clock, { cluster, identity: "other" }).acquire(forever);
  const stop = new AbortController();
  const waiting = anElection(clock, { cluster }).acquire(stop.signal);
  await clock.settle();
  stop.abort(new Error("stopped"));
  await expect(waiting).rejects.toThrow("stopped");
});

test("letting go takes a second at most, whatever the API server does", async () => {
  const clock = new ManualClock();
  let isOut = false;
  const cluster = faulty(aCluster(clock), clock, () => (isOut ? "hangs" : "fine"));
  const one = anElection(clock, { cluster });
  await one.acquire(forever);
  isOut = true;
  const released = one.release();
  await clock.advance(1_000);
  expect(await settled(clock, released)).toBe(true);
});

test("times that could make two leaders are refused", () => {
  const clock = new ManualClock();
  const cluster = aCluster(clock);
  const times = { leaseMs: 10_000, renewMs: 10_000, retryMs: 2_000 };
  expect(() => anElection(clock, { cluster, times })).toThrow(RangeError);
});
