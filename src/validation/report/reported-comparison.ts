import { z } from "zod";
import { CellDiff, ComparisonResult } from "../../api/index.js";

const count = z.number().int().nonnegative();
const index = count.nullable();

const ReportedDiff = z.looseObject({
  ...CellDiff.shape,
  goldenCell: index.optional().describe("Index in the golden notebook; null for a cell that it does not have."),
  message: z.string().optional(),
  details: z
    .array(z.looseObject({ where: z.string(), message: z.string(), line: count.nullable() }))
    .optional()
    .describe("What differs in the cell, one by one."),
});

/** The comparison with the golden notebook in `report.json`: `status.comparisonResult`, and more. */
export const ReportedComparison = z.looseObject({
  ...ComparisonResult.shape,
  golden: z.looseObject({ path: z.string(), cells: count }).optional(),
  diffs: z.array(ReportedDiff).optional().describe("The differences, in the order of the notebook."),
  diffsLeftOut: count.optional(),
  notCompared: z.array(z.looseObject({ cell: index, goldenCell: index, reason: z.string() })).optional(),
  notes: z.array(z.string()).optional(),
});
