import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  type Cluster,
  CONFIG_MAPS,
  type ConfigMap,
  Informer,
  type InformerOptions,
  isKubeError,
  KubeError,
  ManualClock,
  SECRETS,
  seededRandom,
} from "../../src/kube/index.js";
import { MemoryCluster } from "../../src/kube/memory/index.js";
import { FAULTS, type Fault, FaultyCluster } from "./faulty-cluster.js";

const HOUR_MS = 3_600_000;

function aWorld(options: Partial<InformerOptions<ConfigMap>> = {}) {
  const clock = new ManualClock();
  const cluster = new MemoryCluster({ clock, random: seededRandom(1) });
  const faulty = new FaultyCluster(cluster);
  const errors: unknown[] = [];
  const informer = new Informer<ConfigMap>({
    cluster: faulty as unknown as Cluster,
    resource: CONFIG_MAPS,
    clock,
    random: seededRandom(2),
    onError: (error) => errors.push(error),
    ...options,
  });
  const told: string[] = [];
  informer.addHandler({
    added: (object) => told.push(`+${object.metadata.name}`),
    updated: (object) => told.push(`~${object.metadata.name}`),
    deleted: (last) => told.push(`-${last.metadata.name}`),
  });
  const put = (name: string, x = "0") =>
    cluster.apply(CONFIG_MAPS, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace: "default", name },
      data: { x },
    });
  const drop = (name: string) => cluster.delete(CONFIG_MAPS, { namespace: "default", name });
  const names = () =>
    informer
      .list()
      .map((object) => object.metadata.name)
      .sort();
  return { clock, cluster, faulty, informer, told, errors, put, drop, names };
}

