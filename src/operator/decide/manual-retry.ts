import { ANNOTATION_RETRY_RESET_COUNT, toRfc3339Millis } from "../../api/index.js";
import { withAttemptEnded } from "./attempts.js";
import { withoutStandIn } from "./builds/gate.js";
import { withImageDoubted } from "./builds/image-in-doubt.js";
import { withDeadLetterCleared } from "./conditions.js";
import type { EventNote } from "./decision.js";
import { requestMark } from "./retry-request.js";
import { startAfresh, withoutAnswer } from "./runs.js";
import type { Turn } from "./turn.js";

const REASON = "RetryRequested";
const MESSAGE = "A retry was requested";
const GRANTED: EventNote = { type: "Normal", reason: REASON, message: MESSAGE };
const GRANTED_AFRESH: EventNote = { type: "Normal", reason: "NewRun", message: `${MESSAGE}: a new run begins` };

/**
 * The turn with the request for a retry granted: at once, beyond the budget, and as a new run when the count is to be
 * reset. An attempt that is kept waiting for a place on a node gives way. The run's time and its waits begin anew.
 */
export function retryNow(turn: Turn): Turn {
  const { metadata, status, now } = turn;
  const lastRetryTime = toRfc3339Millis(now);
  if (resetsCount(turn)) {
    const afresh = startAfresh(turn, REASON, GRANTED_AFRESH);
    return { ...afresh, status: { ...afresh.status, lastRetryTime } };
  }
  const ended = withAttemptEnded(turn, status, { outcome: "Cancelled", reason: REASON, message: MESSAGE });
  const sound = withImageDoubted(turn, withoutStandIn(ended), status.failureReason);
  const cleared = withDeadLetterCleared(turn, sound, REASON, MESSAGE);
  return {
    ...turn,
    seen: withoutAnswer(turn.seen),
    status: {
      ...cleared,
      phase: status.runId === undefined ? "Pending" : "ValidationRunning",
      reason: REASON,
      message: MESSAGE,
      startTime: lastRetryTime,
      lastRetryTime,
      lastHandledRetryRequest: requestMark(metadata),
      waitingFor: undefined,
      nextRetryTime: undefined,
      completionTime: undefined,
      duration: undefined,
      verdict: undefined,
      fault: undefined,
      failureReason: undefined,
      lastError: undefined,
      lastErrorAt: undefined,
      lastErrorType: undefined,
    },
  };
}

/** Tells whoever asked for a retry that it begins. */
export function retryGranted(turn: Turn): EventNote {
  return resetsCount(turn) ? GRANTED_AFRESH : GRANTED;
}

function resetsCount({ metadata }: Turn): boolean {
  return metadata.annotations?.[ANNOTATION_RETRY_RESET_COUNT] === "true";
}

/** The turn with the request for a retry answered by a no. {@link retryRefused} tells it. */
export function withoutRetry(turn: Turn): Turn {
  return { ...turn, status: { ...turn.status, lastHandledRetryRequest: requestMark(turn.metadata) } };
}

/** Tells whoever asked for a retry that there will be none. @param why without a final full stop */
export function retryRefused(why: string): EventNote {
  return { type: "Warning", reason: "RetryRefused", message: `The retry that was requested is refused: ${why}` };
}
