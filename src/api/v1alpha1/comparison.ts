// How outputs are compared with those of the golden notebook.
import { z } from "zod";
import { integer, listOf, numberOrText, object, regex, text } from "../schema/index.js";

/** How outputs are compared with those of the golden notebook. */
export const ComparisonConfig = object({
  strategy: z
    .enum(["exact", "normalized"])
    .exactOptional()
    .describe("exact = character by character; normalized = numbers by tolerance, times and addresses ignored.")
    .meta({ operatorDefault: "normalized" }),
  floatingPointTolerance: numberOrText({ min: 0, example: 0.0001 })
    .exactOptional()
    .describe("Largest absolute difference of two numbers.")
    .meta({ operatorDefault: "0.0001" }),
  relativeTolerance: numberOrText({ min: 0, example: 0.01 })
    .exactOptional()
    .describe("Largest difference relative to the larger number; either tolerance is enough.")
    .meta({ operatorDefault: "0" }),
  ignoreTimestamps: z
    .boolean()
    .exactOptional()
    .describe("Times and durations don't count.")
    .meta({ operatorDefault: "true" }),
  ignoreExecutionCount: z
    .boolean()
    .exactOptional()
    .describe("Execution counts don't count.")
    .meta({ operatorDefault: "true" }),
  customTimestampPatterns: listOf(regex(), { max: 32 })
    .exactOptional()
    .describe("RE2 expressions of further texts that don't count."),
  ignoreOutputTypes: listOf(text({ max: 253, min: 1 }), { max: 32 })
    .exactOptional()
    .describe("Output types or MIME types that are not compared, such as stream or image/png."),
  ignoreCells: listOf(integer({ min: 0 }), { max: 1024 })
    .exactOptional()
    .describe("Cells that are not compared, by index over all cells from 0."),
  ignoreTags: listOf(text({ max: 253, min: 1 }), { max: 32 })
    .exactOptional()
    .describe("Tags of cells that are not compared."),
  images: z
    .enum(["ignore", "perceptual", "exact"])
    .exactOptional()
    .describe("ignore = only presence and type; perceptual = by what they show; exact = byte by byte.")
    .meta({ operatorDefault: "ignore" }),
});
export type ComparisonConfig = z.infer<typeof ComparisonConfig>;
