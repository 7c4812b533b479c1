import { formatDuration, fromRfc3339, toRfc3339, toRfc3339Millis } from "../../api/index.js";
import {
  type Failure,
  type GiveUpReason,
  joinSentences,
  planRecovery,
  type RecoveryPlan,
  retryStrategy,
} from "../../recovery/index.js";
import type { VerdictEvent } from "../../validation/index.js";
import { openAttempt, withAttemptEnded, withFailedPreparation } from "./attempts.js";
import { withBuildFailed } from "./builds/build-attempts.js";
import { withImageDoubted } from "./builds/gate.js";
import { type ConditionNote, conditionOf, withConditions } from "./conditions.js";
import type { JobStatus } from "./job.js";
import { sentence } from "./sentence.js";
import type { StepResult, Turn, ValidTurn } from "./turn.js";

/** The run passed. */
export function succeed(turn: ValidTurn, status: JobStatus, verdict: VerdictEvent): StepResult {
  const passed = verdict.verdict === "PassedWithWarnings" ? "PassedWithWarnings" : "Passed";
  const ended = withAttemptEnded(turn, status, { outcome: passed, stage: "finish" });
  const message = sentence(verdict.message);
  const note = { reason: passed, message };
  return {
    status: withConditions(
      turn,
      {
        ...finished(turn, ended),
        phase: "Succeeded",
        verdict: passed,
        reason: passed,
        message,
        fault: undefined,
        failureReason: undefined,
      },
      { type: "ValidationComplete", status: "True", ...note },
      { type: "DeadLettered", status: "False", ...note },
    ),
  };
}

/**
 * The attempt failed, or the run did before there was one: it is tried again, or given up.
 * @param verdict what was judged; `Error` when nothing could be
 */
export function fail(
  turn: ValidTurn,
  status: JobStatus,
  failure: Failure,
  verdict: "Failed" | "Error" = "Error",
): StepResult {
  const plan = planRecovery(failure, historyOf(turn, status), {
    numbers: retryStrategy(turn.spec, { jitter: turn.seen.settings.config.retry.jitter }),
    seed: `${turn.metadata.uid}/${status.runCount}/${status.runId}`,
  });
  switch (plan.kind) {
    case "retry":
      return {
        status: retrying(turn, withFailureNoted(turn, status, failure, verdict, "retry"), failure, plan),
        requeueAfterMs: plan.after,
      };
    case "wait":
      return { status, requeueAfterMs: Math.max(plan.until - turn.now, 0) };
    case "give-up":
      return {
        status: givenUp(turn, withFailureNoted(turn, status, failure, verdict, "none"), failure, verdict, plan.reason),
      };
    default:
      return unreachable(plan);
  }
}

/** The run ends here, whatever could be tried: its time is over, or the job can't be carried out. */
export function giveUp(
  turn: Turn,
  status: JobStatus,
  failure: Failure,
  verdict: "Failed" | "Error" = "Error",
): StepResult {
  return {
    status: givenUp(turn, withFailureNoted(turn, status, failure, verdict, "none"), failure, verdict, "PermanentError"),
  };
}

function historyOf(turn: Turn, status: JobStatus) {
  const validationRetries = status.validationRetryCount ?? 0;
  const buildRetries = status.buildRetryCount ?? 0;
  // `retryCount` holds all retries; what neither stage paid for, the platform did.
  const platformRetries = Math.max(0, (status.retryCount ?? 0) - validationRetries - buildRetries);
  return { validationRetries, buildRetries, platformRetries, now: turn.now };
}

function withFailureNoted(
  turn: Turn,
  status: JobStatus,
  failure: Failure,
  verdict: "Failed" | "Error",
  action: "retry" | "none",
): JobStatus {
  const end = { outcome: verdict, reason: failure.reason, message: failure.message, stage: failure.stage, action };
  const isResolution = failure.stage === "source" && status.runId === undefined;
  const isBeforeAnyPod =
    isResolution || (failure.stage === "build" && openAttempt(status, turn.metadata.name) === undefined);
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

/** Waits for the next attempt. It is counted here, before anything is done about it. */
function retrying(
  turn: ValidTurn,
  status: JobStatus,
  failure: Failure,
  plan: RecoveryPlan & { kind: "retry" },
): JobStatus {
  const counter = plan.stage === "build" ? "buildRetryCount" : "validationRetryCount";
  const message = joinSentences(failure.message, `Retry ${plan.retry} of ${plan.limit} follows`);
  return withConditions(
    turn,
    {
      ...withImageDoubted(turn, status, failure.reason),
      phase: "Retrying",
      reason: failure.reason,
      message: sentence(message),
      retryCount: (status.retryCount ?? 0) + 1,
      ...(plan.budget === "job" && { [counter]: plan.retry }),
      nextRetryTime: toRfc3339Millis(turn.now + plan.after),
      progress: undefined,
    },
    ...aboutFailure(status, failure, "Unknown"),
  );
}

function givenUp(
  turn: Turn,
  status: JobStatus,
  failure: Failure,
  verdict: "Failed" | "Error",
  why: GiveUpReason,
): JobStatus {
  const message = joinSentences(failure.message, failure.suggestedAction);
  const tried = status.retryCount ?? 0;
  const afterwards = why === "RetriesDisabled" ? "Automatic retries are off" : `Given up after ${tried} retries`;
  return withConditions(
    turn,
    {
      ...finished(turn, status),
      phase: "Failed",
      verdict,
      reason: failure.reason,
      message: sentence(message),
    },
    ...aboutFailure(status, failure, "False"),
    {
      type: "DeadLettered",
      status: "True",
      reason: why === "PermanentError" ? "PermanentError" : "RetryLimitExceeded",
      message: why === "PermanentError" ? failure.message : joinSentences(failure.message, afterwards),
    },
  );
}

/** The aspects that the failure is about. */
function aboutFailure(
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

function finished(turn: Turn, status: JobStatus): JobStatus {
  const startedAt = fromRfc3339(status.startTime);
  return {
    ...status,
    completionTime: toRfc3339(turn.now),
    ...(startedAt !== undefined && {
      duration: formatDuration(Math.max(0, Math.round((turn.now - startedAt) / 1000)) * 1000),
    }),
    nextRetryTime: undefined,
    progress: undefined,
  };
}

function unreachable(plan: never): never {
  throw new Error(`unexpected plan ${JSON.stringify(plan)}`);
}
