import { openAttempt } from "../attempts.js";
import type { JobStatus } from "../job.js";
import { notebookState } from "../pods.js";
import type { Turn } from "../turn.js";

/**
 * The status without what the job waited for, once that is surely overcome: its notebook runs or ran, or the commit that
 * was waited for is known. Until then it stays, through every new try, so that the clock of the wait goes on. A failed job
 * keeps what it failed for.
 */
export function withWaitOver(turn: Turn, status: JobStatus): JobStatus {
  if (status.waitingFor === undefined || !isOver(turn, status)) return status;
  return { ...status, waitingFor: undefined };
}

function isOver(turn: Turn, status: JobStatus): boolean {
  switch (status.phase) {
    case "Succeeded":
      return true;
    case "Failed":
      return status.failureReason !== status.waitingFor?.reason;
    case "Pending":
      // Suspended: whoever lets it go on begins a new wait.
      return true;
    default:
      return (turn.status.runId === undefined && status.runId !== undefined) || hasBegun(turn, status);
  }
}

function hasBegun({ seen, metadata }: Turn, status: JobStatus): boolean {
  const podName = openAttempt(status, metadata.name)?.podName;
  const pod = seen.pods.find((each) => each.metadata.name === podName);
  if (pod === undefined) return false;
  const { startedAt, exit } = notebookState(pod);
  return startedAt !== undefined || exit !== undefined;
}
