import { ANNOTATION_RETRY_REQUESTED, fromRfc3339, parseSpec, specHash } from "../../../src/api/index.js";
import { isTerminal, type JobStatus } from "../../../src/operator/decide/job.js";
import { isLive } from "../../../src/operator/decide/pods.js";
import { MAX_PLATFORM_RETRIES } from "../../../src/recovery/index.js";
import type { ModelState } from "./state.js";

/** A law of design §4 does not hold. */
export class Violation extends Error {}

/** Retries of the model's job: the default strategy's. */
const MAX_RETRIES = 3;

/** What must hold whenever a pod comes to be. */
export function checkPods({ pods, now }: ModelState): void {
  const live = Object.values(pods).filter(({ object }) => isLive(object, now));
  const names = live.map(({ object }) => object.metadata.name);
  law(live.length <= 1, `at most one live attempt pod, not ${names.join(" and ")}`);
}

/** What must hold after every single write. */
export function checkWrite(before: ModelState, after: ModelState): void {
  const was = statusOf(before);
  const is = statusOf(after);
  checkPods(after);
  if (after.job === undefined) return;
  const generation = after.job.metadata.generation ?? 0;
  law((is.observedGeneration ?? 0) <= generation, "observedGeneration is never ahead");
  law((is.validationRetryCount ?? 0) <= MAX_RETRIES, "validation retries stay within their limit");
  law((is.retryCount ?? 0) <= MAX_RETRIES + MAX_PLATFORM_RETRIES, "all retries stay within their limit");
  if (was.runCount === is.runCount) {
    for (const counter of ["retryCount", "validationRetryCount", "buildRetryCount"] as const) {
      law((is[counter] ?? 0) >= (was[counter] ?? 0), `${counter} never falls within a run`);
    }
  }
  law((is.runCount ?? 0) >= (was.runCount ?? 0), "the number of runs never falls");
  law((is.attempts?.length ?? 0) <= 20, "the history is bounded");
  if (is.phase === "Succeeded" && was.phase !== "Succeeded") {
    const podName = is.attempts?.[0]?.podName ?? "";
    law(after.truth.passed.includes(podName), `Succeeded only by a signed pass of ${podName}`);
  }
  if (isTerminal(was.phase) && !isTerminal(is.phase)) {
    const parsed = parseSpec(after.job.spec);
    const isChanged = parsed.ok && specHash(parsed.spec) !== was.specHash;
    const asked = fromRfc3339(after.job.metadata.annotations?.[ANNOTATION_RETRY_REQUESTED]);
    law(
      isChanged || (asked !== undefined && is.lastRetryTime !== was.lastRetryTime),
      "a terminal phase is left only for a reason",
    );
  }
  for (const name of Object.keys(after.pods)) {
    if (before.pods[name] !== undefined) continue;
    const attempt = is.attempts?.[0];
    law(
      attempt?.podName === name && attempt.outcome === "Running",
      `pod ${name} is made only for the attempt that is counted as open`,
    );
  }
  if (is.nextRetryTime !== undefined) law(is.phase === "Retrying", "only a job that is retrying has a next retry");
}

export function statusOf({ job }: ModelState): JobStatus {
  return job?.status ?? {};
}

function law(holds: boolean, words: string): void {
  if (!holds) throw new Violation(words);
}
