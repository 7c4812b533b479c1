import type { CellEndEvent, CellStartEvent, ComparisonEvent, Finding, StartEvent, VerdictEvent } from "./event.js";
import { verifyEventLine } from "./event-line.js";

/** Most cells that are remembered; a stream of 1 MiB holds fewer. */
export const MAX_CELLS = 5000;
/** Most findings of the static checks that are remembered. */
export const MAX_LINT_FINDINGS = 1000;

/** What the authenticated part of a runner's log says so far. Immutable: {@link advance} gives the next one. */
export interface RunProgress {
  /** Number of the last accepted event; 0 before the first. */
  readonly lastSeq: number;
  /** Events that must have been lost: numbers that were skipped. */
  readonly gaps: number;
  /** Lines that are not ours. Counted, never kept. */
  readonly foreignLines: number;
  readonly start?: StartEvent;
  /** The cell that began and has not ended: the one to name when everything dies. */
  readonly running?: CellStartEvent;
  /** Cells that ended, in the order of their index. */
  readonly cells: readonly CellEndEvent[];
  /** Findings of the static checks. */
  readonly lint: readonly Finding[];
  readonly comparison?: ComparisonEvent["result"];
  /** The final word; nothing after it counts. */
  readonly verdict?: VerdictEvent;
  /** Events that came in good order but did not fit in memory. */
  readonly dropped: number;
}

/** The state before the first line. */
export function emptyProgress(): RunProgress {
  return { lastSeq: 0, gaps: 0, foreignLines: 0, cells: [], lint: [], dropped: 0 };
}

/**
 * The state after one more line of the log. Lines that don't verify under `key` only count as foreign. A number that
 * was seen before (a replay, a log read twice) changes nothing; a skipped number is a gap. So the same log, read once,
 * twice or with interruptions, gives the same state, and no line made without the key gives another.
 */
export function advance(progress: RunProgress, key: Uint8Array, line: string): RunProgress {
  if (line === "" || line === "\n") return progress;
  const signed = verifyEventLine(key, line);
  if (!signed) return { ...progress, foreignLines: progress.foreignLines + 1 };
  if (signed.seq <= progress.lastSeq || progress.verdict) return progress;
  const seen: RunProgress = {
    ...progress,
    lastSeq: signed.seq,
    gaps: progress.gaps + (signed.seq - progress.lastSeq - 1),
  };
  const { event } = signed;
  switch (event.type) {
    case "start":
      return { ...seen, start: event };
    case "lint":
      return withLint(seen, event.findings);
    case "cell-start":
      return { ...seen, running: event };
    case "cell-end":
      return withCell(seen, event);
    case "comparison":
      return { ...seen, comparison: event.result };
    case "verdict":
      return { ...seen, verdict: event };
    default:
      return unreachable(event);
  }
}

/** Whether nothing was lost between the start and the verdict. */
export function isComplete(progress: RunProgress): boolean {
  return progress.start !== undefined && progress.verdict !== undefined && progress.gaps + progress.dropped === 0;
}

function withLint(progress: RunProgress, findings: readonly Finding[]): RunProgress {
  const room = MAX_LINT_FINDINGS - progress.lint.length;
  const kept = findings.slice(0, room);
  return {
    ...progress,
    lint: [...progress.lint, ...kept],
    dropped: progress.dropped + (findings.length - kept.length),
  };
}

function withCell(progress: RunProgress, event: CellEndEvent): RunProgress {
  const { running, ...rest } = progress;
  const next: RunProgress = running && running.cell !== event.cell ? progress : rest;
  const before = next.cells.findLastIndex((cell) => cell.cell <= event.cell);
  const replaces = next.cells[before]?.cell === event.cell;
  if (!replaces && next.cells.length >= MAX_CELLS) return { ...next, dropped: next.dropped + 1 };
  return { ...next, cells: next.cells.toSpliced(replaces ? before : before + 1, replaces ? 1 : 0, event) };
}

function unreachable(value: never): never {
  throw new Error(`unexpected event ${JSON.stringify(value)}`);
}
