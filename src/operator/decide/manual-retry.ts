import {
  ANNOTATION_RETRY_REQUESTED,
  ANNOTATION_RETRY_RESET_COUNT,
  fromRfc3339,
  toRfc3339Millis,
} from "../../api/index.js";
import { withImageDoubted } from "./builds/gate.js";
import { withDeadLetterCleared } from "./conditions.js";
import { startAfresh } from "./runs.js";
import type { Turn } from "./turn.js";

/** How far ahead of ours a requester's clock may be, milliseconds. A request that is further ahead is none. */
const MAX_AHEAD_MS = 5 * 60_000;

/**
 * Whether somebody asked, by annotation, for one more attempt of a job that failed or waits for its next one.
 * A request is done when a retry started, or the run ended, at its time or later.
 */
export function isRetryRequested({ metadata, status, now }: Turn): boolean {
  if (status.phase !== "Failed" && status.phase !== "Retrying") return false;
  const requestedAt = fromRfc3339(metadata.annotations?.[ANNOTATION_RETRY_REQUESTED]);
  if (requestedAt === undefined || requestedAt > now + MAX_AHEAD_MS) return false;
  const retriedAt = fromRfc3339(status.lastRetryTime);
  // A retry further ahead than any request may be was noted by somebody else: it would shut out all others.
  if (retriedAt !== undefined && retriedAt <= now + MAX_AHEAD_MS && requestedAt <= retriedAt) return false;
  const endedAt = fromRfc3339(status.completionTime);
  return endedAt === undefined || requestedAt >= endedAt;
}

/** The turn with the request granted: at once, beyond the budget, and as a new run when the count is to be reset. */
export function retryNow(turn: Turn): Turn {
  const { metadata, status, now } = turn;
  const requestedAt = fromRfc3339(metadata.annotations?.[ANNOTATION_RETRY_REQUESTED]) ?? now;
  // Not before the request, even if that was made by a clock ahead of ours: else it would be granted again and again.
  const lastRetryTime = toRfc3339Millis(Math.max(now, requestedAt));
  if (metadata.annotations?.[ANNOTATION_RETRY_RESET_COUNT] === "true") {
    const afresh = startAfresh(turn);
    return { ...afresh, status: { ...afresh.status, lastRetryTime } };
  }
  const sound = withImageDoubted(turn, status, status.failureReason);
  const cleared = withDeadLetterCleared(turn, sound, "RetryRequested", "A retry was requested");
  return {
    ...turn,
    status: {
      ...cleared,
      phase: status.runId === undefined ? "Pending" : "ValidationRunning",
      reason: "RetryRequested",
      message: "A retry was requested",
      startTime: toRfc3339Millis(now),
      lastRetryTime,
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
