import { type RunnerEvent, signEventLine } from "../../../src/validation/index.js";

const at = "2026-01-01T00:00:00.000Z";

/** What a runner says about a notebook of two code cells that passes. */
export function passingEvents(): RunnerEvent[] {
  return [
    start(),
    ...[0, 1].flatMap((cell): RunnerEvent[] => [cellStart(cell), cellEnd(cell, "Success")]),
    verdict({ verdict: "Passed", exitCode: 0, reason: "Passed", message: "All 2 code cells passed", failed: 0 }),
  ];
}

/** What a runner says when the second cell raises. */
export function failingEvents(): RunnerEvent[] {
  return [
    start(),
    cellStart(0),
    cellEnd(0, "Success"),
    cellStart(1),
    cellEnd(1, "Failure"),
    verdict({
      verdict: "Failed",
      exitCode: 10,
      reason: "NotebookError",
      message: "Cell 1 raised ValueError: no",
      failed: 1,
    }),
  ];
}

/** The events as the runner of an attempt writes them. */
export function signed(key: Uint8Array, events: readonly RunnerEvent[]): string[] {
  return events.map((event, index) => signEventLine(key, index + 1, event).replace(/\n$/, ""));
}

function start(): RunnerEvent {
  const versions = { kernel: "python3", language: "python", pythonVersion: "3.12.1", runnerVersion: "0.1.0" };
  return { type: "start", at, notebook: "notebooks/titanic.ipynb", ...versions, totalCells: 2, codeCells: 2 };
}

function cellStart(cell: number): RunnerEvent {
  return { type: "cell-start", at, cell, codeCell: cell };
}

function cellEnd(cell: number, status: "Success" | "Failure"): RunnerEvent {
  const error =
    status === "Failure" ? { error: { name: "ValueError", message: "no", traceback: "ValueError: no" } } : {};
  return {
    type: "cell-end",
    at,
    cell,
    codeCell: cell,
    status,
    seconds: 0.1,
    output: `${cell}`,
    outputTruncated: false,
    ...error,
    findings: [],
  };
}

function verdict(said: {
  verdict: "Passed" | "Failed";
  exitCode: number;
  reason: string;
  message: string;
  failed: number;
}): RunnerEvent {
  const { failed, ...rest } = said;
  return {
    type: "verdict",
    at,
    ...rest,
    counts: { cells: 2, codeCells: 2, succeeded: 2 - failed, failed, skipped: 0, warnings: 0 },
    failingCells: failed === 0 ? [] : [{ cell: 1, errorName: "ValueError", message: "no" }],
    seconds: 0.2,
  };
}
