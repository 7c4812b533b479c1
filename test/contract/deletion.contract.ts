import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Cluster } from "../../src/kube/index.js";
import {
  aConfigMap,
  aGadget,
  aPod,
  type ClusterUnderTest,
  CONFIG_MAPS,
  failure,
  freshNamespace,
  GADGETS,
  PODS,
} from "./cluster-under-test.js";

/** Deleting: preconditions, finalizers, grace. */
export function deletionContract(given: () => ClusterUnderTest): void {
  let cluster: Cluster;
  let namespace: string;
  const key = (): { namespace: string; name: string } => ({ namespace, name: "a" });
  beforeEach(async () => {
    cluster = given().cluster;
    namespace = await freshNamespace(cluster);
  });

  describe("delete", () => {
    test("removes at once what nothing holds", async () => {
      await cluster.create(CONFIG_MAPS, aConfigMap(namespace, "a"));
      await cluster.delete(CONFIG_MAPS, key());
      expect((await failure(cluster.get(CONFIG_MAPS, key()))).reason).toBe("NotFound");
      expect(await failure(cluster.delete(CONFIG_MAPS, key()))).toMatchObject({ reason: "NotFound", code: 404 });
    });

    test("deletes only the incarnation and the version that it is asked to", async () => {
      const made = await cluster.create(CONFIG_MAPS, aConfigMap(namespace, "a"));
      const uid = "11111111-1111-4111-8111-111111111111";
      expect((await failure(cluster.delete(CONFIG_MAPS, key(), { uid }))).reason).toBe("Conflict");
      expect((await failure(cluster.delete(CONFIG_MAPS, key(), { resourceVersion: "1" }))).reason).toBe("Conflict");
      const { resourceVersion = "", uid: own = "" } = made.metadata;
      await cluster.delete(CONFIG_MAPS, key(), { uid: own, resourceVersion });
      expect((await failure(cluster.get(CONFIG_MAPS, key()))).reason).toBe("NotFound");
    });

    test("waits for finalizers, and ends with the last of them", async () => {
      const wanted = aGadget(namespace, "a");
      wanted.metadata.finalizers = ["example.org/one", "example.org/two"];
      await cluster.create(GADGETS, wanted);
      await cluster.delete(GADGETS, key());
      const held = await cluster.get(GADGETS, key());
      expect(held.metadata.deletionTimestamp).toBeDefined();
      expect(held.metadata).toMatchObject({ deletionGracePeriodSeconds: 0, generation: 2 });
      await cluster.delete(GADGETS, key());
      expect(await cluster.get(GADGETS, key())).toEqual(held);
      const one = await cluster.patch(GADGETS, key(), { metadata: { finalizers: ["example.org/two"] } });
      expect(one.metadata.deletionTimestamp).toBe(held.metadata.deletionTimestamp);
      await cluster.patch(GADGETS, key(), { metadata: { finalizers: null } });
      expect((await failure(cluster.get(GADGETS, key()))).reason).toBe("NotFound");
    });

    test("an object that is being deleted gets no new finalizers", async () => {
      const wanted = aGadget(namespace, "a");
      wanted.metadata.finalizers = ["example.org/one"];
      await cluster.create(GADGETS, wanted);
      await cluster.delete(GADGETS, key());
      const finalizers = ["example.org/one", "example.org/late"];
      const error = await failure(cluster.patch(GADGETS, key(), { metadata: { finalizers } }));
      expect(error.reason).toBe("Invalid");
      expect(error.causes[0]?.field).toBe("metadata.finalizers");
    });

    test("the status of an object that is being deleted can be written", async () => {
      const wanted = aGadget(namespace, "a");
      wanted.metadata.finalizers = ["example.org/one"];
      await cluster.create(GADGETS, wanted);
      await cluster.delete(GADGETS, key());
      const written = await cluster.patchStatus(GADGETS, key(), { status: { phase: "Going" } });
      expect(written.status?.phase).toBe("Going");
    });

    test("a pod that no node has is deleted at once", async () => {
      await cluster.create(PODS, aPod(namespace, "a"));
      await cluster.delete(PODS, key());
      expect((await failure(cluster.get(PODS, key()))).reason).toBe("NotFound");
    });

    test("a pod on a node has its grace period, until somebody ends it with 0 seconds", async () => {
      await cluster.create(PODS, aPod(namespace, "a", { nodeName: "node", terminationGracePeriodSeconds: 20 }));
      await cluster.delete(PODS, key());
      const going = await cluster.get(PODS, key());
      expect(going.metadata.deletionGracePeriodSeconds).toBe(20);
      const ends = Date.parse(going.metadata.deletionTimestamp ?? "");
      expect(Math.abs(ends - Date.now() - 20_000)).toBeLessThan(5000);
      await cluster.delete(PODS, key());
      expect(await cluster.get(PODS, key())).toEqual(going);
      await cluster.delete(PODS, key(), { gracePeriodSeconds: 5 });
      expect((await cluster.get(PODS, key())).metadata.deletionGracePeriodSeconds).toBe(5);
      await cluster.delete(PODS, key(), { gracePeriodSeconds: 0 });
      expect((await failure(cluster.get(PODS, key()))).reason).toBe("NotFound");
    });

    test("a pod that has ended needs no grace", async () => {
      await cluster.create(PODS, aPod(namespace, "a", { nodeName: "node" }));
      await cluster.patchStatus(PODS, key(), { status: { phase: "Succeeded" } });
      await cluster.delete(PODS, key());
      expect((await failure(cluster.get(PODS, key()))).reason).toBe("NotFound");
    });
  });
}
