import { type RunnerEvent, signEventLine } from "../../src/validation/index.js";

/** Code cells of the notebook that the simulated pods run. */
export const CELLS = 10;

/** The log of a notebook that passes, each line with its newline and signed as the runner signs; the last is the verdict. */
export function passingLog(key: Uint8Array): string[] {
  const at = new Date().toISOString();
  const versions = { kernel: "python3", language: "python", pythonVersion: "3.11.2", runnerVersion: "0.1.0" };
  const events: RunnerEvent[] = [
    { type: "start", at, notebook: "notebooks/report.ipynb", ...versions, totalCells: CELLS, codeCells: CELLS },
    ...Array.from({ length: CELLS }, (_, cell): RunnerEvent[] => [
      { type: "cell-start", at, cell, codeCell: cell, cellId: `cell-${cell}` },
      {
        ...{ type: "cell-end", at, cell, codeCell: cell, cellId: `cell-${cell}`, status: "Success", seconds: 0.04 },
        ...{ output: `cell ${cell}\n`, outputTruncated: false, findings: [], memoryBytes: 64_000_000 },
      },
    ]).flat(),
    {
      ...{
        type: "verdict",
        at,
        verdict: "Passed",
        exitCode: 0,
        reason: "Passed",
        message: `All ${CELLS} code cells passed`,
      },
      counts: { cells: CELLS, codeCells: CELLS, succeeded: CELLS, failed: 0, skipped: 0, warnings: 0 },
      failingCells: [],
      seconds: 0.5,
      peakMemoryBytes: 80_000_000,
      cpuSeconds: 0.4,
    },
  ];
  return events.map((event, index) => signEventLine(key, index + 1, event));
}
