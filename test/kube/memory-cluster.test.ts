import { describe, expect, test } from "@jest/globals";
import {
  CONFIG_MAPS,
  type ConfigMap,
  isKubeError,
  KubeError,
  keyText,
  listAll,
  ManualClock,
  NAMESPACES,
  type OwnerReference,
  PODS,
  seededRandom,
} from "../../src/kube/index.js";
import { MemoryCluster, type MemoryClusterOptions } from "../../src/kube/memory/index.js";

const HOME = "default";

function aCluster(options: MemoryClusterOptions = {}) {
  const clock = new ManualClock();
  const cluster = new MemoryCluster({ clock, random: seededRandom(1), ...options });
  const make = (name: string, owners: OwnerReference[] = [], namespace = HOME) =>
    cluster.create(CONFIG_MAPS, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace, name, ...(owners.length === 0 ? {} : { ownerReferences: owners }) },
    });
  const names = async (namespace = HOME) =>
    (await cluster.list(CONFIG_MAPS, { namespace })).items.map((object) => object.metadata.name);
  return { clock, cluster, make, names };
}

function ownedBy(owner: ConfigMap, more: Partial<OwnerReference> = {}): OwnerReference {
  return { apiVersion: "v1", kind: "ConfigMap", name: owner.metadata.name, uid: owner.metadata.uid ?? "", ...more };
}

describe("garbage collection", () => {
  test("children and grandchildren go with their owner", async () => {
    const { cluster, make, names } = aCluster();
    const child = await make("child", [ownedBy(await make("owner"))]);
    await make("grandchild", [ownedBy(child)]);
    await make("stranger");
    await cluster.delete(CONFIG_MAPS, { namespace: HOME, name: "owner" });
    expect(await names()).toEqual(["stranger"]);
  });

  test("a child with another living owner stays, without the dead reference", async () => {
    const { cluster, make } = aCluster();
    const [one, two] = [await make("one"), await make("two")];
    await make("child", [ownedBy(one), ownedBy(two)]);
    await cluster.delete(CONFIG_MAPS, { namespace: HOME, name: "one" });
    const child = await cluster.get(CONFIG_MAPS, { namespace: HOME, name: "child" });
    expect(child.metadata.ownerReferences).toEqual([ownedBy(two)]);
  });

  test("a child made after its owner's end, or naming another incarnation, goes at once", async () => {
    const { cluster, make, names } = aCluster();
    const owner = await make("owner");
    await cluster.delete(CONFIG_MAPS, { namespace: HOME, name: "owner" });
    await make("late", [ownedBy(owner)]);
    await make("owner");
    await make("mistaken", [ownedBy(owner)]);
    expect(await names()).toEqual(["owner"]);
  });

  test("an owner in another namespace is none", async () => {
    const { make, names } = aCluster({ autoCreateNamespaces: true });
    const owner = await make("owner", [], "elsewhere");
    await make("child", [ownedBy(owner)]);
    expect(await names()).toEqual([]);
  });

  test("owners of kinds that are not served here are believed", async () => {
    const { make, names } = aCluster();
    await make("child", [{ apiVersion: "apps/v1", kind: "Deployment", name: "d", uid: "u" }]);
    expect(await names()).toEqual(["child"]);
  });

  test("Orphan leaves the children, without the reference", async () => {
    const { cluster, make } = aCluster();
    await make("child", [ownedBy(await make("owner"))]);
    await cluster.delete(CONFIG_MAPS, { namespace: HOME, name: "owner" }, { propagationPolicy: "Orphan" });
    const child = await cluster.get(CONFIG_MAPS, { namespace: HOME, name: "child" });
    expect(child.metadata.ownerReferences).toBeUndefined();
    expect(
      isKubeError(
        await cluster.get(CONFIG_MAPS, { namespace: HOME, name: "owner" }).catch((error: unknown) => error),
        "NotFound",
      ),
    ).toBe(true);
  });

  test("Foreground keeps the owner until blocking children are gone", async () => {
    const { cluster, make, names } = aCluster();
    const owner = await make("owner");
    const wanted = { ...(await make("child", [ownedBy(owner, { blockOwnerDeletion: true })])) };
    wanted.metadata.finalizers = ["example.org/hold"];
    await cluster.replace(CONFIG_MAPS, wanted);
    await cluster.delete(CONFIG_MAPS, { namespace: HOME, name: "owner" }, { propagationPolicy: "Foreground" });
    expect(await names()).toEqual(["child", "owner"]);
    await cluster.patch(CONFIG_MAPS, { namespace: HOME, name: "child" }, { metadata: { finalizers: null } });
    expect(await names()).toEqual([]);
  });

  test("owners in a circle do not loop for ever, and end together", async () => {
    const { cluster, make, names } = aCluster();
    const one = await make("one");
    const two = await make("two", [ownedBy(one)]);
    await cluster.patch(
      CONFIG_MAPS,
      { namespace: HOME, name: "one" },
      { metadata: { ownerReferences: [ownedBy(two)] } },
    );
    expect(await names()).toEqual(["one", "two"]);
    await cluster.delete(CONFIG_MAPS, { namespace: HOME, name: "one" });
    expect(await names()).toEqual([]);
  });

  test("can be left to the test", async () => {
    const { cluster, make, names } = aCluster({ garbageCollection: "manual" });
    await make("child", [ownedBy(await make("owner"))]);
    await cluster.delete(CONFIG_MAPS, { namespace: HOME, name: "owner" });
    expect(await names()).toEqual(["child"]);
    cluster.collectGarbage();
    expect(await names()).toEqual([]);
  });
});

