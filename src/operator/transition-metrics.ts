import { fromRfc3339, type Level } from "../api/index.js";
import type { JobStatus } from "./decide/job.js";
import { isTerminal } from "./decide/job.js";
import { beginsToWait } from "./decide/waiting/holding.js";
import type { OperatorMetrics } from "./operator-metrics.js";

/** Counts what one written status changed. */
export function recordTransition(metrics: OperatorMetrics, before: JobStatus, after: JobStatus, level: Level): void {
  const { lastErrorType: error_type = "unknown", fault = "platform" } = after;
  const stage = after.attempts?.[0]?.stage ?? "run";
  const isRemedy = (after.recoveryAttempts ?? 0) > (before.recoveryAttempts ?? 0) && after.runCount === before.runCount;
  const isRetry = (after.retryCount ?? 0) > (before.retryCount ?? 0) && after.runCount === before.runCount;
  const hasFailed = after.phase === "Failed" && before.phase !== "Failed";
  const remedy = isRemedy ? after.recovery?.actions?.[0]?.action : undefined;
  const action = remedy ?? (isRetry ? "retry" : hasFailed ? "none" : beginsToWait(before, after) ? WAIT : undefined);
  if (action !== undefined) {
    metrics.count("failures", { reason: after.failureReason ?? after.reason ?? "Unknown", fault });
    metrics.count("recoveryActions", { action });
  }
  if (action !== undefined && after.attempts?.[0]?.outcome === "Failed") {
    for (const check of failedChecks(after)) metrics.count("checksFailed", { check });
  }
  if (isRetry) metrics.count("retries", { stage, error_type });
  if (!isTerminal(after.phase) || before.phase === after.phase) return;
  const succeeded = after.phase === "Succeeded";
  metrics.count("jobs", { status: succeeded ? "succeeded" : "failed", fault: succeeded ? "none" : fault });
  if (!succeeded) {
    const reason = after.conditions?.find(({ type }) => type === "DeadLettered")?.reason ?? "PermanentError";
    metrics.count("deadLetters", { reason, fault });
  }
  const began = fromRfc3339(after.attempts?.[0]?.startTime);
  const ended = fromRfc3339(after.completionTime);
  if (began === undefined || ended === undefined || after.validationPodName === undefined) return;
  metrics.observe(
    "executionDuration",
    { level: level, result: RESULTS[after.verdict ?? "Error"] },
    (ended - began) / 1000,
  );
}

const WAIT = "wait-for-resolution";

/** Ids of the checks that failed, once per finding: a check's message begins with its id. */
function failedChecks({ validationChecks = [] }: JobStatus): string[] {
  return validationChecks.flatMap(({ status, message }) => {
    const id = status === "Failed" ? /^([A-Z][0-9]{1,2}): /.exec(message ?? "")?.[1] : undefined;
    return id ?? [];
  });
}

const RESULTS = {
  Passed: "passed",
  PassedWithWarnings: "passed_with_warnings",
  Failed: "failed",
  Error: "error",
} as const;
