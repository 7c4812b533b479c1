import { type RecoveryAction, toRfc3339 } from "../../api/index.js";
import type { Failure } from "../../recovery/index.js";
import { openAttempt, withAttemptEnded, withFailedPreparation } from "./attempts.js";
import { withBuildFailed } from "./builds/build-attempts.js";
import { type ConditionNote, conditionOf } from "./conditions.js";
import type { JobStatus } from "./job.js";
import type { Turn } from "./turn.js";

/** What the status says of every failure, whatever is done about it: its history, its last error, whose fault it was. */
export function withFailureNoted(
  turn: Turn,
  status: JobStatus,
  failure: Failure,
  verdict: "Failed" | "Error",
  action: RecoveryAction | "none",
): JobStatus {
  const end = { outcome: verdict, reason: failure.reason, message: failure.message, stage: failure.stage, action };
  const isPreparation = failure.stage === "source" || failure.stage === "build";
  const isBeforeAnyPod = isPreparation && openAttempt(status, turn.metadata.name) === undefined;
  const built = withBuildFailed(turn, status, failure);
  return {
    ...(isBeforeAnyPod ? withFailedPreparation(turn, built, end) : withAttemptEnded(turn, built, end)),
    lastError: failure.message,
    lastErrorAt: toRfc3339(turn.now),
    lastErrorType: failure.errorType,
    failureReason: failure.reason,
    fault: failure.fault,
  };
}

/** The aspects that the failure is about. */
export function aboutFailure(
  status: JobStatus,
  { reason, message, stage }: Failure,
  now: "False" | "Unknown",
): ConditionNote[] {
  const type =
    reason === "InvalidSpec" && stage === "start" && status.runId === undefined
      ? ("SpecValid" as const)
      : stage === "source"
        ? ("GitCloneComplete" as const)
        : stage === "models"
          ? ("ModelsReady" as const)
          : stage === "build"
            ? ("BuildComplete" as const)
            : ("ValidationComplete" as const);
  const about: ConditionNote = { type, status: now, reason, message };
  // Whatever ended the run, nothing is built for it any more.
  const isBuilding = conditionOf(status, "BuildInProgress")?.status === "True";
  return isBuilding ? [about, { type: "BuildInProgress", status: "False", reason, message }] : [about];
}