describe("an informer", () => {
  test("continues after a reset from the version it has seen, without listing again", async () => {
    const world = aWorld();
    world.informer.start();
    await world.informer.whenSynced();
    await world.put("a");
    await world.clock.settle();
    world.cluster.breakWatches("reset");
    await world.put("b");
    await world.clock.advance(5000);
    expect(world.told).toEqual(["+a", "+b"]);
    expect(world.informer.stats).toMatchObject({ lists: 1, watches: 2, failures: 1, drift: 0 });
    await world.informer.stop();
  });

  test("lists at once when its version is Gone, and tells what it missed", async () => {
    const world = aWorld();
    await world.put("a");
    await world.put("b");
    world.informer.start();
    await world.informer.whenSynced();
    await world.clock.settle();
    world.faulty.plan("empty");
    world.cluster.breakWatches("close");
    await world.clock.settle();
    await world.drop("a");
    await world.put("b", "1");
    await world.put("c");
    world.cluster.compact();
    await world.clock.advance(2000);
    expect(world.told).toEqual(["+a", "+b", "-a", "~b", "+c"]);
    expect(world.informer.stats).toMatchObject({ lists: 2, expirations: 1, drift: 3 });
    await world.informer.stop();
  });

  test("tells the deletion of an object that was deleted and made again unseen", async () => {
    const world = aWorld();
    await world.put("a");
    world.informer.start();
    await world.informer.whenSynced();
    await world.clock.settle();
    world.faulty.plan("empty");
    world.cluster.breakWatches("close");
    await world.drop("a");
    await world.put("a");
    world.cluster.compact();
    await world.clock.advance(2000);
    expect(world.told).toEqual(["+a", "-a", "+a"]);
    await world.informer.stop();
  });

  test("opens a silent watch again", async () => {
    const world = aWorld({ staleAfterMs: 90_000 });
    world.informer.start();
    await world.informer.whenSynced();
    await world.clock.settle();
    world.cluster.breakWatches("silent");
    await world.put("a");
    await world.clock.advance(80_000);
    expect(world.names()).toEqual([]);
    await world.clock.advance(20_000);
    expect(world.names()).toEqual(["a"]);
    expect(world.informer.stats.staleWatches).toBe(1);
    await world.informer.stop();
  });

  test("does not give up a quiet watch that sends bookmarks", async () => {
    const world = aWorld({ watchSeconds: 7200 });
    world.informer.start();
    await world.informer.whenSynced();
    await world.clock.advance(HOUR_MS);
    expect(world.informer.stats).toMatchObject({ watches: 1, failures: 0 });
    await world.informer.stop();
  });

  test("gives up a list that does not answer, and tries again", async () => {
    const world = aWorld({ listTimeoutMs: 10_000 });
    world.faulty.plan("hang");
    await world.put("a");
    world.informer.start();
    await world.clock.advance(9_000);
    expect(world.informer.hasSynced).toBe(false);
    await world.clock.advance(3_000);
    expect(world.informer.hasSynced).toBe(true);
    await world.informer.stop();
  });

  test("waits as long as a busy server asks", async () => {
    const world = aWorld();
    world.faulty.plan("429");
    world.informer.start();
    await world.clock.advance(2_900);
    expect(world.faulty.calls).toBe(1);
    await world.clock.advance(1_000);
    expect(world.informer.hasSynced).toBe(true);
    await world.informer.stop();
  });

  test("waits longer and longer while everything fails, up to a limit", async () => {
    const world = aWorld({ backoff: { firstMs: 1000, maxMs: 60_000 } });
    for (let count = 0; count < 1000; count++) world.faulty.plan("500");
    world.informer.start();
    await world.clock.advance(HOUR_MS);
    expect(world.faulty.calls).toBeGreaterThan(60);
    expect(world.faulty.calls).toBeLessThan(130);
    await world.informer.stop();
  });

  test("does not spin when every version is Gone at once", async () => {
    const world = aWorld({
      cluster: {
        list: async () => ({ items: [], resourceVersion: "5" }),
        // biome-ignore lint: a generator that only throws
        watch: async function* () {
          throw new KubeError({ reason: "Gone", message: "too old" });
        },
      } as unknown as Cluster,
    });
    world.informer.start();
    await world.clock.advance(HOUR_MS);
    expect(world.informer.stats.lists).toBeLessThan(400);
    await world.informer.stop();
  });

  test("an old list of a lagging replica does not undo what was seen", async () => {
    const world = aWorld();
    await world.put("a");
    world.informer.start();
    await world.informer.whenSynced();
    await world.put("b");
    await world.clock.settle();
    world.faulty.plan("410");
    world.faulty.plan("stale-list");
    world.cluster.breakWatches("close");
    await world.clock.advance(60_000);
    expect(world.told).toEqual(["+a", "+b"]);
    await world.informer.stop();
  });

  test("does not tell replayed events", async () => {
    const world = aWorld();
    world.faulty.plan("none");
    world.faulty.plan("replay");
    world.informer.start();
    await world.informer.whenSynced();
    await world.put("a");
    await world.put("b");
    await world.clock.settle();
    expect(world.told).toEqual(["+a", "+b"]);
    expect(world.informer.stats.duplicates).toBe(1);
    await world.informer.stop();
  });

  test("a replayed addition does not bring a deleted object back", async () => {
    const world = aWorld();
    for (const fault of ["none", "replay", "none"] as const) world.faulty.plan(fault);
    world.informer.start();
    await world.informer.whenSynced();
    await world.put("a");
    await world.drop("a");
    await world.clock.settle();
    expect(world.told).toEqual(["+a", "-a"]);
    expect(world.names()).toEqual([]);
    expect(world.informer.stats.duplicates).toBe(1);
    await world.informer.stop();
  });

  test("proves its cache by listing again when asked to", async () => {
    const world = aWorld({ relistAfterMs: 600_000 });
    world.informer.start();
    await world.clock.advance(HOUR_MS);
    expect(world.informer.stats.lists).toBeGreaterThanOrEqual(6);
    expect(world.informer.stats.drift).toBe(0);
    await world.informer.stop();
  });

  test.each<Fault>(["none", "hang", "500", "429"])(
    "stop() closes everything for good, whatever is under way: %s",
    async (fault) => {
      const world = aWorld();
      world.faulty.plan(fault);
      world.informer.start();
      await world.clock.settle();
      await world.informer.stop();
      const calls = world.faulty.calls;
      expect(world.faulty.open).toBe(0);
      expect(world.clock.pending).toBe(0);
      await world.put("late");
      await world.clock.advance(HOUR_MS);
      expect(world.faulty.calls).toBe(calls);
      expect(world.told).toEqual([]);
      await world.informer.stop();
      world.informer.start();
      await world.clock.settle();
      expect(world.faulty.calls).toBe(calls);
    },
  );

  test("stop() from a handler is the last thing that a handler is told", async () => {
    const world = aWorld();
    await world.put("a");
    await world.put("b");
    world.informer.addHandler({ added: () => void world.informer.stop() });
    world.informer.start();
    await world.clock.settle();
    expect(world.told).toEqual(["+a"]);
    await world.informer.stop();
    expect(world.faulty.open).toBe(0);
  });

  test("who waits for a cache that is stopped is told so", async () => {
    const world = aWorld();
    world.faulty.plan("hang");
    world.informer.start();
    const waiting = world.informer.whenSynced().catch((error: unknown) => error);
    await world.informer.stop();
    expect(isKubeError(await waiting, "Aborted")).toBe(true);
  });

  test("survives handlers, indexes and transforms that throw", async () => {
    const world = aWorld({
      indexes: {
        broken: () => {
          throw new Error("index");
        },
      },
    });
    world.informer.addHandler({
      added: () => {
        throw new Error("handler");
      },
    });
    world.informer.start();
    await world.informer.whenSynced();
    await world.put("a");
    await world.put("b");
    await world.clock.settle();
    expect(world.names()).toEqual(["a", "b"]);
    expect(world.errors.map(String)).toEqual(expect.arrayContaining(["Error: index", "Error: handler"]));
    await world.informer.stop();
  });

  test("refuses to watch the Secrets of the whole cluster", () => {
    const { cluster } = aWorld();
    expect(() => new Informer({ cluster, resource: SECRETS })).toThrow(TypeError);
    expect(() => new Informer({ cluster, resource: SECRETS, namespaces: ["opted-in"] })).not.toThrow();
  });
});

