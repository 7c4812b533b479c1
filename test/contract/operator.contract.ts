import { beforeEach, describe, expect, test } from "@jest/globals";
import { type Cluster, EVENTS, type Event, LEASES, type Lease } from "../../src/kube/index.js";
import { aGadget, aPod, type ClusterUnderTest, failure, freshNamespace, GADGETS, PODS } from "./cluster-under-test.js";

/** What the operator's own housekeeping relies on: leases, events, the locks of status writes, dry runs. */
export function operatorContract(given: () => ClusterUnderTest): void {
  let cluster: Cluster;
  let namespace: string;
  beforeEach(async () => {
    cluster = given().cluster;
    namespace = await freshNamespace(cluster);
  });

  const aLease = (holder: string): Lease => ({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { namespace, name: "leader" },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: 15,
      acquireTime: "2026-11-21T10:00:00.123456Z",
      renewTime: "2026-11-21T10:00:00.123456Z",
      leaseTransitions: 0,
    },
  });
  const key = (): { namespace: string; name: string } => ({ namespace, name: "leader" });

  describe("leases", () => {
    test("keep microseconds, and are taken by one candidate only", async () => {
      const made = await cluster.create(LEASES, aLease("one"));
      expect(made.spec).toEqual(aLease("one").spec);
      expect(await failure(cluster.create(LEASES, aLease("two")))).toMatchObject({ reason: "AlreadyExists" });
    });

    test("are renewed with the version that was read, and only with it", async () => {
      const made = await cluster.create(LEASES, aLease("one"));
      const renewed = await cluster.replace(LEASES, {
        ...made,
        spec: { ...made.spec, renewTime: "2026-11-21T10:00:02.000000Z" },
      });
      const late = cluster.replace(LEASES, { ...made, spec: { ...made.spec, holderIdentity: "two" } });
      expect(await failure(late)).toMatchObject({ reason: "Conflict", code: 409 });
      expect((await cluster.get(LEASES, key())).metadata.resourceVersion).toBe(renewed.metadata.resourceVersion);
    });

    test("are released by an empty holder", async () => {
      const made = await cluster.create(LEASES, aLease("one"));
      const spec = { ...made.spec, holderIdentity: "", leaseDurationSeconds: 1 };
      const released = await cluster.replace(LEASES, { ...made, spec });
      expect(released.spec?.holderIdentity ?? "").toBe("");
    });

    test("that are gone cannot be renewed", async () => {
      const made = await cluster.create(LEASES, aLease("one"));
      await cluster.delete(LEASES, key());
      const { reason } = await failure(cluster.replace(LEASES, made));
      expect(["NotFound", "Conflict"]).toContain(reason);
    });
  });

  describe("events", () => {
    const anEvent = (name: string): Event => ({
      apiVersion: "v1",
      kind: "Event",
      metadata: { namespace, name },
      involvedObject: { apiVersion: "v1", kind: "Pod", namespace, name: "p", uid: "u" },
      reason: "Succeeded",
      message: "All cells passed",
      type: "Normal",
      count: 1,
      firstTimestamp: "2026-11-21T10:00:00Z",
      lastTimestamp: "2026-11-21T10:00:00Z",
      source: { component: "test" },
    });

    test("under one name are told once", async () => {
      await cluster.create(EVENTS, anEvent("told"));
      expect(await failure(cluster.create(EVENTS, anEvent("told")))).toMatchObject({ reason: "AlreadyExists" });
      const patch = { count: 2, lastTimestamp: "2026-11-21T10:00:09Z" };
      const counted = await cluster.patch(EVENTS, { namespace, name: "told" }, patch);
      expect(counted).toMatchObject({ count: 2, firstTimestamp: "2026-11-21T10:00:00Z" });
    });
  });

  describe("status patches of two writers", () => {
    test("with the version that both read: one wins, the other learns it", async () => {
      const made = await cluster.create(GADGETS, aGadget(namespace, "a"));
      const { resourceVersion } = made.metadata;
      const write = (seen: number): Promise<unknown> =>
        cluster.patchStatus(GADGETS, { namespace, name: "a" }, { metadata: { resourceVersion }, status: { seen } });
      const ends = await Promise.allSettled([write(1), write(2)]);
      const lost = ends.filter((end) => end.status === "rejected");
      expect(lost).toHaveLength(1);
      expect(lost[0]?.reason).toMatchObject({ reason: "Conflict", code: 409 });
    });

    test("without a version both count", async () => {
      await cluster.create(GADGETS, aGadget(namespace, "a"));
      await Promise.all([
        cluster.patchStatus(GADGETS, { namespace, name: "a" }, { status: { seen: 1 } }),
        cluster.patchStatus(GADGETS, { namespace, name: "a" }, { status: { phase: "On" } }),
      ]);
      expect((await cluster.get(GADGETS, { namespace, name: "a" })).status).toEqual({ seen: 1, phase: "On" });
    });

    test("for another incarnation than the one that was read do not count", async () => {
      const made = await cluster.create(PODS, aPod(namespace, "a"));
      await cluster.delete(PODS, { namespace, name: "a" }, { gracePeriodSeconds: 0 });
      await cluster.create(PODS, aPod(namespace, "a"));
      const { uid } = made.metadata;
      const patch = { metadata: { uid }, status: { phase: "Failed" } };
      const { reason } = await failure(cluster.patchStatus(PODS, { namespace, name: "a" }, patch));
      expect(["Conflict", "Invalid"]).toContain(reason);
      expect((await cluster.get(PODS, { namespace, name: "a" })).status?.phase).toBe("Pending");
    });
  });

  describe("dry runs", () => {
    test("of every write answer as the write would, and change nothing", async () => {
      const options = { dryRun: true };
      expect((await cluster.create(LEASES, aLease("one"), options)).spec?.holderIdentity).toBe("one");
      expect(await failure(cluster.get(LEASES, key()))).toMatchObject({ reason: "NotFound" });
      const made = await cluster.create(LEASES, aLease("one"));
      const other = { ...made, spec: { ...made.spec, holderIdentity: "two" } };
      expect((await cluster.replace(LEASES, other, options)).spec?.holderIdentity).toBe("two");
      const gadget = await cluster.create(GADGETS, aGadget(namespace, "a"));
      const at = { namespace, name: "a" };
      expect((await cluster.patchStatus(GADGETS, at, { status: { seen: 3 } }, options)).status?.seen).toBe(3);
      expect(await failure(cluster.patch(GADGETS, at, { spec: { size: 13 } }, options))).toMatchObject({
        reason: "Invalid",
      });
      expect(await cluster.get(LEASES, key())).toEqual(made);
      expect(await cluster.get(GADGETS, at)).toEqual(gadget);
    });
  });
}
