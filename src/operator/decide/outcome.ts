import { toRfc3339Millis } from "../../api/index.js";
import {
  type AttemptHistory,
  type Failure,
  joinSentences,
  planRecovery,
  type RecoveryPlan,
  retryStrategy,
  sentence,
} from "../../recovery/index.js";
import type { VerdictEvent } from "../../validation/index.js";
import { withAttemptEnded } from "./attempts.js";
import { withImageDoubted } from "./builds/image-in-doubt.js";
import { withConditions } from "./conditions.js";
import { aboutFailure, withFailureNoted } from "./failure-notes.js";
import { finished } from "./finished.js";
import { giveUp } from "./give-up.js";
import type { JobStatus } from "./job.js";
import { refusedRemedies } from "./remedies/refused-remedies.js";
import { possibleRecoveries } from "./remedies/remedies.js";
import { resultOfRemedies } from "./remedies/remedy-words.js";
import { takeRemedy } from "./remedies/take-remedy.js";
import type { StepResult, Turn, ValidTurn } from "./turn.js";
import { holdFor } from "./waiting/hold.js";

/** The run passed. */
export function succeed(turn: ValidTurn, status: JobStatus, verdict: VerdictEvent): StepResult {
  const passed = verdict.verdict === "PassedWithWarnings" ? "PassedWithWarnings" : "Passed";
  const ended = withAttemptEnded(turn, status, { outcome: passed, stage: "finish" });
  const message = sentence(joinSentences(verdict.message, ...resultOfRemedies(status)));
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
    recovery: turn.effective.recovery,
    possible: possibleRecoveries(turn, status, failure),
  });
  switch (plan.kind) {
    case "retry":
      return {
        status: retrying(turn, withFailureNoted(turn, status, failure, verdict, "retry"), failure, plan),
        requeueAfterMs: plan.after,
      };
    case "wait":
      return { status, requeueAfterMs: Math.max(plan.until - turn.now, 0) };
    case "remedy":
      return takeRemedy(turn, status, failure, verdict, plan.action);
    case "hold":
      return holdFor(turn, status, failure, verdict);
    case "give-up":
      return giveUp(turn, status, failure, verdict, { why: plan.reason, more: refusedRemedies(turn, status, failure) });
    default:
      return unreachable(plan);
  }
}

function historyOf(turn: Turn, status: JobStatus): AttemptHistory {
  const { retryCount = 0, validationRetryCount = 0, buildRetryCount = 0, recoveryAttempts = 0, recovery } = status;
  const remedies = recovery?.actions ?? [];
  return {
    validationRetries: validationRetryCount,
    buildRetries: buildRetryCount,
    abandonedBuildRetries: recovery?.abandonedBuildRetries,
    // `retryCount` holds all retries; what neither stage paid for, the platform did.
    platformRetries: Math.max(0, retryCount - validationRetryCount - buildRetryCount),
    remedies,
    remedyCount: Math.max(recoveryAttempts, remedies.length),
    now: turn.now,
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
  const message = joinSentences(failure.message, retryWords(plan));
  return withConditions(
    turn,
    {
      ...withImageDoubted(turn, status, failure.reason),
      phase: "Retrying",
      reason: failure.reason,
      message: sentence(message),
      retryCount: (status.retryCount ?? 0) + 1,
      ...(plan.budget === "job" && { [counter]: (status[counter] ?? 0) + 1 }),
      nextRetryTime: toRfc3339Millis(turn.now + plan.after),
      progress: undefined,
    },
    ...aboutFailure(status, failure, "Unknown"),
  );
}

function retryWords({ budget, retry, limit }: RecoveryPlan & { kind: "retry" }): string {
  return budget === "job"
    ? `Retry ${retry} of ${limit} follows`
    : `It is tried again at no cost to the job's own retries (${retry} of at most ${limit} losses of the platform's)`;
}

function unreachable(plan: never): never {
  throw new Error(`unexpected plan ${JSON.stringify(plan)}`);
}
