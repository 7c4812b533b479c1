import { formatDuration, fromRfc3339, toRfc3339 } from "../../api/index.js";
import type { JobStatus } from "./job.js";
import type { Turn } from "./turn.js";

/** The status of a run that is over. */
export function finished(turn: Turn, status: JobStatus): JobStatus {
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
