import { ANNOTATION_RETRY_REQUESTED, parseSpec, specHash } from "../../../src/api/index.js";
import { openBuild, spentBuilds } from "../../../src/operator/decide/builds/build-attempts.js";
import { isTerminal, type JobStatus } from "../../../src/operator/decide/job.js";
import { isLive } from "../../../src/operator/decide/pods.js";
import { MAX_PLATFORM_RETRIES } from "../../../src/recovery/index.js";
import { checkMemory, checkRecovery, standInOf } from "./laws-of-recovery.js";
import type { ModelBuild, ModelState } from "./state.js";

/** A law of design §4 does not hold. */
export class Violation extends Error {}

/** Retries of the model's job: the default strategy's. */
const MAX_RETRIES = 3;
const MAX_BUILD_RETRIES = 1;

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
  law(
    (is.retryCount ?? 0) <= MAX_RETRIES + MAX_BUILD_RETRIES + MAX_PLATFORM_RETRIES,
    "all retries stay within their limit",
  );
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
    const asked = after.job.metadata.annotations?.[ANNOTATION_RETRY_REQUESTED];
    // A branch may have moved, or what the run waited for in vain may have come.
    const mayRunAnew = (parsed.ok && parsed.spec.notebook.git.follow === true) || was.waitingFor !== undefined;
    const isAnew = mayRunAnew && is.runCount === (was.runCount ?? 0) + 1;
    law(
      isChanged || isAnew || (asked === is.lastHandledRetryRequest && asked !== was.lastHandledRetryRequest),
      "a terminal phase is left only for a reason",
    );
  }
  // Each strategy that is given up leaves a budget of its own to the next.
  const budgets = 1 + (is.recovery?.abandonedStrategies ?? []).length;
  law((is.buildRetryCount ?? 0) <= MAX_BUILD_RETRIES * budgets, "build retries stay within their limit");
  checkRecovery(was, is, after.job, law);
  checkBuilds(before, after, is);
  for (const name of Object.keys(after.pods)) {
    if (before.pods[name] !== undefined) continue;
    checkGate(after, name);
    checkMemory(after, is, name, law);
    const attempt = is.attempts?.[0];
    law(
      attempt?.podName === name && attempt.outcome === "Running",
      `pod ${name} is made only for the attempt that is counted as open`,
    );
  }
  if (is.nextRetryTime !== undefined) law(is.phase === "Retrying", "only a job that is retrying has a next retry");
}

/**
 * The seed's race: a validation pod never runs before its image is built, and it runs that very image. One that does comes
 * after a noted fallback, and runs the job's pre-built image.
 */
function checkGate(state: ModelState, name: string): void {
  const { job, pods, truth } = state;
  if (!asksForBuild(job)) return;
  const image = pods[name]?.object.spec?.containers[0]?.image ?? "";
  const standIn = standInOf(job, statusOf(state));
  if (standIn === undefined) {
    law(truth.pushed.includes(image), `pod ${name} is made only once its image ${image} was built and pushed`);
  } else {
    law(image === standIn, `pod ${name} runs the image that the run fell back to, ${standIn}, not ${image}`);
  }
}

/** A build is made only for the attempt that is counted as open, and only one of a flight at a time. */
function checkBuilds(before: ModelState, after: ModelState, status: JobStatus): void {
  for (const { name } of Object.values(after.builds)) {
    if (before.builds[name] !== undefined) continue;
    law(openBuild(status)?.name === name, `build ${name} is made only when the status counts it`);
    const spent = spentBuilds(status);
    const rivals = Object.values(before.builds).filter((each) => !isOver(each) && !spent.has(each.name));
    law(rivals.length === 0, `build ${name} is made though ${rivals.map((each) => each.name).join()} is under way`);
  }
}

/** What must hold whenever the shared tag moves. */
export function checkPublication({ truth: { tag = "", validated } }: ModelState): void {
  law(validated.includes(tag), `the tag moves only to an image that a notebook passed with, not to ${tag}`);
}

function asksForBuild(job: ModelState["job"]): boolean {
  const spec = (job?.spec ?? {}) as { podConfig?: { buildConfig?: { enabled?: boolean } } };
  return spec.podConfig?.buildConfig?.enabled === true;
}

/** Whether nothing works on the build any more. */
export function isOver({ observation }: ModelBuild): boolean {
  return observation.kind !== "pending" && observation.kind !== "running";
}

export function statusOf({ job }: ModelState): JobStatus {
  return job?.status ?? {};
}

function law(holds: boolean, words: string): void {
  if (!holds) throw new Violation(words);
}
