import { type RecoveryTaken, toRfc3339, toRfc3339Millis } from "../../../api/index.js";
import { type Failure, joinSentences, type Remedy, sentence } from "../../../recovery/index.js";
import { withConditions } from "../conditions.js";
import { aboutFailure, withFailureNoted } from "../failure-notes.js";
import type { JobStatus } from "../job.js";
import type { StepResult, ValidTurn } from "../turn.js";
import { REMEDIES } from "./remedies.js";
import { attemptedWords, failedWords } from "./remedy-words.js";

/** How many remedies a run remembers: as many as a job may ask for (`maxRecoveryAttempts`). */
const MAX_ACTIONS = 20;

/**
 * The run goes on otherwise. All of it is in the status before anything is done about it: the attempt's end, the remedy,
 * its count. From there it is a retry like any other, whose time has come.
 */
export function takeRemedy(
  turn: ValidTurn,
  status: JobStatus,
  failure: Failure,
  verdict: "Failed" | "Error",
  action: Remedy,
): StepResult {
  const remedy = REMEDIES[action](turn, status, failure);
  const noted = withFailureNoted(turn, status, failure, verdict, action);
  const changed = remedy?.apply(noted) ?? noted;
  const taken: RecoveryTaken = {
    action,
    reason: failure.reason,
    time: toRfc3339(turn.now),
    ...(remedy?.detail !== undefined && { detail: sentence(remedy.detail) }),
  };
  const next: JobStatus = {
    ...changed,
    phase: "Retrying",
    reason: failure.reason,
    message: sentence(joinSentences(failedWords(failure), attemptedWords(taken))),
    recoveryAttempts: (changed.recoveryAttempts ?? 0) + 1,
    recovery: { ...changed.recovery, actions: [taken, ...(changed.recovery?.actions ?? [])].slice(0, MAX_ACTIONS) },
    nextRetryTime: toRfc3339Millis(turn.now),
    progress: undefined,
  };
  return { status: withConditions(turn, next, ...aboutFailure(next, failure, outlookOf(action))), requeueAfterMs: 0 };
}

/** What is to be said of the aspect that failed: no image is built any more once another stands in for it. */
function outlookOf(action: Remedy): "False" | "Unknown" {
  return action === "fallback-to-prebuilt" ? "False" : "Unknown";
}
