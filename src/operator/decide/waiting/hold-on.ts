import { fromRfc3339, type Instant } from "../../../api/index.js";
import type { StepResult, ValidTurn } from "../turn.js";
import { giveUpWaiting } from "./hold.js";
import { delayOfTry, endOfWait, HOLD_POLL_MS, withEndOfWait } from "./holding.js";
import { resolutionQuestion } from "./resolution-question.js";

/**
 * A run that waits, without a pod: what keeps it, or `undefined` when it is time to try anew. What can be looked at from
 * outside is tried when it is there; the rest is found out by trying.
 */
export function holdOn(turn: ValidTurn): StepResult | undefined {
  const { seen, now } = turn;
  const endsAt = endOfWait(turn);
  if (now >= endsAt) return giveUpWaiting(turn, turn.status);
  const status = withEndOfWait(turn.status, endsAt);
  const question = resolutionQuestion(turn);
  const answer = question === undefined ? undefined : (seen.resolution ?? { kind: "unasked" });
  const until = (at: Instant): StepResult => ({ status, requeueAfterMs: Math.min(at, endsAt) - now });
  switch (answer?.kind) {
    case "unasked":
      return { ...until(now + HOLD_POLL_MS), ...(question && { effects: [{ kind: "ask-resolution", ...question }] }) };
    case "asking":
    case "absent":
      return until(now + HOLD_POLL_MS);
    case "present":
    case "unknown":
    case undefined: {
      const dueAt = timeOfTry(turn, answer?.kind === "unknown");
      return now < dueAt ? until(dueAt) : undefined;
    }
    default:
      return unreachable(answer);
  }
}

/**
 * When the next try is due: never later than a wait may take, though the clock was set back meanwhile.
 * @param isBlind whether nobody can tell if it is there by now
 */
function timeOfTry({ status, now }: ValidTurn, isBlind: boolean): Instant {
  const { waitingFor, nextRetryTime, lastErrorAt } = status;
  if (waitingFor === undefined) return now;
  const blind = { ...waitingFor, name: undefined };
  const delayMs = delayOfTry(isBlind ? blind : waitingFor);
  const planned = isBlind ? (fromRfc3339(lastErrorAt) ?? now) + delayMs : (fromRfc3339(nextRetryTime) ?? now);
  return Math.min(planned, now + delayMs);
}

function unreachable(answer: never): never {
  throw new Error(`unexpected answer ${JSON.stringify(answer)}`);
}
