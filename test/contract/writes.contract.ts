import { beforeEach, describe, expect, test } from "@jest/globals";
import { type Cluster, NAMESPACES, SECRETS } from "../../src/kube/index.js";
import {
  aConfigMap,
  aGadget,
  type ClusterUnderTest,
  CONFIG_MAPS,
  failure,
  freshNamespace,
  GADGETS,
} from "./cluster-under-test.js";

/** Creating, replacing, patching: identity, versions, conflicts. */
export function writesContract(given: () => ClusterUnderTest): void {
  let cluster: Cluster;
  let namespace: string;
  beforeEach(async () => {
    cluster = given().cluster;
    namespace = await freshNamespace(cluster);
  });

  describe("create", () => {
    test("gives an object its identity and first version", async () => {
      const before = Date.now();
      const made = await cluster.create(CONFIG_MAPS, aConfigMap(namespace, "a", { x: "1" }));
      expect(made).toMatchObject({ apiVersion: "v1", kind: "ConfigMap", data: { x: "1" } });
      expect(made.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
      expect(made.metadata.resourceVersion).toMatch(/^\d+$/);
      expect(made.metadata.generation).toBeUndefined();
      expect(Math.abs(Date.parse(made.metadata.creationTimestamp ?? "") - before)).toBeLessThan(5000);
      expect(await cluster.get(CONFIG_MAPS, { namespace, name: "a" })).toEqual(made);
    });

    test("ignores what only the server may set", async () => {
      const wanted = aGadget(namespace, "a");
      Object.assign(wanted.metadata, {
        uid: "11111111-1111-4111-8111-111111111111",
        generation: 7,
        creationTimestamp: "2000-01-01T00:00:00Z",
        deletionTimestamp: "2000-01-01T00:00:00Z",
      });
      const made = await cluster.create(GADGETS, wanted);
      expect(made.metadata.uid).not.toBe(wanted.metadata.uid);
      expect(made.metadata.generation).toBe(1);
      expect(made.metadata.creationTimestamp).not.toContain("2000");
      expect(made.metadata.deletionTimestamp).toBeUndefined();
    });

    test("refuses a name that is taken", async () => {
      await cluster.create(CONFIG_MAPS, aConfigMap(namespace, "a"));
      const error = await failure(cluster.create(CONFIG_MAPS, aConfigMap(namespace, "a")));
      expect(error).toMatchObject({ reason: "AlreadyExists", code: 409, message: 'configmaps "a" already exists' });
    });

    test("generates names of at most 63 characters from generateName", async () => {
      const wanted = aConfigMap(namespace, "");
      wanted.metadata.generateName = `${"n".repeat(70)}-`;
      const [one, two] = [await cluster.create(CONFIG_MAPS, wanted), await cluster.create(CONFIG_MAPS, wanted)];
      expect(one.metadata.name).toMatch(/^n{58}[a-z0-9]{5}$/);
      expect(two.metadata.name).not.toBe(one.metadata.name);
    });

    test("needs a name or generateName", async () => {
      const error = await failure(cluster.create(CONFIG_MAPS, aConfigMap(namespace, "")));
      expect(error.reason).toBe("Invalid");
      expect(error.causes[0]?.field).toBe("metadata.name");
    });

    test.each([
      ["Invalid", "Upper_Case"],
      ["Invalid", "a".repeat(254)],
      ["Invalid", "-a"],
    ] as const)("%s: the name %s", async (reason, name) => {
      const error = await failure(cluster.create(CONFIG_MAPS, aConfigMap(namespace, name)));
      expect(error).toMatchObject({ reason, code: 422 });
      expect(error.causes.map((cause) => cause.field)).toContain("metadata.name");
    });

    test("refuses labels that are none, and owner references without a UID", async () => {
      const labelled = aConfigMap(namespace, "a");
      labelled.metadata.labels = { "bad label": "x", good: "no/slash" };
      const labels = await failure(cluster.create(CONFIG_MAPS, labelled));
      expect(labels.reason).toBe("Invalid");
      expect(new Set(labels.causes.map((cause) => cause.field))).toEqual(new Set(["metadata.labels"]));
      const owned = aConfigMap(namespace, "a");
      owned.metadata.ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name: "o", uid: "" }];
      expect((await failure(cluster.create(CONFIG_MAPS, owned))).causes[0]?.field).toContain("ownerReferences");
    });

    test("refuses a resourceVersion", async () => {
      const wanted = aConfigMap(namespace, "a");
      wanted.metadata.resourceVersion = "1";
      expect(await failure(cluster.create(CONFIG_MAPS, wanted))).toMatchObject({ reason: "InternalError", code: 500 });
    });

    test("refuses an object of another kind", async () => {
      const pod = { ...aConfigMap(namespace, "a"), kind: "Pod" } as never;
      expect((await failure(cluster.create(CONFIG_MAPS, pod))).reason).toBe("BadRequest");
    });

    test("needs an existing namespace, and a resource that is served", async () => {
      const error = await failure(cluster.create(CONFIG_MAPS, aConfigMap("missing-namespace", "a")));
      expect(error).toMatchObject({ reason: "NotFound", message: 'namespaces "missing-namespace" not found' });
      const unserved = { ...GADGETS, plural: "gizmos" };
      expect((await failure(cluster.list(unserved, { namespace }))).reason).toBe("NotFound");
    });

    test("refuses what does not fit into etcd", async () => {
      const huge = aGadget(namespace, "a", { labels: { text: "x".repeat(1_700_000) } });
      expect((await failure(cluster.create(GADGETS, huge))).reason).toBe("RequestEntityTooLarge");
    });

    test("changes nothing in a dry run", async () => {
      const made = await cluster.create(CONFIG_MAPS, aConfigMap(namespace, "a"), { dryRun: true });
      expect(made.metadata.uid).toBeDefined();
      expect((await failure(cluster.get(CONFIG_MAPS, { namespace, name: "a" }))).reason).toBe("NotFound");
    });

    test("hands out objects that are the caller's own, without managedFields", async () => {
      const made = await cluster.create(CONFIG_MAPS, aConfigMap(namespace, "a", { x: "1" }));
      Object.assign(made.data ?? {}, { x: "changed" });
      const read = await cluster.get(CONFIG_MAPS, { namespace, name: "a" });
      expect(read.data).toEqual({ x: "1" });
      expect(read.metadata).not.toHaveProperty("managedFields");
    });

    test("moves stringData of a Secret into data", async () => {
      const made = await cluster.create(SECRETS, {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { namespace, name: "a" },
        stringData: { key: "text" },
      });
      expect(made).toMatchObject({ type: "Opaque", data: { key: "dGV4dA==" } });
      expect(made).not.toHaveProperty("stringData");
    });

    test("holds a core event to the namespace of what it is about", async () => {
      const error = await failure(
        cluster.create({ group: "", version: "v1", kind: "Event", plural: "events", namespaced: true }, {
          apiVersion: "v1",
          kind: "Event",
          metadata: { namespace, name: "a" },
          involvedObject: { kind: "Pod", name: "p", namespace: "elsewhere" },
        } as never),
      );
      expect(error.reason).toBe("Invalid");
    });
  });

  describe("replace", () => {
    test("writes when nobody else has, and is a Conflict when somebody has", async () => {
      const first = await cluster.create(CONFIG_MAPS, aConfigMap(namespace, "a", { x: "1" }));
      const second = await cluster.replace(CONFIG_MAPS, { ...first, data: { y: "2" } });
      expect(second.data).toEqual({ y: "2" });
      expect(second.metadata.uid).toBe(first.metadata.uid);
      expect(BigInt(second.metadata.resourceVersion ?? 0)).toBeGreaterThan(BigInt(first.metadata.resourceVersion ?? 0));
      const error = await failure(cluster.replace(CONFIG_MAPS, { ...first, data: { z: "3" } }));
      expect(error).toMatchObject({ reason: "Conflict", code: 409 });
    });

    test("is a Conflict for another incarnation of the object", async () => {
      const first = await cluster.create(CONFIG_MAPS, aConfigMap(namespace, "a"));
      await cluster.delete(CONFIG_MAPS, { namespace, name: "a" });
      await cluster.create(CONFIG_MAPS, aConfigMap(namespace, "a"));
      expect((await failure(cluster.replace(CONFIG_MAPS, first))).reason).toBe("Conflict");
      const { resourceVersion: _version, ...metadata } = first.metadata;
      expect((await failure(cluster.replace(CONFIG_MAPS, { ...first, metadata }))).reason).toBe("Conflict");
    });

    test("needs a version for custom resources", async () => {
      await cluster.create(GADGETS, aGadget(namespace, "a"));
      const error = await failure(cluster.replace(GADGETS, aGadget(namespace, "a", { size: 1 })));
      expect(error.reason).toBe("Invalid");
      expect(error.causes[0]?.field).toBe("metadata.resourceVersion");
    });

    test("does nothing when nothing changes", async () => {
      const first = await cluster.create(GADGETS, aGadget(namespace, "a", { size: 1 }));
      expect(await cluster.replace(GADGETS, first)).toEqual(first);
    });

    test("needs an existing object", async () => {
      const error = await failure(cluster.replace(CONFIG_MAPS, aConfigMap(namespace, "a")));
      expect(error).toMatchObject({ reason: "NotFound", message: 'configmaps "a" not found' });
    });
  });

  describe("patch", () => {
    test("merges objects, replaces lists and deletes with null", async () => {
      await cluster.create(GADGETS, aGadget(namespace, "a", { labels: { x: "1", y: "2" }, tags: ["a", "b"], size: 5 }));
      const spec = { labels: { x: null, z: "3" }, tags: ["c"], size: null };
      const patched = await cluster.patch(GADGETS, { namespace, name: "a" }, { spec });
      expect(patched.spec).toEqual({ labels: { y: "2", z: "3" }, tags: ["c"], mode: "plain" });
    });

    test("is a Conflict with a stale version, and NotFound without an object", async () => {
      const first = await cluster.create(CONFIG_MAPS, aConfigMap(namespace, "a"));
      const metadata = { resourceVersion: first.metadata.resourceVersion };
      await cluster.patch(CONFIG_MAPS, { namespace, name: "a" }, { metadata, data: { x: "1" } });
      const stale = cluster.patch(CONFIG_MAPS, { namespace, name: "a" }, { metadata, data: { x: "2" } });
      expect((await failure(stale)).reason).toBe("Conflict");
      expect((await failure(cluster.patch(CONFIG_MAPS, { namespace, name: "b" }, {}))).reason).toBe("NotFound");
    });

    test("is refused for another incarnation of the object", async () => {
      await cluster.create(CONFIG_MAPS, aConfigMap(namespace, "a"));
      const metadata = { uid: "11111111-1111-4111-8111-111111111111" };
      const error = await failure(cluster.patch(CONFIG_MAPS, { namespace, name: "a" }, { metadata }));
      expect(error.reason).toBe("Invalid");
      expect(error.causes[0]?.field).toBe("metadata.uid");
    });

    test("cannot rename", async () => {
      await cluster.create(CONFIG_MAPS, aConfigMap(namespace, "a"));
      const renamed = cluster.patch(CONFIG_MAPS, { namespace, name: "a" }, { metadata: { name: "b" } });
      expect((await failure(renamed)).reason).toBe("BadRequest");
    });

    test("does nothing when nothing changes", async () => {
      const first = await cluster.create(GADGETS, aGadget(namespace, "a", { size: 1 }));
      expect(await cluster.patch(GADGETS, { namespace, name: "a" }, { spec: { size: 1 } })).toEqual(first);
      expect(await cluster.patchStatus(GADGETS, { namespace, name: "a" }, {})).toEqual(first);
    });

    test("changes nothing in a dry run", async () => {
      const first = await cluster.create(GADGETS, aGadget(namespace, "a", { size: 1 }));
      const key = { namespace, name: "a" };
      expect((await cluster.patch(GADGETS, key, { spec: { size: 2 } }, { dryRun: true })).spec.size).toBe(2);
      expect(await cluster.get(GADGETS, key)).toEqual(first);
    });
  });

  test("namespaces are cluster-scoped, active and labelled with their name", async () => {
    const found = await cluster.get(NAMESPACES, { name: namespace });
    expect(found.metadata.namespace).toBeUndefined();
    expect(found.metadata.labels).toEqual({ "kubernetes.io/metadata.name": namespace });
    expect(found.status?.phase).toBe("Active");
  });
}
