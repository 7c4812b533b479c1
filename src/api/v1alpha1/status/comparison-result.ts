// How the outputs differ from the golden notebook's.
import { z } from "zod";
import { integer, listOf, openObject, text } from "../../schema/index.js";

/** One difference between an output and the golden one. */
export const CellDiff = openObject({
  cellIndex: integer({ min: 0 }).describe("Index over all cells of the executed notebook, from 0."),
  cellType: z.enum(["code", "markdown", "raw"]).describe("Type of the cell."),
  diffType: z
    .enum(["output_mismatch", "execution_error", "missing_cell", "extra_cell", "source_mismatch"])
    .describe("What kind of difference."),
  expected: text({ max: 16384 }).optional().describe("What the golden notebook has."),
  actual: text({ max: 16384 }).optional().describe("What the run produced."),
  diff: text({ max: 65536 }).optional().describe("Unified diff."),
  severity: z.enum(["minor", "major", "critical"]).describe("How grave it is."),
});
export type CellDiff = z.infer<typeof CellDiff>;

/** How the outputs compare with the golden notebook's. */
export const ComparisonResult = openObject({
  strategy: z.enum(["exact", "normalized", "fuzzy", "semantic"]).optional().describe("How they were compared."),
  result: z.enum(["matched", "failed", "skipped"]).optional().describe("The outcome."),
  message: text({ max: 4096 }).optional().describe("The outcome, one sentence."),
  totalCells: integer({ min: 0 }).optional().describe("Cells that were compared."),
  matchedCells: integer({ min: 0 }).optional().describe("Cells that are alike."),
  mismatchedCells: integer({ min: 0 }).optional().describe("Cells that differ."),
  diffs: listOf(CellDiff, { max: 1000 }).optional().describe("The differences."),
});
export type ComparisonResult = z.infer<typeof ComparisonResult>;
