import type { JobStatus } from "../job.js";

/**
 * Names the question about the environment that a job is waiting for: each run, each retry and each manual retry asks
 * anew; the same question asked twice (after a crash, say) is one.
 */
export function environmentTicket(status: JobStatus): string {
  const { runCount = 0, specHash = "", source, retryCount = 0, lastRetryTime = "" } = status;
  return [runCount, specHash, source?.commit ?? "", retryCount, lastRetryTime].join("/");
}

/** Names the question about one image: what a registry said before a retry may be over by then. */
export function imageTicket(status: JobStatus, reference: string): string {
  return `${environmentTicket(status)}/${reference}`;
}

/** Names the publication of what the job's present attempt was validated on. */
export function publicationTicket(status: JobStatus): string {
  const [attempt] = status.attempts ?? [];
  return [status.runId ?? "", attempt?.number ?? 0, status.buildStatus?.imageDigest ?? ""].join("/");
}
