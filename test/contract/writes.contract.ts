import { beforeEach, describe, expect, test } from "@jest/globals";
import { type Cluster, NAMESPACES, SECRETS } from "../../src/kube/index.js";
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
import type { Gadget } from "./gadget.js";

/** Creating, replacing, patching: identity, versions, generations, status, validation. */
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

  describe("generation and status", () => {
    const key = (): { namespace: string; name: string } => ({ namespace, name: "a" });

    test("a status given at creation is dropped", async () => {
      const made = await cluster.create(GADGETS, { ...aGadget(namespace, "a"), status: { phase: "Forged" } });
      expect(made.status).toBeUndefined();
    });

    test("only changes of the spec count as a generation", async () => {
      await cluster.create(GADGETS, aGadget(namespace, "a", { size: 1 }));
      const generation = async (write: Promise<Gadget>): Promise<number | undefined> =>
        (await write).metadata.generation;
      expect(await generation(cluster.patch(GADGETS, key(), { metadata: { labels: { x: "1" } } }))).toBe(1);
      expect(await generation(cluster.patchStatus(GADGETS, key(), { status: { phase: "Seen" } }))).toBe(1);
      expect(await generation(cluster.patch(GADGETS, key(), { spec: { size: 2 } }))).toBe(2);
      expect(await generation(cluster.patch(GADGETS, key(), { spec: { size: 2 } }))).toBe(2);
    });

    test("each endpoint ignores what belongs to the other", async () => {
      await cluster.create(GADGETS, aGadget(namespace, "a", { size: 1 }));
      await cluster.patchStatus(GADGETS, key(), { spec: { size: 9 }, status: { phase: "Seen" } });
      const main = await cluster.patch(GADGETS, key(), { spec: { size: 2 }, status: { phase: "Forged" } });
      expect(main).toMatchObject({ spec: { size: 2 }, status: { phase: "Seen" } });
      const replaced = await cluster.replace(GADGETS, { ...main, status: { phase: "Forged" } });
      expect(replaced.status).toEqual({ phase: "Seen" });
      const status = { phase: "Done" };
      const labelled = await cluster.patchStatus(GADGETS, key(), { metadata: { labels: { x: "1" } }, status });
      expect(labelled.status).toEqual(status);
      expect(labelled.metadata.labels).toBeUndefined();
    });

    test("a status patch is a Conflict with a stale version", async () => {
      const first = await cluster.create(GADGETS, aGadget(namespace, "a"));
      await cluster.patchStatus(GADGETS, key(), { status: { seen: 1 } });
      const { resourceVersion } = first.metadata;
      const stale = cluster.patchStatus(GADGETS, key(), { metadata: { resourceVersion }, status: { seen: 2 } });
      expect((await failure(stale)).reason).toBe("Conflict");
    });

    test("a status is validated like the rest", async () => {
      await cluster.create(GADGETS, aGadget(namespace, "a"));
      const error = await failure(cluster.patchStatus(GADGETS, key(), { status: { seen: "many" } }));
      expect(error.reason).toBe("Invalid");
      expect(error.causes[0]?.field).toBe("status.seen");
    });

    test("resources without a status endpoint have none", async () => {
      await cluster.create(CONFIG_MAPS, aConfigMap(namespace, "a"));
      expect((await failure(cluster.patchStatus(CONFIG_MAPS, key(), { status: {} }))).reason).toBe("NotFound");
    });

    test("a new pod is Pending whatever its author says, and its status is patched like any other", async () => {
      const made = await cluster.create(PODS, { ...aPod(namespace, "a"), status: { phase: "Succeeded" } });
      expect(made.status?.phase).toBe("Pending");
      expect(made.spec).toMatchObject({ restartPolicy: "Always", terminationGracePeriodSeconds: 30 });
      const run = await cluster.patchStatus(PODS, key(), { status: { phase: "Running" } });
      expect(run.status?.phase).toBe("Running");
      expect(run.metadata.generation).toBe(1);
    });

    test("the spec of a pod is fixed", async () => {
      await cluster.create(PODS, aPod(namespace, "a"));
      const error = await failure(cluster.patch(PODS, key(), { spec: { restartPolicy: "Never" } }));
      expect(error.reason).toBe("Invalid");
      await cluster.patch(PODS, key(), { metadata: { labels: { x: "1" } }, spec: { activeDeadlineSeconds: 5 } });
    });
  });

  describe("custom resources", () => {
    test("get the schema's defaults, nested ones where their parent is there", async () => {
      const made = await cluster.create(GADGETS, aGadget(namespace, "a", { options: {}, parts: [{ name: "p" }] }));
      expect(made.spec).toEqual({ mode: "plain", options: { level: "low" }, parts: [{ name: "p", unit: "g" }] });
    });

    test("lose unknown fields", async () => {
      const made = await cluster.create(GADGETS, aGadget(namespace, "a", { unknown: { deep: 1 }, size: 1 }));
      expect(made.spec).toEqual({ mode: "plain", size: 1 });
    });

    test.each([
      ["spec.size", { size: 101 }],
      ["spec.size", { size: "many" as never }],
      ["spec.color", { color: "blue" as never }],
      ["spec.parts[1]", { parts: [{ name: "p" }, { name: "p" }] }],
      ["spec.parts[0].name", { parts: [{} as never] }],
      ["spec", { size: 13 }],
    ])("are refused with the field that is wrong: %s in %j", async (field, spec) => {
      const error = await failure(cluster.create(GADGETS, aGadget(namespace, "a", spec)));
      expect(error).toMatchObject({ reason: "Invalid", code: 422 });
      expect(error.causes.map((cause) => cause.field)).toContain(field);
    });

    test("are validated on every write", async () => {
      await cluster.create(GADGETS, aGadget(namespace, "a", { size: 12 }));
      const error = await failure(cluster.patch(GADGETS, { namespace, name: "a" }, { spec: { size: 13 } }));
      expect(error.message).toContain("13 is an unlucky size");
    });
  });

  test("namespaces are cluster-scoped, active and labelled with their name", async () => {
    const found = await cluster.get(NAMESPACES, { name: namespace });
    expect(found.metadata.namespace).toBeUndefined();
    expect(found.metadata.labels).toEqual({ "kubernetes.io/metadata.name": namespace });
    expect(found.status?.phase).toBe("Active");
  });
}
