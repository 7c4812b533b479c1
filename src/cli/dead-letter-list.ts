import { fromRfc3339, type NotebookValidationJob } from "../api/index.js";
import { age } from "./age.js";
import { redactedValue } from "./redacted-value.js";
import { textTable } from "./text-table.js";

/** Which jobs are listed, and how. */
export interface DeadLetterStyle {
  /** Whether to name the namespaces. */
  readonly namespaces: boolean;
  readonly now: number;
  readonly stream: { readonly isTTY?: boolean; readonly columns?: number };
}

/**
 * Jobs that were given up, the newest failure first. The phase tells them: the label of dead letters follows it, and jobs
 * that another operator left failed have none.
 * @param includeRetrying whether jobs that wait for their next attempt are among them
 */
export function deadLetters(
  jobs: readonly NotebookValidationJob[],
  { includeRetrying }: { readonly includeRetrying: boolean },
): NotebookValidationJob[] {
  const path = ({ metadata }: NotebookValidationJob) => `${metadata.namespace ?? ""}/${metadata.name}`;
  return jobs
    .filter(({ status }) => status?.phase === "Failed" || (includeRetrying && status?.phase === "Retrying"))
    .sort((a, b) => (fromRfc3339(failedAt(b)) ?? 0) - (fromRfc3339(failedAt(a)) ?? 0) || (path(a) < path(b) ? -1 : 1));
}

/** When the job failed last: its run, or the attempt after which it waits for the next one. */
function failedAt({ status = {} }: NotebookValidationJob): string | undefined {
  return status.phase === "Failed" ? (status.completionTime ?? status.lastErrorAt) : status.lastErrorAt;
}

/** Dead letters as a table, one line each. */
export function deadLetterTable(
  jobs: readonly NotebookValidationJob[],
  { namespaces, now, stream }: DeadLetterStyle,
): string {
  const titles = ["NAMESPACE", "NAME", "PHASE", "REASON", "FAULT", "RETRIES", "FAILED", "MESSAGE"];
  const rows = jobs.map((job) => {
    const { metadata, status = {} } = job;
    const ago = age(failedAt(job), now);
    return [
      metadata.namespace ?? "",
      metadata.name,
      status.phase ?? "",
      status.failureReason ?? status.reason ?? "",
      status.fault ?? "",
      String(status.retryCount ?? 0),
      ago === "" ? "" : `${ago} ago`,
      status.message ?? "",
    ];
  });
  const from = namespaces ? 0 : 1;
  return textTable(
    titles.slice(from),
    rows.map((row) => row.slice(from)),
    stream,
  );
}

/** Dead letters as values for `--output json|yaml`. */
export function deadLetterValues(jobs: readonly NotebookValidationJob[]): object {
  const values = jobs.map((job) => {
    const { metadata, status = {} } = job;
    const condition = status.conditions?.find(({ type, status: value }) => type === "DeadLettered" && value === "True");
    return {
      name: metadata.name,
      namespace: metadata.namespace,
      phase: status.phase,
      reason: status.failureReason ?? status.reason,
      deadLetter: condition?.reason,
      errorType: status.lastErrorType,
      fault: status.fault,
      retryCount: status.retryCount ?? 0,
      recoveryAttempts: status.recoveryAttempts ?? 0,
      failedAt: failedAt(job),
      nextRetryTime: status.nextRetryTime,
      waitingFor: status.waitingFor,
      message: status.message,
    };
  });
  return { deadLetters: redactedValue(values) };
}
