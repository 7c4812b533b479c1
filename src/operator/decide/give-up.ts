import { type Failure, type GiveUpReason, joinSentences, sentence } from "../../recovery/index.js";
import { withConditions } from "./conditions.js";
import { aboutFailure, withFailureNoted } from "./failure-notes.js";
import { finished } from "./finished.js";
import type { JobStatus } from "./job.js";
import { resultOfRemedies } from "./remedies/remedy-words.js";
import type { StepResult, Turn } from "./turn.js";

/** Why a run ends with a failure. */
export interface GivingUp {
  /** What keeps it from being tried again. @default "PermanentError" */
  readonly why?: GiveUpReason;
  /** What else there is to say about that, one sentence each without a final full stop. @default [] */
  readonly more?: readonly string[];
}

/**
 * The run ends here with a failure: its time is over, the job can't be carried out, or everything was tried.
 * @param verdict what was judged; `Error` when nothing could be
 */
export function giveUp(
  turn: Turn,
  status: JobStatus,
  failure: Failure,
  verdict: "Failed" | "Error" = "Error",
  { why = "PermanentError", more = [] }: GivingUp = {},
): StepResult {
  const noted = withFailureNoted(turn, status, failure, verdict, "none");
  const result = resultOfRemedies(status, failure.reason);
  const message = joinSentences(failure.message, ...result, ...more, failure.suggestedAction);
  return {
    status: withConditions(
      turn,
      {
        ...finished(turn, noted),
        phase: "Failed",
        verdict,
        reason: failure.reason,
        message: sentence(message),
      },
      ...aboutFailure(noted, failure, "False"),
      {
        type: "DeadLettered",
        status: "True",
        reason: why === "PermanentError" ? "PermanentError" : "RetryLimitExceeded",
        message: joinSentences(failure.message, ...(why === "PermanentError" ? [] : triedWords(status, why, more))),
      },
    ),
  };
}

/** What was tried before it was given up: retries, or something else that `more` tells. */
function triedWords({ retryCount = 0 }: JobStatus, why: GiveUpReason, more: readonly string[]): readonly string[] {
  if (why === "RetriesDisabled") return ["Automatic retries are off"];
  if (retryCount === 0) return more.length > 0 ? more : ["No retry was left"];
  return [...more, `Given up after ${retryCount} ${retryCount === 1 ? "retry" : "retries"}`];
}
