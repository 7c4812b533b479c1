import { fromRfc3339, type Instant } from "../../api/index.js";
import type { ValidTurn } from "./turn.js";

/** A run and what its spec allows it. */
type Run = Pick<ValidTurn, "effective" | "status">;

/** When the run as a whole has taken too long: `spec.totalTimeout`. `undefined` = it may take any time, or has not begun. */
export function endOfTotalTime({ effective, status }: Run): Instant | undefined {
  const startedAt = fromRfc3339(status.startTime);
  const { totalMs } = effective.timeouts;
  return totalMs === undefined || startedAt === undefined ? undefined : startedAt + totalMs;
}

/**
 * The total time that the run had used up by then, milliseconds; `undefined` = it had some left, or has no limit. To the
 * second, as a status tells the ends of waits and of runs.
 */
export function spentTotalTime(run: Run, at: Instant): number | undefined {
  const endsAt = endOfTotalTime(run);
  return endsAt !== undefined && secondOf(at) >= secondOf(endsAt) ? run.effective.timeouts.totalMs : undefined;
}

function secondOf(at: Instant): number {
  return Math.floor(at / 1000);
}
