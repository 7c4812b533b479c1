import { toRfc3339 } from "../../api/index.js";
import { withAttemptEnded } from "./attempts.js";
import { withBuildLeft } from "./builds/build-attempts.js";
import { conditionOf, withConditions } from "./conditions.js";
import type { JobStatus } from "./job.js";
import type { Turn } from "./turn.js";

/** Whether the job was held back until now. */
export function isHeld(status: JobStatus): boolean {
  return conditionOf(status, "Suspended")?.status === "True";
}

/** Holds the job: what runs is removed as surplus and costs no retry. */
export function hold(turn: Turn): JobStatus {
  const ended = withAttemptEnded(turn, turn.status, { outcome: "Cancelled", reason: "Suspended" });
  const cancelled = withBuildLeft(turn, ended, "Suspended");
  const message = "The job is suspended; set spec.suspend to false to let it go on";
  return withConditions(
    turn,
    { ...cancelled, phase: "Pending", reason: "Suspended", message, nextRetryTime: undefined, progress: undefined },
    { type: "Suspended", status: "True", reason: "Suspended", message },
    ...(conditionOf(cancelled, "BuildInProgress")?.status === "True"
      ? [{ type: "BuildInProgress", status: "False", reason: "Suspended", message } as const]
      : []),
  );
}

/**
 * Lets the job go on where it was held: with a new attempt of the same run, about the same commit. The clock of
 * `totalTimeout` starts again, as that of a Kubernetes Job does.
 */
export function resume(turn: Turn): JobStatus {
  const { status, now } = turn;
  const message = "The job goes on";
  return withConditions(
    turn,
    {
      ...status,
      phase: status.runId === undefined ? "Pending" : "ValidationRunning",
      reason: "Resumed",
      message,
      startTime: toRfc3339(now),
    },
    { type: "Suspended", status: "False", reason: "Resumed", message },
  );
}