type Step =
  | { readonly do: "put" | "drop"; readonly name: string; readonly x: string }
  | { readonly do: "fault"; readonly fault: Fault }
  | { readonly do: "break"; readonly how: "close" | "reset" | "expire" | "silent" }
  | { readonly do: "compact" }
  | { readonly do: "wait"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom("put" as const, "put" as const, "drop" as const),
      name: fc.constantFrom("a", "b", "c", "d"),
      x: fc.constantFrom("0", "1", "2"),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("fault" as const), fault: fc.constantFrom(...FAULTS) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("break" as const),
      how: fc.constantFrom("close" as const, "reset" as const, "expire" as const, "silent" as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "compact" as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(0, 10, 700, 5_000, 200_000) }),
  },
);

test("whatever the network does, the cache ends equal to the server and handlers saw an unbroken story", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), async (steps, pageSize) => {
      const world = aWorld({ pageSize });
      const story = new Map<string, ConfigMap>();
      world.informer.addHandler({
        added: (object) => {
          expect(story.has(object.metadata.name)).toBe(false);
          story.set(object.metadata.name, object);
        },
        updated: (object, old) => {
          expect(story.get(object.metadata.name)).toBe(old);
          expect(object.metadata.uid).toBe(old.metadata.uid);
          expect(Number(object.metadata.resourceVersion)).toBeGreaterThan(Number(old.metadata.resourceVersion));
          story.set(object.metadata.name, object);
        },
        deleted: (last) => {
          expect(story.get(last.metadata.name)?.metadata.uid).toBe(last.metadata.uid);
          story.delete(last.metadata.name);
        },
      });
      world.informer.start();
      for (const each of steps) await take(world, each);
      world.faulty.heal();
      await world.clock.advance(HOUR_MS);
      const truth = (await world.cluster.list(CONFIG_MAPS)).items;
      const byName = (objects: ConfigMap[]) => objects.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
      expect(byName(world.informer.list())).toEqual(truth);
      expect(byName([...story.values()])).toEqual(truth);
      expect(world.errors.filter((error) => !isKubeError(error))).toEqual([]);
      await world.informer.stop();
      expect([world.faulty.open, world.clock.pending, world.cluster.openWatches]).toEqual([0, 0, 0]);
    }),
    { numRuns: 300 },
  );
}, 60_000);

async function take(world: ReturnType<typeof aWorld>, each: Step): Promise<void> {
  switch (each.do) {
    case "put":
      return void (await world.put(each.name, each.x));
    case "drop":
      return world.drop(each.name).catch(() => undefined);
    case "fault":
      return world.faulty.plan(each.fault);
    case "break":
      return void world.cluster.breakWatches(each.how);
    case "compact":
      return world.cluster.compact();
    case "wait":
      return world.clock.advance(each.ms);
    default:
      return each satisfies never;
  }
}
