import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { NotebookValidationJobStatus } from "../../../src/api/index.js";
import { equalJson } from "../../../src/kube/json.js";
import { isTerminal } from "../../../src/operator/decide/job.js";
import { isLive } from "../../../src/operator/decide/pods.js";
import { isHeld } from "../../../src/operator/decide/suspension.js";
import { Dice } from "./dice.js";
import { type Step, Walk } from "./walk.js";

const CASES = 100_000;
const STEPS = 25;
/** Decisions in one moment after which a job that nothing happens to must have come to rest: it may spend all its retries. */
const MAX_AGAIN = 60;

let cases = 0;

/** What holds of every decision. */
function checkDecision({ job, seen, now, decision }: Step): void {
  const { status, effects, requeueAfterMs } = decision;
  const { error } = NotebookValidationJobStatus.safeParse(status);
  law(error === undefined, `the status fits its schema: ${error?.message}`);
  if (requeueAfterMs !== undefined)
    law(Number.isFinite(requeueAfterMs) && requeueAfterMs >= 0, `${requeueAfterMs} is a time to look again`);
  const isIdle = isTerminal(status.phase) || isHeld(status) || job.metadata.deletionTimestamp !== undefined;
  law(isIdle || seen.rival !== undefined || requeueAfterMs !== undefined, "a job under way is looked at again");
  const starts = effects.flatMap((effect) => (effect.kind === "start-attempt" ? [effect.plan.podName] : []));
  law(starts.length <= 1, "one attempt at a time");
  for (const podName of starts) {
    const [attempt] = status.attempts ?? [];
    law(attempt?.podName === podName && attempt.outcome === "Running", `${podName} is counted before it is made`);
    const others = seen.pods.filter((pod) => isLive(pod, now) && pod.metadata.name !== podName);
    law(others.length === 0, `${podName} gets no company`);
    const isThere = seen.pods.some((pod) => pod.metadata.name === podName);
    law(!isThere, `${podName} is followed, not made again, once it is there`);
  }
  const builds = effects.flatMap((effect) => (effect.kind === "start-build" ? [effect.plan.name] : []));
  law(builds.length <= 1, "one build at a time");
  for (const name of builds) law(status.buildStatus?.buildName === name, `${name} is counted before it is made`);
  law((status.attempts?.length ?? 0) <= 20, "the history is bounded");
}

function law(holds: boolean, words: string): void {
  if (!holds) throw new Error(`broken law: ${words}`);
}

/** Nothing happens any more, and no time passes: the job comes to rest. */
function checkRest(walk: Walk, step: Step): void {
  for (let times = 0; times < MAX_AGAIN; times += 1) {
    const before = walk.job.status;
    const decision = walk.again(step);
    cases += 1;
    if (equalJson(before, JSON.parse(JSON.stringify(decision.status)))) return;
  }
  throw new Error(`it never comes to rest: ${JSON.stringify(walk.status)}`);
}

test(`law: every job, however broken, gets a decision about whatever is seen, a status that fits its schema, and rest (${CASES} cases)`, () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.nat(), { minLength: STEPS, maxLength: STEPS }), (seed, steps) => {
      const walk = new Walk(new Dice(seed));
      for (const each of steps) {
        const step = walk.step(new Dice(each));
        cases += 1;
        checkDecision(step);
        if (each % 8 === 0) checkRest(walk, step);
      }
    }),
    {
      endOnFailure: true,
      numRuns: Math.ceil(CASES / STEPS),
      ...(process.env["NBV_SEED"] && { seed: Number(process.env["NBV_SEED"]) }),
    },
  );
  process.stderr.write(`decide: ${cases} observations\n`);
  expect(cases).toBeGreaterThanOrEqual(CASES);
}, 300_000);
