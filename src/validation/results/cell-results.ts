import type { CellResult } from "../../api/index.js";
import { headUtf8, tailUtf8 } from "../../api/utf8.js";
import type { CellEndEvent, Severity } from "../event.js";
import type { RunProgress } from "../run-progress.js";
import type { UntoldEnding } from "./untold-ending.js";

/** Most text of one cell's output in the status, in bytes of UTF-8. */
export const MAX_OUTPUT_BYTES = 2048;
const MAX_NAME_BYTES = 256;
const MAX_MESSAGE_BYTES = 1024;
const MAX_TRACEBACK_BYTES = 2048;

/**
 * What each cell did, in the order of the notebook; the one that runs now included. A cell that ran is no better than the
 * worst that was found in it, whenever it was found.
 * @param ending of an attempt that left no verdict: it ended with the cell that was running
 */
export function cellResults(progress: RunProgress, storeOutputs: boolean, ending?: UntoldEnding): CellResult[] {
  const { running, verdict, lint } = progress;
  const blamed = (severity: Severity) => new Set(lint.flatMap((each) => (each.severity === severity ? each.cell : [])));
  const found: Found = { failures: blamed("failure"), warnings: blamed("warning") };
  const ended = progress.cells.map((cell) => endedCell(cell, found, storeOutputs));
  if (!running || verdict) return ended;
  const now: CellResult = { cellIndex: running.cell, type: "code", ...idOf(running), ...stateOf(ending) };
  return [...ended.filter(({ cellIndex }) => cellIndex !== running.cell), now].sort(
    (a, b) => a.cellIndex - b.cellIndex,
  );
}

function stateOf(ending: UntoldEnding | undefined): Pick<CellResult, "status" | "errorName" | "errorMessage"> {
  if (!ending) return { status: "Running" };
  const { reason, message } = ending;
  return { status: "Failure", errorName: reason, errorMessage: headUtf8(message, MAX_MESSAGE_BYTES) };
}

/** Cells in which checks of the whole notebook or of the whole run found something. */
interface Found {
  readonly failures: ReadonlySet<number | undefined>;
  readonly warnings: ReadonlySet<number | undefined>;
}

function statusOf({ status, cell }: CellEndEvent, { failures, warnings }: Found): CellResult["status"] {
  if (status === "Skipped" || status === "Failure") return status;
  if (failures.has(cell)) return "Failure";
  return warnings.has(cell) ? "Warning" : status;
}

function endedCell(cell: CellEndEvent, found: Found, storeOutputs: boolean): CellResult {
  const { error } = cell;
  return {
    cellIndex: cell.cell,
    ...idOf(cell),
    type: "code",
    status: statusOf(cell, found),
    executionTime: secondsText(cell.seconds),
    ...(storeOutputs && cell.output !== "" && { output: headUtf8(cell.output, MAX_OUTPUT_BYTES) }),
    ...(error && {
      errorName: headUtf8(error.name, MAX_NAME_BYTES),
      errorMessage: headUtf8(error.message, MAX_MESSAGE_BYTES),
      ...(error.traceback !== "" && { traceback: tailUtf8(error.traceback, MAX_TRACEBACK_BYTES) }),
    }),
  };
}

function idOf({ cellId }: { readonly cellId?: string | undefined }): Pick<CellResult, "cellId"> {
  return cellId === undefined ? {} : { cellId: headUtf8(cellId, MAX_NAME_BYTES - 3) };
}

/** `1.25s`: to the hundredth below ten seconds, to the tenth above. */
function secondsText(seconds: number): string {
  const sane = Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
  return `${sane.toFixed(sane < 10 ? 2 : 1)}s`;
}
