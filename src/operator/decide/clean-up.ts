import { fromRfc3339, isOwnedByGitOps } from "../../api/index.js";
import type { EventNote } from "./decision.js";
import { isLost, lostFrom } from "./pods.js";
import type { StepResult, Turn } from "./turn.js";

/**
 * `Succeeded` and `Failed`: nothing is left to do but to go, when the job's time to live is over. Its pods go first, as
 * surplus, so that none outlives its job. A job that a GitOps tool owns stays without them: the tool would make it again
 * at once, which would run it again, for ever.
 */
export function cleanUp(turn: Turn): StepResult {
  const { status, metadata, seen, now } = turn;
  const leftMs = timeToLiveLeft(turn);
  if (leftMs === undefined) return { status };
  if (leftMs > 0) return { status, requeueAfterMs: leftMs };
  if (isOwnedByGitOps(metadata)) return { status };
  const going = seen.pods.filter((pod) => !isLost(pod, now));
  if (going.length === 0) return { status, effects: [{ kind: "emit", note: CLEANED_UP }, { kind: "delete-job" }] };
  // That a pod is gone is told; that its node is, is not.
  const lost = going.flatMap((pod) => lostFrom(pod) ?? []);
  return { status, ...(lost.length > 0 && { requeueAfterMs: Math.min(...lost) - now }) };
}

/** Outlives the job, for whoever looks for it. */
const CLEANED_UP: EventNote = {
  type: "Normal",
  reason: "CleanedUp",
  message:
    "The job is deleted: the time is over that ttlSecondsAfterFinished or retryPolicy.autoCleanupAfterHours gives it",
};

/** Milliseconds that the finished job and its pods may stay; `undefined` = for ever, or it is not finished. */
export function timeToLiveLeft({ reading, status, now }: Turn): number | undefined {
  const endedAt = fromRfc3339(status.completionTime);
  if (!reading.ok || endedAt === undefined) return undefined;
  const { ttlSecondsAfterFinished: ttl, retryPolicy } = reading.spec;
  const hours = status.phase === "Failed" ? retryPolicy?.autoCleanupAfterHours : undefined;
  const limits = [ttl === undefined ? [] : [ttl * 1000], hours === undefined ? [] : [hours * 3_600_000]].flat();
  return limits.length === 0 ? undefined : endedAt + Math.min(...limits) - now;
}