describe("namespaces", () => {
  test("are emptied and removed when they are deleted, and take nothing new meanwhile", async () => {
    const { cluster, make, names } = aCluster({ autoCreateNamespaces: true });
    const held = await make("held", [], "team");
    await make("other", [], "team");
    held.metadata.finalizers = ["example.org/hold"];
    await cluster.replace(CONFIG_MAPS, held);
    await cluster.delete(NAMESPACES, { name: "team" });
    expect((await cluster.get(NAMESPACES, { name: "team" })).status?.phase).toBe("Terminating");
    expect(await names("team")).toEqual(["held"]);
    expect(await make("late", [], "team").catch((error: unknown) => error)).toMatchObject({ reason: "Forbidden" });
    await cluster.patch(CONFIG_MAPS, { namespace: "team", name: "held" }, { metadata: { finalizers: null } });
    expect(await cluster.get(NAMESPACES, { name: "team" }).catch((error: unknown) => error)).toMatchObject({
      reason: "NotFound",
    });
  });
});

describe("history", () => {
  test("a continue token whose snapshot is forgotten is Gone, and listAll begins anew", async () => {
    let spoiled = false;
    const { cluster, make } = aCluster({
      intercept: async (call, proceed) => {
        if (call.verb === "list" && !spoiled) {
          spoiled = true;
          const page = await proceed();
          await cluster.create(CONFIG_MAPS, {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { namespace: HOME, name: "late" },
          });
          cluster.compact();
          return page;
        }
        return proceed();
      },
    });
    for (const name of ["a", "b", "c"]) await make(name);
    const list = await listAll(cluster, CONFIG_MAPS, { namespace: HOME, pageSize: 1 });
    expect(list.items.map((item) => item.metadata.name)).toEqual(["a", "b", "c", "late"]);
  });

  test("is bounded: old versions are Gone, new ones are not", async () => {
    const { cluster, make } = aCluster({ historyLimit: 10 });
    const first = await make("first");
    let last = first;
    for (let count = 0; count < 30; count++) last = await make(`n-${count}`);
    const next = (resourceVersion = "") =>
      cluster.watch(CONFIG_MAPS, { resourceVersion })[Symbol.asyncIterator]().next();
    expect(await next(first.metadata.resourceVersion).catch((error: unknown) => error)).toMatchObject({
      reason: "Gone",
    });
    const pending = next(last.metadata.resourceVersion);
    await make("after");
    expect(await pending).toMatchObject({ value: { type: "Added", object: { metadata: { name: "after" } } } });
  });
});

describe("pods", () => {
  test("are bound to the one node, end gracefully there, and have the executor's logs", async () => {
    const { cluster } = aCluster({ nodeName: "laptop" });
    const pod = await cluster.create(PODS, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { namespace: HOME, name: "p" },
      spec: { containers: [{ name: "main", image: "i" }], terminationGracePeriodSeconds: 5 },
    });
    expect(pod.spec?.nodeName).toBe("laptop");
    cluster.setLogs(async function* (of, { container }) {
      yield Buffer.from(`${keyText(of.metadata)} ${container}`);
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of cluster.logs({ namespace: HOME, name: "p" }, { container: "main" })) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe("default/p main");
    await cluster.delete(PODS, { namespace: HOME, name: "p" });
    const going = await cluster.get(PODS, { namespace: HOME, name: "p" });
    expect(going.metadata.deletionTimestamp).toBe("2026-01-01T00:00:05Z");
    await cluster.delete(PODS, { namespace: HOME, name: "p" }, { gracePeriodSeconds: 0 });
    expect((await cluster.list(PODS)).items).toEqual([]);
  });
});

describe("an interceptor", () => {
  test("can fail a call before its effect, after it, and in its own words", async () => {
    let mode = "before";
    const { make, names } = aCluster({
      intercept: async (call, proceed) => {
        if (call.verb !== "create") return proceed();
        if (mode === "before") throw new KubeError({ reason: "ServiceUnavailable", message: "down" });
        await proceed();
        throw new Error("socket hang up");
      },
    });
    expect(await make("a").catch((error: unknown) => error)).toMatchObject({ reason: "ServiceUnavailable" });
    expect(await names()).toEqual([]);
    mode = "after";
    expect(await make("a").catch((error: unknown) => error)).toMatchObject({ reason: "ConnectionFailed" });
    expect(await names()).toEqual(["a"]);
  });
});

describe("watches", () => {
  test("send bookmarks by the clock, and leave nothing behind when they are left", async () => {
    const { clock, cluster } = aCluster({ bookmarkIntervalMs: 1000 });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const event of cluster.watch(CONFIG_MAPS, { resourceVersion: cluster.resourceVersion })) {
        seen.push(event.type);
        if (seen.length === 2) break;
      }
    })();
    await clock.advance(2000);
    await reading;
    expect(seen).toEqual(["Bookmark", "Bookmark"]);
    expect([cluster.openWatches, clock.pending]).toEqual([0, 0]);
  });

  test("return() ends a watch on which somebody waits", async () => {
    const { clock, cluster } = aCluster();
    const watch = cluster.watch(CONFIG_MAPS, { resourceVersion: cluster.resourceVersion })[Symbol.asyncIterator]();
    const waiting = watch.next();
    await clock.settle();
    await watch.return?.();
    expect(await waiting).toMatchObject({ done: true });
    expect(cluster.openWatches).toBe(0);
  });
});
