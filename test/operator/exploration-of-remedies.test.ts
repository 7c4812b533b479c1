import { expect, test } from "@jest/globals";
import { aJob } from "./kit/a-job.js";
import { explore, statesAfter, statesOfGoodRun } from "./model/explore.js";
import { checkWrite, statusOf } from "./model/invariants.js";
import type { Budget } from "./model/state.js";

/** `NBV_EXPLORE_DEPTH=3` goes three moves deeper than the ordinary test does. */
const deeper = Number(process.env["NBV_EXPLORE_DEPTH"] ?? 0);
const OOM_KILLED = "is killed for memory";

/** So many adverse events of any kind. */
function adversity(total: number): Budget {
  return { total, user: total, operator: total, platform: total, time: 3 };
}

/** A job whose notebook may have more memory when it is killed for want of it. */
const GROWING = aJob().with({
  podConfig: { containerImage: "registry.example.com/notebook:1", resources: { limits: { memory: "2Gi" } } },
  retryPolicy: { jitter: false, memoryBump: { factor: 1.5, max: "8Gi" } },
});

test("an OOM kill is answered by more memory once, in every interleaving of users, crashes and the platform", async () => {
  const killed = await statesAfter(await statesOfGoodRun(adversity(1), GROWING), OOM_KILLED, adversity(1));
  expect(killed.length).toBeGreaterThan(0);
  const began = performance.now();
  const { states, transitions } = await explore(killed, 6 + deeper);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stderr.write(`exploration of remedies: ${states} states, ${transitions} transitions, ${seconds} s\n`);
  expect(states).toBeGreaterThan(300);
}, 900_000);

test("the laws are broken by a pod with more memory than is noted", async () => {
  const nodes = await statesOfGoodRun(adversity(0), GROWING);
  const index = nodes.findIndex(({ state }) => Object.keys(state.pods).length > 0);
  const [before, after] = [nodes[index - 1]?.state, nodes[index]?.state];
  if (before === undefined || after === undefined) throw new Error("there is no pod");
  expect(() => checkWrite(before, after)).not.toThrow();
  const pods = JSON.parse(
    JSON.stringify(after.pods).replaceAll('"memory":"2Gi"', '"memory":"3Gi"'),
  ) as typeof after.pods;
  expect(() => checkWrite(before, { ...after, pods })).toThrow("has the memory of its spec");
  const recovery = { actions: [{ action: "increase-memory", reason: "OOMKilled" }] };
  const job = after.job && { ...after.job, status: { ...statusOf(after), recovery, recoveryAttempts: 1 } };
  expect(() => checkWrite(before, { ...after, job })).toThrow("has more memory than 2Gi");
});
