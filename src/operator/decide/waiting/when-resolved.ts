import { joinSentences } from "../../../recovery/index.js";
import { withDeadLetterCleared } from "../conditions.js";
import { startAfresh } from "../runs.js";
import type { StepResult, Turn } from "../turn.js";
import { resolutionQuestion, wasAwayAtTheEnd } from "./resolution-question.js";
import { thingWords } from "./wait-words.js";

/**
 * Whether what the job has failed for has come since, so that a new run may end otherwise (`retryWhenResolved`). What was
 * there all the time did not help this run, and would not help the next: a kubelet may see less in it than we do.
 *
 * A run that has waited knows that it was away. One that failed without a wait, for lack of time, is looked at for right
 * after failing (`isFresh`): it is resolved only when that or a later look has missed it. Who brings it between the
 * kubelet's last word and that look, within a second or so, has to ask for the new run.
 */
export function isResolved(turn: Turn): boolean {
  const { status, seen } = turn;
  if (status.phase !== "Failed" || seen.resolution?.kind !== "present") return false;
  return (seen.resolution.wasAbsent === true || wasAwayAtTheEnd(status)) && resolutionQuestion(turn) !== undefined;
}

/** The turn at the beginning of the run that may end otherwise. */
export function runAgain(turn: Turn): Turn {
  const { status } = turn;
  const what = status.waitingFor === undefined ? "something" : thingWords(status.waitingFor);
  const message = joinSentences(`The job had failed for lack of ${what}, which is there now`, "It runs again");
  const cleared = withDeadLetterCleared(turn, status, "CauseResolved", message);
  return startAfresh({ ...turn, status: cleared });
}

/** The result for a job that is over, with the question whether what it has failed for is there by now. */
export function withResolutionAsked(turn: Turn, result: StepResult): StepResult {
  const question = turn.status.phase === "Failed" ? resolutionQuestion(turn) : undefined;
  if (question === undefined || (turn.seen.resolution ?? { kind: "unasked" }).kind !== "unasked") return result;
  return { ...result, effects: [...(result.effects ?? []), { kind: "ask-resolution", ...question }] };
}
