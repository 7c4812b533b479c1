import type { CellResult } from "../../api/index.js";
import { utf8Length } from "../../api/utf8.js";

/** Results that fit, and whether anything had to be cut. */
export interface FittedResults {
  readonly results: CellResult[];
  readonly isTruncated: boolean;
}

/** Size of `value` as compact JSON, in bytes of UTF-8. */
export function jsonBytes(value: unknown): number {
  return utf8Length(JSON.stringify(value));
}

/** The beginning of `list` that fits into `budgetBytes` of JSON. */
export function fitList<T>(list: readonly T[], budgetBytes: number): T[] {
  let room = budgetBytes - 2;
  const end = list.findIndex((each) => {
    room -= jsonBytes(each) + 1;
    return room < 0;
  });
  return list.slice(0, end === -1 ? list.length : end);
}

/** Most results that the API takes. */
const MAX_RESULTS = 4096;

/**
 * As much of `results` as `budgetBytes` of JSON hold. Cells that failed come first and whole, then those with warnings
 * and the running one; of the others the outputs go first, then the cells themselves, last ones first. The order of the
 * notebook is kept.
 */
export function fitResults(results: readonly CellResult[], budgetBytes: number): FittedResults {
  if (results.length <= MAX_RESULTS && jsonBytes(results) <= budgetBytes) {
    return { results: [...results], isTruncated: false };
  }
  // Every cell's bare line is bought first, in order of importance; what is left buys texts in the same order.
  const order = [...results].sort((a, b) => importance(a) - importance(b) || a.cellIndex - b.cellIndex);
  let room = budgetBytes - 2;
  const bare = new Map<CellResult, CellResult>();
  for (const result of order.slice(0, MAX_RESULTS)) {
    const line = withoutTexts(result);
    const cost = jsonBytes(line) + 1;
    if (cost > room) break;
    room -= cost;
    bare.set(result, line);
  }
  const kept = new Map(bare);
  for (const [result, line] of bare) {
    const variant = [result, withoutTraceback(result), withoutOutput(result)].find(
      (each) => jsonBytes(each) - jsonBytes(line) <= room,
    );
    if (!variant) continue;
    room -= jsonBytes(variant) - jsonBytes(line);
    kept.set(result, variant);
  }
  return { results: results.flatMap((result) => kept.get(result) ?? []), isTruncated: true };
}

function importance({ status }: CellResult): number {
  if (status === "Failure") return 0;
  return status === "Warning" || status === "Running" ? 1 : 2;
}

function withoutTexts({ cellIndex, cellId, type, status, executionTime, errorName }: CellResult): CellResult {
  return {
    cellIndex,
    ...(cellId !== undefined && { cellId }),
    ...(type !== undefined && { type }),
    status,
    ...(executionTime !== undefined && { executionTime }),
    ...(errorName !== undefined && { errorName }),
  };
}

function withoutOutput({ output: _, ...rest }: CellResult): CellResult {
  return rest;
}

function withoutTraceback({ traceback: _, ...rest }: CellResult): CellResult {
  return rest;
}
