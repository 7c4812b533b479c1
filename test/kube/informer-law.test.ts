import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { CONFIG_MAPS, type ConfigMap, isKubeError } from "../../src/kube/index.js";
import { anInformer, HOUR_MS } from "./an-informer.js";
import { FAULTS, type Fault } from "./faulty-cluster.js";

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
      const world = anInformer({ pageSize });
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

async function take(world: ReturnType<typeof anInformer>, each: Step): Promise<void> {
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
