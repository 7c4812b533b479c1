import type { JobStatus } from "./job.js";

/**
 * Names the question to Git that a job is waiting for. Each run, each retry and each manual retry asks anew; the same
 * question asked twice (after a crash, say) is one.
 */
export function sourceTicket(status: JobStatus): string {
  return [status.runCount ?? 0, status.specHash ?? "", status.retryCount ?? 0, status.lastRetryTime ?? ""].join("/");
}
