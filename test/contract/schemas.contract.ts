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
import type { Gadget } from "./gadget.js";

/** What a write makes of an object: generations, the status apart from the rest, defaults, pruning, validation. */
export function schemasContract(given: () => ClusterUnderTest): void {
  let cluster: Cluster;
  let namespace: string;
  beforeEach(async () => {
    cluster = given().cluster;
    namespace = await freshNamespace(cluster);
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
}
