import { fromRfc3339, type Instant, toRfc3339 } from "../../api/index.js";
import type { JobStatus } from "./job.js";

/**
 * The status whose run began, and ended, and whose wait began, by now: what a clock that was wrong, or a person, put into the
 * future would never come to its end. It counts as now, and is to be written so, or every look would put it off again.
 */
export function beganByNow(status: JobStatus, now: Instant): JobStatus {
  const { startTime, completionTime, waitingFor } = status;
  const isAhead = (time: string | undefined): boolean => (fromRfc3339(time) ?? now) > now;
  if (![startTime, completionTime, waitingFor?.since].some(isAhead)) return status;
  const at = toRfc3339(now);
  return {
    ...status,
    ...(isAhead(startTime) && { startTime: at }),
    ...(isAhead(completionTime) && { completionTime: at }),
    ...(waitingFor !== undefined && isAhead(waitingFor.since) && { waitingFor: { ...waitingFor, since: at } }),
  };
}
