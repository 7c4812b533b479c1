// What the checks found, and what there is to learn from it.
import { z } from "zod";
import { integer, openObject, text } from "../../schema/index.js";

export const CheckType = z.enum([
  "ExitCode",
  "OutputVerification",
  "DataQuality",
  "SilentFailure",
  "Stderr",
  "Warnings",
  "Assertions",
  "Lint",
  "ErrorHandling",
  "TypeHints",
  "ExpectedFile",
  "ExpectedLog",
  "Dependencies",
]);
export type CheckType = z.infer<typeof CheckType>;

/** What one check said. */
export const ValidationCheck = openObject({
  type: CheckType.describe("Family of the check."),
  status: z.enum(["Passed", "Failed", "Warning", "Skipped"]).describe("What it said."),
  cell: integer({ min: 0 }).optional().describe("Index of the cell over all cells, from 0."),
  message: text({ max: 4096 }).optional().describe("What was found, one sentence."),
});
export type ValidationCheck = z.infer<typeof ValidationCheck>;

/** A finding, explained. */
export const EducationalFeedback = openObject({
  issue: text({ max: 4096 }).describe("What was found, one sentence."),
  severity: z.enum(["error", "warning", "info"]).describe("How grave it is."),
  cell: integer({ min: 0 }).optional().describe("Index of the cell over all cells, from 0."),
  explanation: text({ max: 8192 }).optional().describe("Why it matters."),
  bestPractice: text({ max: 8192 }).optional().describe("The better way."),
  example: text({ max: 8192 }).optional().describe("The better way as code."),
  suggestion: text({ max: 8192 }).optional().describe("What to do next."),
  documentation: text({ max: 2048 }).optional().describe("Where to read more."),
});
export type EducationalFeedback = z.infer<typeof EducationalFeedback>;
