import { parseOperatorConfig, parseQuantity } from "../../../src/api/index.js";
import type { JobStatus } from "../../../src/operator/decide/job.js";
import type { ModelState } from "./state.js";

type Law = (holds: boolean, words: string) => void;

/** Of a job that says nothing else (`recoveryConfig.maxRecoveryAttempts`). */
const MAX_RECOVERY_ATTEMPTS = 3;
/** Levels at which no pre-built image stands in for the job's own environment. */
const STRICT: readonly unknown[] = ["staging", "production"];

/** What must hold of recovery after every write. */
export function checkRecovery(was: JobStatus, is: JobStatus, job: ModelState["job"], law: Law): void {
  const actions = is.recovery?.actions ?? [];
  const attempts = is.recoveryAttempts ?? 0;
  law(attempts === actions.length, `every remedy is counted and noted, not ${attempts} and ${actions.length}`);
  law(attempts <= MAX_RECOVERY_ATTEMPTS, "remedies stay within their limit");
  const kinds = new Set(actions.map(({ action, reason }) => `${action} for ${reason}`));
  law(kinds.size === actions.length, "no remedy is taken twice for one reason");
  if (was.runCount === is.runCount)
    law(attempts >= (was.recoveryAttempts ?? 0), "recoveryAttempts never falls in a run");
  if (is.recovery?.image === undefined) return;
  law(hasFallenBack(is), "no image stands in for the job's own without a noted fallback");
  law(!STRICT.includes(levelOf(job)), `no image stands in for the job's own at level ${String(levelOf(job))}`);
  law(is.phase !== "Succeeded" || is.verdict === "PassedWithWarnings", "a stand-in passes with warnings at most");
  law(is.buildStatus?.recommendedImage === undefined, "a stand-in recommends no image");
  law(is.buildStatus?.published !== true, "a stand-in publishes nothing");
}

/** The image that a job may run that is not built for it: only after a noted fallback, and then exactly its pre-built one. */
export function standInOf(job: ModelState["job"], status: JobStatus): string | undefined {
  if (!hasFallenBack(status)) return undefined;
  const { podConfig } = specOf(job);
  return podConfig?.containerImage ?? parseOperatorConfig().defaultImages.notebook;
}

/** A pod has the memory of its job's spec, or more, within what the job allows, once that is noted. */
export function checkMemory({ job, pods }: ModelState, status: JobStatus, name: string, law: Law): void {
  const { podConfig, retryPolicy } = specOf(job);
  const limit = podConfig?.resources?.limits?.memory;
  const given = pods[name]?.object.spec?.containers[0]?.resources?.limits?.["memory"];
  if (limit === undefined || given === undefined) return;
  const isRaised = status.recovery?.actions?.some(({ action }) => action === "increase-memory") ?? false;
  if (!isRaised) return law(given === limit, `pod ${name} has the memory of its spec, ${limit}, not ${given}`);
  const most = parseQuantity(retryPolicy?.memoryBump?.max ?? 0);
  const isWithin = parseQuantity(given) > parseQuantity(limit) && parseQuantity(given) <= most;
  law(isWithin, `pod ${name} has more memory than ${limit} within what its job allows, not ${given}`);
}

function hasFallenBack({ recovery }: JobStatus): boolean {
  const isNoted = recovery?.actions?.some(({ action }) => action === "fallback-to-prebuilt") ?? false;
  return isNoted && recovery?.image !== undefined;
}

function levelOf(job: ModelState["job"]): unknown {
  const { level, strictMode } = specOf(job).validationConfig ?? {};
  return strictMode === true ? "production" : level;
}

function specOf(job: ModelState["job"]) {
  return (job?.spec ?? {}) as {
    podConfig?: { containerImage?: string; resources?: { limits?: { memory?: string } } };
    retryPolicy?: { memoryBump?: { max: string } };
    validationConfig?: { level?: string; strictMode?: boolean };
  };
}
