import {
  advance,
  type CellEndEvent,
  emptyProgress,
  type RunnerEvent,
  type RunProgress,
  signEventLine,
  type VerdictEvent,
} from "../../src/validation/index.js";

const at = "2026-11-21T10:00:00.000Z";
export const KEY: Uint8Array = new Uint8Array(32).fill(7);
export const OTHER_KEY: Uint8Array = new Uint8Array(32).fill(8);

export function aStart(codeCells = 3, totalCells = codeCells * 2): RunnerEvent {
  return {
    type: "start",
    at,
    notebook: "notebooks/train.ipynb",
    kernel: "python3",
    language: "python",
    pythonVersion: "3.12.3",
    runnerVersion: "0.1.0",
    totalCells,
    codeCells,
  };
}

export function aCellStart(cell: number): RunnerEvent {
  return { type: "cell-start", at, cell, codeCell: cell, cellId: `id-${cell}` };
}

export function aCellEnd(cell: number, more: Partial<CellEndEvent> = {}): CellEndEvent {
  return {
    type: "cell-end",
    at,
    cell,
    codeCell: cell,
    cellId: `id-${cell}`,
    status: "Success",
    seconds: 0.5,
    output: `output of ${cell}`,
    outputTruncated: false,
    findings: [],
    ...more,
  };
}

export function aFailedCell(cell: number, name = "ValueError", message = "no rows"): CellEndEvent {
  return aCellEnd(cell, {
    status: "Failure",
    error: { name, message, traceback: `Traceback (most recent call last)\n${name}: ${message}` },
  });
}

export function aVerdict(more: Partial<VerdictEvent> = {}): VerdictEvent {
  return {
    type: "verdict",
    at,
    verdict: "Passed",
    exitCode: 0,
    reason: "Passed",
    message: "all cells passed",
    counts: { cells: 6, codeCells: 3, succeeded: 3, failed: 0, skipped: 0, warnings: 0 },
    failingCells: [],
    seconds: 2,
    ...more,
  };
}

export function aFailedVerdict(cell = 1): VerdictEvent {
  return aVerdict({
    verdict: "Failed",
    exitCode: 10,
    reason: "NotebookError",
    message: `cell ${cell} raised ValueError`,
    counts: { cells: 6, codeCells: 3, succeeded: 1, failed: 1, skipped: 0, warnings: 0 },
    failingCells: [{ cell, errorName: "ValueError", message: "no rows" }],
  });
}

/** A run of three code cells that passes, as the runner emits it. */
export function aPassingRun(): RunnerEvent[] {
  const cells = [0, 1, 2].flatMap((cell) => [aCellStart(cell), aCellEnd(cell)]);
  return [aStart(), { type: "lint", at, findings: [] }, ...cells, aVerdict()];
}

/** The events as lines of a log, numbered from 1. */
export function signed(events: readonly RunnerEvent[], key: Uint8Array = KEY): string[] {
  return events.map((event, index) => signEventLine(key, index + 1, event));
}

/** What is understood of a runner that said these events, by who holds {@link KEY}. */
export function folded(events: readonly RunnerEvent[], key = KEY): RunProgress {
  return signed(events, key).reduce((progress, line) => advance(progress, KEY, line), emptyProgress());
}
