import { EVENT_PROTOCOL, RunnerEvent, type VerdictEvent } from "../../validation/index.js";

/** What a runner's log tells to somebody who does not have the attempt's key: no proof, only an account. */
export interface RunnerAccount {
  readonly verdict?: VerdictEvent;
  /** The cell that had begun and not ended where the log ends. */
  readonly runningCell?: number;
}

/** The account of a runner's log; `undefined` for logs of anything else. */
export function runnerAccountIn(lines: readonly string[]): RunnerAccount | undefined {
  const events = lines.flatMap((line) => eventIn(line) ?? []);
  if (events.length === 0) return undefined;
  const verdict = events.findLast((event) => event.type === "verdict");
  const last = events.findLast(({ type }) => type === "cell-start" || type === "cell-end");
  return {
    ...(verdict !== undefined && { verdict }),
    ...(last?.type === "cell-start" && { runningCell: last.cell }),
  };
}

function eventIn(line: string): RunnerEvent | undefined {
  if (!line.startsWith(`{"v":"${EVENT_PROTOCOL}"`)) return undefined;
  try {
    return RunnerEvent.safeParse((JSON.parse(line) as { event?: unknown }).event).data;
  } catch {
    return undefined;
  }
}
