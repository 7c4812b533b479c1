import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type Cluster, Informer, type InformerOptions } from "../../src/kube/index.js";
import { aGadget, type ClusterUnderTest, freshNamespace, GADGETS, namesOf } from "./cluster-under-test.js";
import type { Gadget } from "./gadget.js";

/** The informer on top of the interface. */
export function informerContract(given: () => ClusterUnderTest): void {
  let cluster: Cluster;
  let namespace: string;
  const informers: Informer<Gadget>[] = [];
  beforeEach(async () => {
    cluster = given().cluster;
    namespace = await freshNamespace(cluster);
  });
  afterEach(async () => {
    await Promise.all(informers.splice(0).map((informer) => informer.stop()));
  });

  const started = (options: Partial<InformerOptions<Gadget>> = {}): Informer<Gadget> => {
    const informer = new Informer({ cluster, resource: GADGETS, namespaces: [namespace], ...options });
    informers.push(informer);
    informer.start();
    return informer;
  };

  describe("informer", () => {
    test("lists in pages, then follows changes with old and new state", async () => {
      for (const name of ["a", "b", "c"]) await cluster.create(GADGETS, aGadget(namespace, name));
      const seen: string[] = [];
      const informer = started({ pageSize: 2 });
      const gone = new Promise<void>((resolve) => {
        informer.addHandler({
          added: (object) => void seen.push(`+${object.metadata.name}`),
          updated: (object, old) => void seen.push(`${object.metadata.name}:${old.spec.size}→${object.spec.size}`),
          deleted: (last) => {
            seen.push(`-${last.metadata.name}`);
            resolve();
          },
        });
      });
      await informer.whenSynced();
      expect(namesOf(informer.list()).sort()).toEqual(["a", "b", "c"]);
      await cluster.patch(GADGETS, { namespace, name: "a" }, { spec: { size: 5 } });
      await cluster.delete(GADGETS, { namespace, name: "b" });
      await gone;
      expect(seen).toEqual(["+a", "+b", "+c", "a:undefined→5", "-b"]);
      expect(informer.get({ namespace, name: "a" })?.spec.size).toBe(5);
      expect(informer.stats).toMatchObject({ drift: 0, failures: 0, duplicates: 0 });
    });

    test("keeps indexes as objects change", async () => {
      const informer = started({ indexes: { color: (gadget) => (gadget.spec.color ? [gadget.spec.color] : []) } });
      await informer.whenSynced();
      const changed = new Promise<void>((resolve) => informer.addHandler({ updated: () => resolve() }));
      await cluster.create(GADGETS, aGadget(namespace, "a", { color: "red" }));
      await cluster.patch(GADGETS, { namespace, name: "a" }, { spec: { color: "green" } });
      await changed;
      expect(namesOf(informer.byIndex("color", "green"))).toEqual(["a"]);
      expect(informer.byIndex("color", "red")).toEqual([]);
    });

    test("sees only the namespaces and labels that it was given", async () => {
      const [other, third] = [await freshNamespace(cluster), await freshNamespace(cluster)];
      const labelled = (home: string, name: string): Gadget => {
        const gadget = aGadget(home, name);
        gadget.metadata.labels = { on: "yes" };
        return gadget;
      };
      await cluster.create(GADGETS, labelled(namespace, "a"));
      await cluster.create(GADGETS, labelled(third, "hidden"));
      await cluster.create(GADGETS, aGadget(namespace, "unlabelled"));
      const informer = started({ namespaces: [namespace, other], labelSelector: "on=yes" });
      await informer.whenSynced();
      const added = new Promise<void>((resolve) => {
        informer.addHandler({ added: (object) => object.metadata.name === "b" && resolve() });
      });
      await cluster.create(GADGETS, labelled(third, "hidden-too"));
      await cluster.create(GADGETS, labelled(other, "b"));
      await added;
      expect(namesOf(informer.list()).sort()).toEqual(["a", "b"]);
      expect(namesOf(informer.list(other))).toEqual(["b"]);
    });

    test("hands out frozen objects", async () => {
      await cluster.create(GADGETS, aGadget(namespace, "a", { labels: { x: "1" } }));
      const informer = started();
      await informer.whenSynced();
      const cached = informer.get({ namespace, name: "a" });
      expect(() => Object.assign(cached?.spec.labels ?? {}, { x: "2" })).toThrow(TypeError);
    });

    test("continues over the end of a watch without listing again", async () => {
      const informer = started({ watchSeconds: 0.4 });
      await informer.whenSynced();
      const { promise, resolve } = promised();
      informer.addHandler({ added: (object) => object.metadata.name === "late" && resolve() });
      await cluster.create(GADGETS, aGadget(namespace, "early"));
      await new Promise((wait) => setTimeout(wait, 1500));
      await cluster.create(GADGETS, aGadget(namespace, "late"));
      await promise;
      expect(informer.stats.lists).toBe(1);
      expect(informer.stats.watches).toBeGreaterThan(1);
      expect(informer.stats.drift).toBe(0);
    });

    test("after stop nothing is told any more", async () => {
      const informer = started();
      await informer.whenSynced();
      let told = 0;
      informer.addHandler({ added: () => void told++ });
      await informer.stop();
      await cluster.create(GADGETS, aGadget(namespace, "a"));
      await new Promise((wait) => setTimeout(wait, 100));
      expect(told).toBe(0);
    });
  });
}

function promised(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
