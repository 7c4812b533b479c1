import { fromRfc3339, type Level } from "../api/index.js";
import type { JobStatus } from "./decide/job.js";
import { isTerminal } from "./decide/job.js";
import type { OperatorMetrics } from "./operator-metrics.js";

/** Counts what one written status changed. */
export function recordTransition(metrics: OperatorMetrics, before: JobStatus, after: JobStatus, level: Level): void {
  const { lastErrorType: error_type = "unknown", fault = "platform" } = after;
  const stage = after.attempts?.[0]?.stage ?? "run";
  const isRetry = (after.retryCount ?? 0) > (before.retryCount ?? 0) && after.runCount === before.runCount;
  const hasFailed = after.phase === "Failed" && before.phase !== "Failed";
  if (isRetry || hasFailed) {
    metrics.count("failures", { reason: after.failureReason ?? after.reason ?? "Unknown", fault });
    metrics.count("recoveryActions", { action: isRetry ? "retry" : "none" });
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

const RESULTS = {
  Passed: "passed",
  PassedWithWarnings: "passed_with_warnings",
  Failed: "failed",
  Error: "error",
} as const;
