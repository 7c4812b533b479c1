import { describe, expect, test } from "@jest/globals";
import { explore, type Node, statesAfter, statesOfGoodRun } from "./model/explore.js";
import type { Budget } from "./model/state.js";

/** `NBV_EXPLORE_DEPTH=3` goes three moves deeper than the ordinary test does. */
const deeper = Number(process.env["NBV_EXPLORE_DEPTH"] ?? 0);

async function report(what: string, starts: readonly Node[], depth: number) {
  const began = performance.now();
  const found = await explore(starts, depth);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stderr.write(
    `exploration, ${what}, depth ${depth}: ${found.states} states, ${found.transitions} transitions, ${seconds} s\n`,
  );
  return found;
}

/** So many adverse events of any kind. */
function adversity(total: number): Budget {
  return { total, user: total, operator: total, platform: total, time: 3 };
}

describe("every interleaving of cluster, users and crashes keeps the invariants, and the job still comes to its end", () => {
  test("two adverse events, from any state of a good run", async () => {
    const starts = await statesOfGoodRun(adversity(2));
    expect(starts.length).toBeGreaterThan(10);
    const { states } = await report(`2 adverse events, from ${starts.length} states`, starts, 3 + deeper);
    expect(states).toBeGreaterThan(1000);
  }, 900_000);

  test("a user who interferes while the making of a pod is on its way, be its maker alive or not", async () => {
    const requested = await statesAfter(await statesOfGoodRun(adversity(1)), "stays on its way", adversity(1));
    expect(requested).toHaveLength(2);
    const starts = [
      ...(await statesAfter(requested, "the user edits the spec", adversity(0))),
      ...(await statesAfter(requested, "the user suspends", adversity(0))),
    ];
    expect(starts).toHaveLength(4);
    const { states } = await report("interference after a request without answer", starts, 6 + deeper);
    expect(states).toBeGreaterThan(500);
  }, 900_000);

  test("one adverse event, from the submission on", async () => {
    const starts = (await statesOfGoodRun(adversity(1))).slice(0, 1);
    const { states } = await report("1 adverse event", starts, 7 + deeper);
    expect(states).toBeGreaterThan(1000);
  }, 900_000);
});
