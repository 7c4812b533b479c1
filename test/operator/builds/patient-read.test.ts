import { expect, test } from "@jest/globals";
import { KubeError } from "../../../src/kube/kube-error.js";
import { ManualClock } from "../../../src/kube/manual-clock.js";
import { patientRead } from "../../../src/operator/builds/patient-read.js";

const AWAY = new KubeError({ reason: "ServiceUnavailable", message: "no answer" });

/** A read of somebody who waits for 15 seconds, and what has come of it so far. */
function reading(ask: (signal: AbortSignal) => Promise<string>) {
  const clock = new ManualClock();
  const stop = new AbortController();
  const seen = { clock, stop, tries: [] as number[], failures: [] as unknown[], end: "waiting" as string | undefined };
  const begun = clock.now();
  const onFailure = (error: unknown) => seen.failures.push(error);
  const patience = { clock, random: () => 1, patienceMs: 15_000, stop: stop.signal, onFailure };
  void patientRead(patience, (signal) => {
    seen.tries.push(clock.now() - begun);
    return ask(signal);
  }).then((answer) => {
    seen.end = answer;
  });
  return seen;
}

test("an answer ends it, and leaves no timer", async () => {
  const { clock, ...seen } = reading(() => Promise.resolve("here"));
  await clock.settle();
  expect(clock.pending).toBe(0);
  expect(seen.failures).toEqual([]);
});

test("who gets no answer asks again, later each time", async () => {
  let isAway = true;
  const seen = reading(() => (isAway ? Promise.reject(AWAY) : Promise.resolve("here")));
  await seen.clock.advance(3_000);
  expect(seen.tries).toEqual([0, 500, 1_500]);
  expect(seen.failures).toEqual([AWAY, AWAY, AWAY]);
  isAway = false;
  await seen.clock.advance(500);
  expect(seen).toMatchObject({ end: "here", clock: { pending: 0 } });
});

test("a server that asks for time gets it", async () => {
  const busy = new KubeError({ reason: "TooManyRequests", message: "slow down", retryAfterMs: 7_000 });
  const seen = reading(() => Promise.reject(busy));
  await seen.clock.advance(6_999);
  expect(seen.tries).toEqual([0]);
  await seen.clock.advance(1_001);
  expect(seen.tries).toHaveLength(2);
});

test.each(["NotFound", "Forbidden"] as const)("%s is the last word", async (reason) => {
  const seen = reading(() => Promise.reject(new KubeError({ reason, message: "no" })));
  await seen.clock.settle();
  expect(seen).toMatchObject({ end: undefined, tries: [0], failures: [], clock: { pending: 0 } });
});

test("patience ends, be the server away or silent, and whatever the read does with its signal", async () => {
  for (const ask of [() => Promise.reject(AWAY), () => new Promise<never>(() => undefined)]) {
    const seen = reading(ask);
    await seen.clock.advance(14_999);
    expect(seen.end).toBe("waiting");
    await seen.clock.advance(1);
    expect(seen).toMatchObject({ end: undefined, clock: { pending: 0 } });
  }
});

test("a read that is given up says nothing of its end, and is not made again", async () => {
  const seen = reading((signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(AWAY))));
  seen.stop.abort(new Error("the operator stops"));
  await seen.clock.advance(60_000);
  expect(seen).toMatchObject({ end: undefined, tries: [0], failures: [], clock: { pending: 0 } });
});
