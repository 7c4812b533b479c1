import { expect, test } from "@jest/globals";
import { ManualClock, systemClock } from "../../src/kube/index.js";

test("sleepers wake in order of time, those that begin to sleep on the way included", async () => {
  const clock = new ManualClock(0);
  const woken: string[] = [];
  const sleeper = async (name: string, ...naps: number[]): Promise<void> => {
    for (const nap of naps) {
      await clock.sleep(nap);
      woken.push(`${name}@${clock.now()}`);
    }
  };
  void sleeper("a", 10, 10, 10);
  void sleeper("b", 15, 15);
  await clock.advance(29);
  expect(woken).toEqual(["a@10", "b@15", "a@20"]);
  expect(clock.now()).toBe(29);
  expect(clock.nextAt).toBe(30);
  await clock.advanceToNext();
  await clock.advanceToNext();
  expect(woken.slice(3).toSorted()).toEqual(["a@30", "b@30"]);
  expect(await clock.advanceToNext()).toBe(false);
});

test.each([
  ["a manual clock", new ManualClock()],
  ["the system's clock", systemClock],
])("an aborted sleep of %s rejects with the reason and leaves no timer", async (_name, clock) => {
  const abort = new AbortController();
  const sleeping = clock.sleep(1e9, abort.signal).catch((error: unknown) => error);
  abort.abort("enough");
  expect(await sleeping).toBe("enough");
  expect(await clock.sleep(1, AbortSignal.abort("never")).catch((error: unknown) => error)).toBe("never");
  if (clock instanceof ManualClock) expect(clock.pending).toBe(0);
});
