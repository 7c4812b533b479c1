import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { ManualClock } from "../../src/kube/manual-clock.js";
import { seededRandom } from "../../src/kube/random.js";
import { priorityOf, UNDER_WAY_PRIORITY } from "../../src/operator/priority.js";
import { WorkQueue } from "../../src/operator/work-queue.js";
import { SteppingClock } from "../kube/kit/stepping-clock.js";

function aQueue(options: { baseDelayMs?: number; maxDelayMs?: number; agingMs?: number } = {}) {
  const clock = new ManualClock();
  return { clock, queue: new WorkQueue({ clock, random: seededRandom(7), ...options }) };
}

/** Takes and finishes everything that is ready, in order. */
async function drain(queue: WorkQueue): Promise<string[]> {
  const order: string[] = [];
  while (queue.depth > 0) {
    const key = await queue.take();
    if (key === undefined) break;
    order.push(key);
    queue.done(key);
  }
  return order;
}

describe("a work queue", () => {
  test("holds a key only once, however often it is added", async () => {
    const { queue } = aQueue();
    for (let i = 0; i < 5; i++) queue.add("ns/a");
    queue.add("ns/b");
    expect(await drain(queue)).toEqual(["ns/a", "ns/b"]);
  });

  test("never gives a key to two workers; what changed meanwhile comes back afterwards", async () => {
    const { queue, clock } = aQueue();
    queue.add("ns/a");
    const first = await queue.take();
    queue.add("ns/a");
    let second: string | undefined;
    void queue.take().then((key) => {
      second = key;
    });
    await clock.settle();
    expect(second).toBeUndefined();
    queue.done(first ?? "");
    await clock.settle();
    expect(second).toBe("ns/a");
  });

  test("serves the higher priority first", async () => {
    const { queue } = aQueue();
    queue.add("ns/low", { priority: 10 });
    queue.add("ns/usual");
    queue.add("ns/high", { priority: 90 });
    expect(await drain(queue)).toEqual(["ns/high", "ns/usual", "ns/low"]);
  });

  test("lifts a waiting key when it is added again with a higher priority", async () => {
    const { queue } = aQueue();
    queue.add("ns/a", { priority: 10 });
    queue.add("ns/b", { priority: 20 });
    queue.add("ns/a", { priority: 30 });
    expect(await drain(queue)).toEqual(["ns/a", "ns/b"]);
  });

  test("a low priority does not starve: who waited too long goes first", async () => {
    const { queue, clock } = aQueue({ agingMs: 1000 });
    queue.add("ns/low", { priority: 0 });
    await clock.advance(1000);
    queue.add("ns/high", { priority: 100 });
    expect(await drain(queue)).toEqual(["ns/low", "ns/high"]);
  });

  test("brings what is under way to its end before anything new begins, however urgent that is or long it waits", async () => {
    const { queue, clock } = aQueue();
    queue.add("ns/urgent", { priority: 100 });
    await clock.advance(60_000);
    queue.add("other/under-way", { priority: UNDER_WAY_PRIORITY });
    expect(await drain(queue)).toEqual(["other/under-way", "ns/urgent"]);
  });

  test("no job gets that place by what it asks for", () => {
    for (const priority of [Number.MAX_VALUE, Number.POSITIVE_INFINITY, 1e16])
      expect(priorityOf({ priority })).toBeLessThan(UNDER_WAY_PRIORITY - 1);
  });

  test("a namespace with many jobs delays another one's by one turn only", async () => {
    const { queue } = aQueue();
    for (let i = 0; i < 100; i++) queue.add(`crowd/${i}`);
    queue.add("small/only");
    expect((await drain(queue)).indexOf("small/only")).toBeLessThanOrEqual(1);
  });

  test("a key that always comes back does not keep the others waiting", async () => {
    const { queue } = aQueue();
    queue.add("busy/again");
    for (let i = 0; i < 3; i++) queue.add(`other/${i}`);
    const order: string[] = [];
    for (let turn = 0; turn < 6; turn++) {
      const key = (await queue.take()) ?? "";
      order.push(key);
      if (key === "busy/again") queue.add(key);
      queue.done(key);
    }
    expect(order.filter((key) => key.startsWith("other/"))).toHaveLength(3);
  });

  test("spreads workers over namespaces: who has fewer of them goes first", async () => {
    const { queue } = aQueue();
    for (const key of ["a/1", "a/2", "a/3", "b/1"]) queue.add(key);
    const taken = [await queue.take(), await queue.take()];
    expect(taken.map((key) => key?.slice(0, 1)).sort()).toEqual(["a", "b"]);
  });

  test("gives a delayed key out at its time, not before", async () => {
    const { queue, clock } = aQueue();
    queue.addAfter("ns/a", 500);
    await clock.advance(499);
    expect(queue.depth).toBe(0);
    await clock.advance(1);
    expect(await drain(queue)).toEqual(["ns/a"]);
  });

  test("of two delays the shorter one counts, and an add at once beats both", async () => {
    const { queue, clock } = aQueue();
    queue.addAfter("ns/a", 500);
    queue.addAfter("ns/a", 100);
    queue.addAfter("ns/a", 900);
    await clock.advance(100);
    expect(queue.depth).toBe(1);
    queue.add("ns/a");
    expect(await drain(queue)).toEqual(["ns/a"]);
    await clock.advance(1000);
    expect(queue.depth).toBe(0);
  });

  test("waits longer with each failure in a row, up to a limit, never less than the server asked", () => {
    const { queue } = aQueue({ baseDelayMs: 100, maxDelayMs: 1000 });
    const delays = Array.from({ length: 8 }, () => queue.addAfterFailure("ns/a"));
    for (const [i, delay] of delays.entries()) {
      const ceiling = Math.min(100 * 2 ** i, 1000);
      expect(delay).toBeGreaterThanOrEqual(ceiling / 2);
      expect(delay).toBeLessThanOrEqual(ceiling);
    }
    expect(queue.addAfterFailure("ns/a", 7000)).toBe(7000);
    queue.forget("ns/a");
    expect(queue.addAfterFailure("ns/a")).toBeLessThanOrEqual(100);
    queue.forget("ns/a");
    const slower = Array.from({ length: 3 }, () => queue.addAfterFailure("ns/a", 0, { baseDelayMs: 400 }));
    for (const [i, ceiling] of [400, 800, 1000].entries()) {
      expect(slower[i]).toBeGreaterThanOrEqual(ceiling / 2);
      expect(slower[i]).toBeLessThanOrEqual(ceiling);
    }
  });

  test("counts delays on when the clock is set back", async () => {
    const real = new ManualClock();
    const clock = new SteppingClock(real);
    const queue = new WorkQueue({ clock, random: seededRandom(7) });
    queue.addAfter("ns/soon", 1_000);
    queue.addAfter("ns/later", 5_000);
    queue.addAfterFailure("ns/held", 9_000);
    clock.stepMs = -3_600_000;
    await real.advance(1_000);
    expect(await drain(queue)).toEqual(["ns/soon"]);
    await real.advance(4_000);
    expect(await drain(queue)).toEqual(["ns/later"]);
    await real.advance(4_000);
    expect(await drain(queue)).toEqual(["ns/held"]);
  });

  test("leaves the server alone with a key for as long as it asked, whatever else is added", async () => {
    const { queue, clock } = aQueue();
    queue.add("ns/a");
    const key = (await queue.take()) ?? "";
    queue.addAfterFailure(key, 5000);
    queue.add(key);
    queue.done(key);
    queue.add(key);
    expect(queue.depth).toBe(0);
    await clock.advance(5000);
    expect(await drain(queue)).toEqual(["ns/a"]);
  });

  test("after close takers get nothing, and drained waits for who still works", async () => {
    const { queue, clock } = aQueue();
    queue.add("ns/a");
    queue.addAfter("ns/b", 10);
    const key = await queue.take();
    const idleTaker = queue.take();
    queue.close();
    expect(await idleTaker).toBeUndefined();
    expect(await queue.take()).toBeUndefined();
    let drained = false;
    void queue.drained().then(() => {
      drained = true;
    });
    await clock.settle();
    expect(drained).toBe(false);
    queue.done(key ?? "");
    await clock.settle();
    expect(drained).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test("law: no key is lost and no key has two workers, whatever the order of calls", async () => {
    const call = fc.oneof(
      fc.record({ op: fc.constant("add" as const), key: fc.nat(5), priority: fc.nat(100) }),
      fc.record({ op: fc.constant("after" as const), key: fc.nat(5), ms: fc.nat(500) }),
      fc.record({ op: fc.constant("take" as const) }),
      fc.record({ op: fc.constant("done" as const), pick: fc.nat(5) }),
      fc.record({ op: fc.constant("pass" as const), ms: fc.nat(300) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 60 }), async (calls) => {
        const { queue, clock } = aQueue();
        const held: string[] = [];
        const wanted = new Set<string>();
        const start = (key: string): void => {
          expect(held).not.toContain(key);
          held.push(key);
          wanted.delete(key);
        };
        for (const step of calls) {
          if (step.op === "add") queue.add(keyOf(step.key), { priority: step.priority });
          if (step.op === "after") queue.addAfter(keyOf(step.key), step.ms);
          if (step.op === "add" || step.op === "after") wanted.add(keyOf(step.key));
          if (step.op === "take" && queue.depth > 0) start((await queue.take()) ?? "");
          if (step.op === "done" && held.length > 0) {
            const [key] = held.splice(step.pick % held.length, 1);
            queue.done(key ?? "");
          }
          if (step.op === "pass") await clock.advance(step.ms);
        }
        await clock.advance(1000);
        for (const key of held.splice(0)) queue.done(key);
        for (const key of await drain(queue)) wanted.delete(key);
        expect([...wanted]).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

function keyOf(index: number): string {
  return `${"abc"[index % 3]}/${index}`;
}
