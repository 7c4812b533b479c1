import { describe, expect, test } from "@jest/globals";
import { aBuildingJob } from "./kit/a-building-story.js";
import { explore, type Node, statesAfter, statesOfGoodRun } from "./model/explore.js";
import { statusOf } from "./model/invariants.js";
import type { Budget } from "./model/state.js";

/** `NBV_EXPLORE_DEPTH=3` goes three moves deeper than the ordinary test does. */
const deeper = Number(process.env["NBV_EXPLORE_DEPTH"] ?? 0);
const SHARED = { imageName: "nbv-environments", imageTag: "stable" };

async function report(what: string, starts: readonly Node[], depth: number) {
  const began = performance.now();
  const found = await explore(starts, depth);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stderr.write(
    `exploration of builds, ${what}, depth ${depth}: ${found.states} states, ${found.transitions} transitions, ${seconds} s\n`,
  );
  return found;
}

/** So many adverse events of any kind. */
function adversity(total: number): Budget {
  return { total, user: total, operator: total, platform: total, time: 3 };
}

describe("no validation pod before its image is built, in any interleaving of builds, cluster, users and crashes", () => {
  test("a good run goes from the repository to the published image", async () => {
    const nodes = await statesOfGoodRun(adversity(0), aBuildingJob(SHARED));
    const { state } = nodes.at(-1) ?? {};
    expect(state?.job?.status).toMatchObject({
      phase: "Succeeded",
      buildStatus: { phase: "Complete", published: true, recommendedImage: state?.truth.pushed[0] },
    });
    expect(state?.truth.tag).toBe(state?.truth.pushed[0]);
    expect(Object.keys(state?.builds ?? {})).toHaveLength(1);
  });

  test("one adverse event, from any state of a good run", async () => {
    const starts = await statesOfGoodRun(adversity(1), aBuildingJob(SHARED));
    const { states } = await report(`1 adverse event, from ${starts.length} states`, starts, 3 + deeper);
    expect(states).toBeGreaterThan(1000);
  }, 900_000);

  test("two adverse events while the image is on its way", async () => {
    const starts = (await statesOfGoodRun(adversity(2), aBuildingJob(SHARED))).filter(
      ({ state }) => statusOf(state).phase === "Building",
    );
    expect(starts.length).toBeGreaterThan(5);
    const { states } = await report(`2 adverse events, from ${starts.length} states`, starts, 2 + deeper);
    expect(states).toBeGreaterThan(500);
  }, 900_000);

  test("a run that falls back to its pre-built image, from the failure of its build on", async () => {
    const unretried = aBuildingJob(SHARED, { retryPolicy: { jitter: false, maxBuildRetries: 0 } });
    const starts = await statesAfter(
      await statesOfGoodRun(adversity(1), unretried),
      "fails: BuildImagePull",
      adversity(1),
    );
    expect(starts.length).toBeGreaterThan(0);
    const { states } = await report(`1 adverse event after a failed build`, starts, 5 + deeper);
    expect(states).toBeGreaterThan(300);
  }, 900_000);
});
