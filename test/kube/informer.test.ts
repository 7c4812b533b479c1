import { describe, expect, test } from "@jest/globals";
import { type Cluster, Informer, isKubeError, KubeError, SECRETS } from "../../src/kube/index.js";
import { anInformer, HOUR_MS } from "./an-informer.js";
import { type Fault } from "./faulty-cluster.js";

describe("an informer", () => {
  test("continues after a reset from the version it has seen, without listing again", async () => {
    const world = anInformer();
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
    const world = anInformer();
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
    const world = anInformer();
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
    const world = anInformer({ staleAfterMs: 90_000 });
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

  test.each([-HOUR_MS, HOUR_MS])(
    "a clock that steps by %d ms makes no watch silent, and no silent one heard",
    async (ms) => {
      const world = anInformer({ staleAfterMs: 90_000, relistAfterMs: 2 * HOUR_MS });
      world.informer.start();
      await world.informer.whenSynced();
      await world.clock.advance(60_000);
      world.cluster.breakWatches("silent");
      world.stepping.stepMs = ms;
      await world.put("a");
      await world.clock.advance(80_000);
      expect(world.informer.stats).toMatchObject({ lists: 1, staleWatches: 0 });
      await world.clock.advance(20_000);
      expect(world.names()).toEqual(["a"]);
      expect(world.informer.stats).toMatchObject({ lists: 1, staleWatches: 1 });
      await world.clock.advance(2 * HOUR_MS);
      expect(world.informer.stats.lists).toBe(2);
      await world.informer.stop();
    },
  );

  test("does not give up a quiet watch that sends bookmarks", async () => {
    const world = anInformer({ watchSeconds: 7200 });
    world.informer.start();
    await world.informer.whenSynced();
    await world.clock.advance(HOUR_MS);
    expect(world.informer.stats).toMatchObject({ watches: 1, failures: 0 });
    await world.informer.stop();
  });

  test("gives up a list that does not answer, and tries again", async () => {
    const world = anInformer({ listTimeoutMs: 10_000 });
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
    const world = anInformer();
    world.faulty.plan("429");
    world.informer.start();
    await world.clock.advance(2_900);
    expect(world.faulty.calls).toBe(1);
    await world.clock.advance(1_000);
    expect(world.informer.hasSynced).toBe(true);
    await world.informer.stop();
  });

  test("waits longer and longer while everything fails, up to a limit", async () => {
    const world = anInformer({ backoff: { firstMs: 1000, maxMs: 60_000 } });
    for (let count = 0; count < 1000; count++) world.faulty.plan("500");
    world.informer.start();
    await world.clock.advance(HOUR_MS);
    expect(world.faulty.calls).toBeGreaterThan(60);
    expect(world.faulty.calls).toBeLessThan(130);
    await world.informer.stop();
  });

  test("does not spin when every version is Gone at once", async () => {
    const world = anInformer({
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
    const world = anInformer();
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
    const world = anInformer();
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
    const world = anInformer();
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
    const world = anInformer({ relistAfterMs: 600_000 });
    world.informer.start();
    await world.clock.advance(HOUR_MS);
    expect(world.informer.stats.lists).toBeGreaterThanOrEqual(6);
    expect(world.informer.stats.drift).toBe(0);
    await world.informer.stop();
  });

  test.each<Fault>(["none", "hang", "500", "429"])(
    "stop() closes everything for good, whatever is under way: %s",
    async (fault) => {
      const world = anInformer();
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
    const world = anInformer();
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
    const world = anInformer();
    world.faulty.plan("hang");
    world.informer.start();
    const waiting = world.informer.whenSynced().catch((error: unknown) => error);
    await world.informer.stop();
    expect(isKubeError(await waiting, "Aborted")).toBe(true);
  });

  test("survives handlers, indexes and transforms that throw", async () => {
    const world = anInformer({
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
    const { cluster } = anInformer();
    expect(() => new Informer({ cluster, resource: SECRETS })).toThrow(TypeError);
    expect(() => new Informer({ cluster, resource: SECRETS, namespaces: ["opted-in"] })).not.toThrow();
  });
});
