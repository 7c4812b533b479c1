import { fromRfc3339, type Instant, parseDuration, toRfc3339, type WaitingFor } from "../../../api/index.js";
import type { Pod } from "../../../kube/resources.js";
import { isFailureReason, reasonRow } from "../../../recovery/index.js";
import { openAttempt } from "../attempts.js";
import type { JobStatus } from "../job.js";
import { endOfTotalTime } from "../total-time.js";
import type { ValidTurn } from "../turn.js";
import { objectWaitedFor } from "./waiting-for.js";

/** Looks again whether a wait is over, though its end is told; milliseconds. */
export const HOLD_POLL_MS = 5 * 60_000;
/** Before the first new try, milliseconds; doubled for each one after that. */
const FIRST_TRY_MS = 30_000;
/** Between two tries at most, milliseconds. */
const LAST_TRY_MS = 5 * 60_000;
/** The same of builds, each of which works for minutes and leaves an object. */
const LAST_BUILD_MS = 30 * 60_000;

/** Whether the run stands still until somebody has brought what it waits for. */
export function isHolding({ phase, reason, waitingFor }: JobStatus): boolean {
  return phase === "Retrying" && waitingFor !== undefined && waitingFor.reason === reason;
}

/** Whether the run stands still for something new: another try that was in vain is no news. */
export function beginsToWait({ waitingFor: before }: JobStatus, after: JobStatus): boolean {
  const { kind, name, since } = after.waitingFor ?? {};
  return isHolding(after) && (before?.kind !== kind || before?.name !== name || before?.since !== since);
}

/** Whether the job holds with a pod that no node has taken: it uses nothing that the operator's limits are about. */
export function isParked(status: JobStatus, job: string, { metadata, spec }: Pod): boolean {
  const hasNode = spec?.nodeName !== undefined && spec.nodeName !== "";
  return !hasNode && isHolding(status) && openAttempt(status, job)?.podName === metadata.name;
}

/** When the wait is given up: as the status says, and never later than waits may take, whoever wrote it. */
export function endOfWait(turn: ValidTurn): Instant {
  const { seen, now } = turn;
  const { waitingFor } = turn.status;
  const longestMs = parseDuration(seen.settings.config.patience.resolutionTimeout);
  const latest = endOfTotalTime(turn) ?? (fromRfc3339(waitingFor?.since) ?? now) + longestMs;
  return Math.min(fromRfc3339(waitingFor?.until) ?? now, latest);
}

/** The status whose wait ends then at the latest: an end that was put off beyond it would be put off again by every look. */
export function withEndOfWait(status: JobStatus, endsAt: Instant): JobStatus {
  const { waitingFor } = status;
  const until = fromRfc3339(waitingFor?.until);
  if (waitingFor === undefined || until === undefined || until <= endsAt) return status;
  return { ...status, waitingFor: { ...waitingFor, until: toRfc3339(endsAt) } };
}

/**
 * How long a run that waits does nothing before it tries anew, milliseconds. What the API server can be asked for is tried
 * at once when it is there, and more and more rarely when it is there and does not help.
 */
export function delayOfTry(waitingFor: WaitingFor): number {
  const tries = (waitingFor.tries ?? 0) - (objectWaitedFor(waitingFor) === undefined ? 0 : 1);
  const { reason } = waitingFor;
  const isBuild = isFailureReason(reason) && reasonRow(reason).stage === "build";
  return tries < 0 ? 0 : Math.min(FIRST_TRY_MS * 2 ** Math.min(tries, 30), isBuild ? LAST_BUILD_MS : LAST_TRY_MS);
}
