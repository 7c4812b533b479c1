import { type Attempt, formatDuration, fromRfc3339, toRfc3339, toRfc3339Millis } from "../../../api/index.js";
import { type Failure, failureOf, isFailureReason, joinSentences, sentence } from "../../../recovery/index.js";
import { openAttempt } from "../attempts.js";
import { withImageDoubted } from "../builds/image-in-doubt.js";
import { withConditions } from "../conditions.js";
import { aboutFailure, withFailureNoted } from "../failure-notes.js";
import { giveUp } from "../give-up.js";
import type { JobStatus } from "../job.js";
import { isLive } from "../pods.js";
import { refusedRemedies } from "../remedies/refused-remedies.js";
import { spentTotalTime } from "../total-time.js";
import type { StepResult, ValidTurn } from "../turn.js";
import { delayOfTry, HOLD_POLL_MS } from "./holding.js";
import { resolutionQuestion } from "./resolution-question.js";
import { isSameKind, nextWait, objectWaitedFor, waitKind, waitKindOf } from "./waiting-for.js";

const ACTION = "wait-for-resolution";

/** Whether the run may wait until somebody has brought what the failure says is missing. */
export function canHold({ seen }: ValidTurn, _status: JobStatus, failure: Failure): boolean {
  return seen.settings.waits !== false && waitKind(failure) !== undefined;
}

/** Whether the pod stays while the run waits for this: autoscalers and queues look at one that no node takes. */
export function keepsPod({ reason }: Failure): boolean {
  return reason === "Unschedulable";
}

/**
 * The run waits until somebody has brought what is missing, or gives up when it has waited long enough. It costs no retry.
 * Nothing runs meanwhile, but for a pod that no node takes: when there is a place for it, the run goes on with it.
 */
export function holdFor(turn: ValidTurn, status: JobStatus, failure: Failure, verdict: "Failed" | "Error"): StepResult {
  const kind = waitKind(failure);
  if (kind === undefined) return giveUp(turn, status, failure, verdict);
  const isKept = keepsPod(failure) && hasPod(turn, status);
  const isStill = isKept && status.waitingFor?.reason === failure.reason;
  const waitingFor = nextWait(turn, status, failure, kind);
  const until = fromRfc3339(waitingFor.until) ?? turn.now;
  if (turn.now >= until) return giveUpWaiting(turn, { ...status, waitingFor }, failure, verdict);
  const noted = isKept
    ? withTroubleNoted(turn, status, failure, isStill)
    : withOneEntry(withImageDoubted(turn, withFailureNoted(turn, status, failure, verdict, ACTION), failure.reason));
  const delayMs = isKept ? 0 : delayOfTry(waitingFor);
  const patience = `The run goes on by itself as soon as this is resolved; it waits until ${waitingFor.until} at most`;
  const held: JobStatus = {
    ...noted,
    phase: "Retrying",
    reason: failure.reason,
    message: sentence(
      joinSentences(failure.message, ...refusedRemedies(turn, status, failure), failure.suggestedAction, patience),
    ),
    waitingFor,
    nextRetryTime: delayMs === 0 ? undefined : toRfc3339Millis(turn.now + delayMs),
    progress: undefined,
  };
  const told = withConditions(turn, held, ...aboutFailure(held, failure, "Unknown"));
  const question = resolutionQuestion({ ...turn, status: told });
  const pollMs = isKept || question !== undefined ? HOLD_POLL_MS : delayMs;
  return {
    status: told,
    ...(question !== undefined && { effects: [{ kind: "ask-resolution", ...question }] }),
    requeueAfterMs: Math.min(until - turn.now, pollMs),
  };
}

/** The run has waited long enough for what its status names, or has no time left to wait for it. */
export function giveUpWaiting(
  turn: ValidTurn,
  status: JobStatus,
  failure: Failure = failureWaitedFor(status),
  verdict: "Failed" | "Error" = "Error",
): StepResult {
  const since = fromRfc3339(status.waitingFor?.since) ?? turn.now;
  const took = formatDuration(Math.max(0, Math.round((turn.now - since) / 1000)) * 1000);
  const waited = `It was waited for in vain for ${took}${limitWords({ ...turn, status })}`;
  return giveUp(turn, status, failure, verdict, { why: "RetryLimitExceeded", more: [waited] });
}

/** What of the job's own cut the wait short: who reads of a wait of seconds would look for a limit of the operator's. */
function limitWords(turn: ValidTurn): string {
  const totalMs = spentTotalTime(turn, turn.now);
  return totalMs === undefined
    ? ""
    : `; then spec.totalTimeout (${formatDuration(totalMs)}) was over, which may be raised`;
}

/** The failure that the run waits for to be mended, in the words in which the status has it. */
function failureWaitedFor({ waitingFor, lastError, lastErrorType, fault }: JobStatus): Failure {
  const reason = waitingFor?.reason ?? "";
  return failureOf(isFailureReason(reason) ? reason : "Unknown", {
    message: lastError,
    errorType: lastErrorType,
    fault,
    missing: waitingFor && objectWaitedFor(waitingFor),
  });
}

/** Whether the attempt's pod still waits for a node. */
function hasPod({ seen, metadata, now }: ValidTurn, status: JobStatus): boolean {
  const podName = openAttempt(status, metadata.name)?.podName;
  const pod = seen.pods.find((each) => each.metadata.name === podName);
  return pod !== undefined && pod.metadata.deletionTimestamp === undefined && isLive(pod, now);
}

/** The status with the trouble of an attempt that has not ended. What it said before need not be written again. */
function withTroubleNoted(turn: ValidTurn, status: JobStatus, failure: Failure, isStill: boolean): JobStatus {
  return {
    ...status,
    lastError: failure.message,
    lastErrorAt: isStill && status.failureReason === failure.reason ? status.lastErrorAt : toRfc3339(turn.now),
    lastErrorType: failure.errorType,
    failureReason: failure.reason,
    fault: failure.fault,
  };
}

/** A wait is one entry of the history, however often it was tried anew: twenty of them would push out what came before. */
function withOneEntry(status: JobStatus): JobStatus {
  const [last, before, ...earlier] = status.attempts ?? [];
  if (last === undefined || before === undefined || !isOneWait(before, last)) return status;
  // The later number stays: no later pod may have the name of an earlier one.
  const startTime = before.startTime ?? before.completionTime;
  return { ...status, attempts: [{ ...last, ...(startTime !== undefined && { startTime }) }, ...earlier] };
}

function isOneWait(before: Attempt, after: Attempt): boolean {
  const areWaits = before.action === ACTION && after.action === ACTION && before.runId === after.runId;
  return areWaits && isSameKind(waitKindOf(before.reason) ?? before.reason, waitKindOf(after.reason) ?? after.reason);
}
