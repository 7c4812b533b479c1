// What each cell did.
import { z } from "zod";
import { integer, openObject, text } from "../../schema/index.js";

export const CellStatus = z.enum(["Success", "Failure", "Skipped", "Warning", "Running"]);
export type CellStatus = z.infer<typeof CellStatus>;

/** What one cell did. */
export const CellResult = openObject({
  cellIndex: integer({ min: 0 }).describe("Index over all cells, from 0."),
  cellId: text({ max: 253 }).optional().describe("The notebook's id of the cell."),
  type: text({ max: 63 }).optional().describe("code, markdown or raw."),
  status: CellStatus.describe("What became of it."),
  executionTime: text({ max: 63 }).optional().describe("How long it took, such as 1.25s."),
  output: text({ max: 65536 }).optional().describe("Its text output, at most 2 KiB."),
  errorName: text({ max: 1024 }).optional().describe("Class of the exception."),
  errorMessage: text({ max: 65536 }).optional().describe("Text of the exception."),
  traceback: text({ max: 65536 }).optional().describe("End of the traceback."),
});
export type CellResult = z.infer<typeof CellResult>;
