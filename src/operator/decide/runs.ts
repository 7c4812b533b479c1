import { toRfc3339 } from "../../api/index.js";
import { withAttemptEnded } from "./attempts.js";
import { withConditions, withDeadLetterCleared, withoutConditions } from "./conditions.js";
import type { EventNote } from "./decision.js";
import { isTerminal, type JobStatus } from "./job.js";
import type { Observation } from "./observation.js";
import { requestMark } from "./retry-request.js";
import { specValid } from "./spec-valid.js";
import type { Turn } from "./turn.js";

/** A finished job of another operator, or of one before specs were hashed: it keeps its outcome. */
export function isAdoptable({ status }: Turn): boolean {
  return isTerminal(status.phase) && status.specHash === undefined && status.observedGeneration === undefined;
}

/** The status with a baseline, so that the job runs again when its spec changes, not because we arrived. */
export function adopt(turn: Turn): JobStatus {
  const { status, specHash } = turn;
  // That operator had one count for everything, and losses of the platform's were the job's own.
  const validationRetryCount = status.validationRetryCount ?? status.retryCount;
  return withConditions(turn, { ...status, specHash, validationRetryCount }, specValid(turn));
}

/**
 * Whether the status is about something else than what the job now asks for. Only a new generation can make it so:
 * an operator that reads specs differently than its predecessor starts nothing anew.
 */
export function isOutdated({ status, specHash, metadata, reading }: Turn): boolean {
  if (status.phase === undefined || status.specHash === undefined) return true;
  if (status.observedGeneration === metadata.generation || status.specHash === specHash) return false;
  if (!isTerminal(status.phase)) return true;
  return !reading.ok || reading.effective.retry.onSpecChange;
}

const NEW_RUN = { reason: "NewRun", message: "A new run has begun" };

/** The event of the new run that a changed spec starts. */
export const SPEC_CHANGED: EventNote = {
  type: "Normal",
  reason: "SpecChanged",
  message: "The spec changed: a new run begins",
};

/**
 * The turn at the beginning of a new run: counters at zero, history kept. What still runs is removed as surplus.
 * @param why reason of an attempt that is cancelled for it
 * @param told what a dead letter's end is explained by
 */
export function startAfresh(
  turn: Turn,
  why: "SpecChanged" | "SourceChanged" | "RetryRequested" = "SpecChanged",
  told: Pick<EventNote, "reason" | "message"> = NEW_RUN,
): Turn {
  const { metadata, status, now, specHash } = turn;
  const cancelled = withAttemptEnded(turn, status, { outcome: "Cancelled", reason: why });
  const at = toRfc3339(now);
  const fresh: JobStatus = {
    conditions: withoutConditions(
      cancelled,
      "GitCloneComplete",
      "ModelsReady",
      "BuildInProgress",
      "BuildComplete",
      "ValidationComplete",
    ).conditions,
    attempts: cancelled.attempts,
    observedGeneration: cancelled.observedGeneration,
    phase: "Pending",
    specHash,
    runCount: (status.runCount ?? 0) + 1,
    queuedAt: at,
    startTime: at,
    retryCount: 0,
    buildRetryCount: 0,
    validationRetryCount: 0,
    recoveryAttempts: 0,
    lastRetryTime: status.lastRetryTime,
    // Whoever asked for a retry before has it now.
    lastHandledRetryRequest: requestMark(metadata),
  };
  const begun = withDeadLetterCleared(turn, fresh, told.reason, told.message);
  return { ...turn, seen: withoutAnswer(turn.seen), status: begun };
}

/** The observation without an answer of Git's that was about an earlier question: see `sourceTicket`. */
export function withoutAnswer(seen: Observation): Observation {
  return { ...seen, source: { kind: "unasked" } };
}
