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

const [ALICE, BOB] = [{ fieldManager: "alice" }, { fieldManager: "bob" }];

/** Server-side apply: ownership, removal, conflicts. */
export function applyContract(given: () => ClusterUnderTest): void {
  let cluster: Cluster;
  let namespace: string;
  beforeEach(async () => {
    cluster = given().cluster;
    namespace = await freshNamespace(cluster);
  });

  describe("server-side apply", () => {
    test("creates, and does nothing the second time", async () => {
      const wanted = aGadget(namespace, "a", { size: 1, parts: [{ name: "p", weight: 2 }] });
      const first = await cluster.apply(GADGETS, wanted);
      expect(first.metadata.generation).toBe(1);
      expect(await cluster.apply(GADGETS, wanted)).toEqual(first);
    });

    test("a pod applied twice does not change", async () => {
      const wanted = aPod(namespace, "a", {
        containers: [
          {
            name: "main",
            image: "example.org/image:1",
            env: [{ name: "A", value: "1" }],
            resources: { limits: { cpu: "1" } },
            volumeMounts: [{ name: "v", mountPath: "/v" }],
          },
        ],
        volumes: [{ name: "v", emptyDir: { medium: "Memory" } }],
      });
      const first = await cluster.apply(PODS, wanted);
      expect(first.status?.phase).toBe("Pending");
      expect(await cluster.apply(PODS, wanted)).toEqual(first);
    });

    test("removes what its manager no longer applies, and nothing else", async () => {
      await cluster.apply(CONFIG_MAPS, aConfigMap(namespace, "a", { x: "1", y: "2" }), ALICE);
      await cluster.patch(CONFIG_MAPS, { namespace, name: "a" }, { data: { z: "3" } }, BOB);
      const applied = await cluster.apply(CONFIG_MAPS, aConfigMap(namespace, "a", { x: "1" }), ALICE);
      expect(applied.data).toEqual({ x: "1", z: "3" });
    });

    test("removes the last field together with the object that held it", async () => {
      await cluster.apply(GADGETS, aGadget(namespace, "a", { size: 1, labels: { x: "1" } }), ALICE);
      const applied = await cluster.apply(GADGETS, aGadget(namespace, "a", { size: 1 }), ALICE);
      expect(applied.spec).toEqual({ size: 1, mode: "plain" });
      const labelled = aConfigMap(namespace, "b");
      labelled.metadata.labels = { x: "1" };
      await cluster.apply(CONFIG_MAPS, labelled, ALICE);
      expect((await cluster.apply(CONFIG_MAPS, aConfigMap(namespace, "b"), ALICE)).metadata.labels).toBeUndefined();
    });

    test("is a Conflict where another manager said otherwise, and names the fields", async () => {
      await cluster.apply(CONFIG_MAPS, aConfigMap(namespace, "a", { x: "1", y: "2" }), ALICE);
      const error = await failure(cluster.apply(CONFIG_MAPS, aConfigMap(namespace, "a", { x: "9", z: "3" }), BOB));
      expect(error).toMatchObject({ reason: "Conflict", code: 409 });
      expect(error.causes).toEqual([
        { field: ".data.x", message: 'conflict with "alice"', reason: "FieldManagerConflict" },
      ]);
    });

    test("conflicts with ordinary writers too, even of the same name", async () => {
      await cluster.create(CONFIG_MAPS, aConfigMap(namespace, "a", { x: "1" }), ALICE);
      const error = await failure(cluster.apply(CONFIG_MAPS, aConfigMap(namespace, "a", { x: "9" }), ALICE));
      expect(error.causes.map((cause) => cause.field)).toEqual([".data.x"]);
      expect(error.causes[0]?.message).toMatch(/^conflict with "alice" using v1/);
    });

    test("force takes fields over", async () => {
      await cluster.apply(CONFIG_MAPS, aConfigMap(namespace, "a", { x: "1" }), ALICE);
      const taken = await cluster.apply(CONFIG_MAPS, aConfigMap(namespace, "a", { x: "9" }), { ...BOB, force: true });
      expect(taken.data).toEqual({ x: "9" });
      const error = await failure(cluster.apply(CONFIG_MAPS, aConfigMap(namespace, "a", { x: "1" }), ALICE));
      expect(error.causes[0]?.message).toContain("bob");
    });

    test("who says the same shares the field, and it stays until both let go", async () => {
      await cluster.apply(CONFIG_MAPS, aConfigMap(namespace, "a", { x: "1", mine: "a" }), ALICE);
      await cluster.apply(CONFIG_MAPS, aConfigMap(namespace, "a", { x: "1" }), BOB);
      const one = await cluster.apply(CONFIG_MAPS, aConfigMap(namespace, "a", { mine: "a" }), ALICE);
      expect(one.data).toEqual({ x: "1", mine: "a" });
      const none = await cluster.apply(CONFIG_MAPS, aConfigMap(namespace, "a"), BOB);
      expect(none.data).toEqual({ mine: "a" });
    });

    test("an ordinary write takes ownership away", async () => {
      await cluster.apply(CONFIG_MAPS, aConfigMap(namespace, "a", { x: "1" }), ALICE);
      await cluster.patch(CONFIG_MAPS, { namespace, name: "a" }, { data: { x: "2" } }, BOB);
      const error = await failure(cluster.apply(CONFIG_MAPS, aConfigMap(namespace, "a", { x: "1" }), ALICE));
      expect(error.causes[0]?.message).toContain("bob");
    });

    test("merges lists by key and sets by value, each item owned on its own", async () => {
      await cluster.apply(GADGETS, aGadget(namespace, "a", { parts: [{ name: "p", weight: 1 }], tags: ["t"] }), ALICE);
      const both = await cluster.apply(
        GADGETS,
        aGadget(namespace, "a", { parts: [{ name: "q", weight: 2 }], tags: ["u"] }),
        BOB,
      );
      expect(new Set(both.spec.parts?.map((part) => part.name))).toEqual(new Set(["p", "q"]));
      expect(new Set(both.spec.tags)).toEqual(new Set(["t", "u"]));
      const left = await cluster.apply(GADGETS, aGadget(namespace, "a"), ALICE);
      expect(left.spec.parts).toEqual([{ name: "q", weight: 2, unit: "g" }]);
      expect(left.spec.tags).toEqual(["u"]);
    });

    test("keeps the order that the configuration gives", async () => {
      const parts = ["c", "a", "b"].map((name) => ({ name }));
      const made = await cluster.apply(GADGETS, aGadget(namespace, "a", { parts }), ALICE);
      expect(made.spec.parts?.map((part) => part.name)).toEqual(["c", "a", "b"]);
      const again = await cluster.apply(GADGETS, aGadget(namespace, "a", { parts: [...parts].reverse() }), ALICE);
      expect(again.spec.parts?.map((part) => part.name)).toEqual(["b", "a", "c"]);
    });

    test("owner references and finalizers of two managers live side by side", async () => {
      const owner = (uid: string) => ({ apiVersion: "example.org/v1", kind: "Owner", name: uid, uid });
      const [mine, yours] = [aConfigMap(namespace, "a"), aConfigMap(namespace, "a")];
      Object.assign(mine.metadata, { ownerReferences: [owner("u1")], finalizers: ["example.org/one"] });
      Object.assign(yours.metadata, { ownerReferences: [owner("u2")], finalizers: ["example.org/two"] });
      await cluster.apply(CONFIG_MAPS, mine, ALICE);
      const both = await cluster.apply(CONFIG_MAPS, yours, BOB);
      expect(new Set(both.metadata.ownerReferences?.map((each) => each.uid))).toEqual(new Set(["u1", "u2"]));
      expect(new Set(both.metadata.finalizers)).toEqual(new Set(["example.org/one", "example.org/two"]));
      const left = await cluster.apply(CONFIG_MAPS, aConfigMap(namespace, "a"), ALICE);
      expect(left.metadata.ownerReferences?.map((each) => each.uid)).toEqual(["u2"]);
      expect(left.metadata.finalizers).toEqual(["example.org/two"]);
    });

    test("ignores status, and leaves it alone", async () => {
      const made = await cluster.apply(GADGETS, { ...aGadget(namespace, "a"), status: { phase: "Forged" } });
      expect(made.status).toBeUndefined();
      await cluster.patchStatus(GADGETS, { namespace, name: "a" }, { status: { phase: "Seen" } });
      const again = await cluster.apply(GADGETS, { ...aGadget(namespace, "a"), status: { phase: "Forged" } });
      expect(again.status).toEqual({ phase: "Seen" });
    });

    test("a changed spec is a new generation", async () => {
      await cluster.apply(GADGETS, aGadget(namespace, "a", { size: 1 }));
      expect((await cluster.apply(GADGETS, aGadget(namespace, "a", { size: 2 }))).metadata.generation).toBe(2);
    });

    test("with a UID it never creates or changes another incarnation", async () => {
      const wanted = aGadget(namespace, "a", { size: 1 });
      wanted.metadata.uid = "11111111-1111-4111-8111-111111111111";
      expect((await failure(cluster.apply(GADGETS, wanted))).reason).toBe("Conflict");
      await cluster.create(GADGETS, aGadget(namespace, "a"));
      const error = await failure(cluster.apply(GADGETS, wanted));
      expect(error.reason).toBe("Invalid");
      expect(error.causes[0]?.field).toBe("metadata.uid");
    });

    test("with a version it is a Conflict when that is stale", async () => {
      const first = await cluster.apply(GADGETS, aGadget(namespace, "a", { size: 1 }));
      await cluster.apply(GADGETS, aGadget(namespace, "a", { size: 2 }));
      const stale = aGadget(namespace, "a", { size: 3 });
      stale.metadata.resourceVersion = first.metadata.resourceVersion ?? "";
      expect((await failure(cluster.apply(GADGETS, stale))).reason).toBe("Conflict");
    });

    test("is validated, and changes nothing in a dry run", async () => {
      expect((await failure(cluster.apply(GADGETS, aGadget(namespace, "a", { size: 101 })))).reason).toBe("Invalid");
      await cluster.apply(GADGETS, aGadget(namespace, "a", { size: 1 }), { dryRun: true });
      expect((await failure(cluster.get(GADGETS, { namespace, name: "a" }))).reason).toBe("NotFound");
    });

    test("needs an existing namespace", async () => {
      expect((await failure(cluster.apply(GADGETS, aGadget("missing-namespace", "a")))).reason).toBe("NotFound");
    });
  });
}
