import { ComparisonResult } from "../../api/index.js";
import type { RunProgress } from "../run-progress.js";
import { fitList, jsonBytes } from "./fit-results.js";

/** The comparison with the golden notebook, as the runner told it; its differences come gravest first. */
export function comparisonResult(
  { comparison }: RunProgress,
  budgetBytes: number,
): { readonly result?: ComparisonResult; readonly isTruncated: boolean } {
  if (comparison === undefined) return { isTruncated: false };
  const read = ComparisonResult.safeParse(comparison);
  // Signed, yet of another version: what it says about the golden notebook is in the report.
  if (!read.success) return { isTruncated: true };
  const { diffs = [], ...counts } = read.data;
  const fitted = fitList(diffs, Math.max(0, budgetBytes - jsonBytes(counts)));
  return { result: { ...counts, diffs: fitted }, isTruncated: fitted.length < diffs.length };
}
