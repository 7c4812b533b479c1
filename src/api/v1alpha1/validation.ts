// What counts as a failure: checks, levels, expected outputs.
import { z } from "zod";
import {
  decimal,
  integer,
  listOf,
  numberOrText,
  object,
  regex,
  repositoryPath,
  text,
  untyped,
} from "../schema/index.js";
import { rule } from "../schema/rule.js";
import { anyJson } from "../schema/untyped.js";

/** How strict the checks are. */
export const Level = z.enum(["learning", "development", "staging", "production"]);
export type Level = z.infer<typeof Level>;

const SHAPE_TEXT = /^\s*(-1|[0-9]+)\s*(,\s*(-1|[0-9]+)\s*)*$/;
type ShapeValue = (number | null)[] | string;

const Shape = untyped(
  z.unknown().check((payload) => {
    const { value } = payload;
    const isSize = (size: unknown) => size === null || (Number.isInteger(size) && (size as number) >= -1);
    if (Array.isArray(value) && value.length > 0 && value.length <= 32 && value.every(isSize)) return;
    if (typeof value === "string" && value.length <= 253 && SHAPE_TEXT.test(value)) return;
    const message = 'must be a list of sizes such as [null, 10] (null = any), or the text "-1,10"';
    payload.issues.push({ code: "custom", message, input: value });
  }) as unknown as z.ZodType<ShapeValue>,
  'list of sizes, null = any, or the text "-1,10"',
  [null, 10],
);

/** Sizes of a shape, `null` for any: `[null, 10]` and `"-1,10"` mean the same. */
export function parseShape(shape: ShapeValue): (number | null)[] {
  const sizes = typeof shape === "string" ? shape.split(",").map((size) => Number(size.trim())) : shape;
  return sizes.map((size) => (size === -1 ? null : size));
}

/** What the result of one cell must look like. */
export const ExpectedOutput = object({
  cell: integer({ min: 0 }).exactOptional().describe("Index of the cell over all cells, from 0."),
  codeCell: integer({ min: 0 }).exactOptional().describe("Index of the cell over code cells only, from 0."),
  type: text({ max: 253, min: 1 })
    .exactOptional()
    .describe("Type of the value: its class, public alias or a base class, such as pandas.DataFrame or float."),
  shape: Shape.exactOptional().describe("Shape of a frame or array."),
  range: listOf(decimal(), { min: 2, max: 2 })
    .with(
      rule({
        cel: "self[0] <= self[1]",
        holds: ([low, high]) => low !== undefined && high !== undefined && low <= high,
        message: "must be [lowest, highest]",
      }),
    )
    .exactOptional()
    .describe("Lowest and highest allowed number, both included; NaN fails."),
  minValue: numberOrText({ example: 0.7 }).exactOptional().describe("Lowest allowed number."),
  maxValue: numberOrText({ example: "1.0" }).exactOptional().describe("Highest allowed number."),
  notEmpty: z
    .boolean()
    .exactOptional()
    .describe("The frame, array, list or text must not be empty.")
    .meta({ operatorDefault: "false" }),
  equals: anyJson().exactOptional().describe("The value itself; numbers are compared as numbers."),
  matches: regex().exactOptional().describe("RE2 expression that the value's text must contain a match of."),
  columns: listOf(text({ max: 253 }), { max: 1024 })
    .exactOptional()
    .describe("Columns that a frame must have."),
}).with(
  rule({
    cel: "has(self.cell) != has(self.codeCell)",
    holds: (output) => (output.cell !== undefined) !== (output.codeCell !== undefined),
    message: "must have exactly one of cell and codeCell",
  }),
  rule({
    cel: undefined,
    holds: (output) => !(Number(output.minValue) > Number(output.maxValue)),
    field: "minValue",
    message: "must not be more than maxValue",
  }),
);
export type ExpectedOutput = z.infer<typeof ExpectedOutput>;

/** A file that the notebook must leave behind. */
export const ExpectedFile = object({
  path: repositoryPath("the notebook's working directory").describe(
    "File, relative to the notebook's working directory; its name is taken literally, without wildcards.",
  ),
  notEmpty: z.boolean().exactOptional().describe("It must not be empty.").meta({ operatorDefault: "false" }),
  minBytes: integer({ min: 0, max: 9007199254740991 }).exactOptional().describe("Smallest size in bytes."),
});
export type ExpectedFile = z.infer<typeof ExpectedFile>;

/** A text that the notebook must print. */
export const ExpectedLog = object({
  pattern: regex().describe("RE2 expression that must be found in the notebook's text output."),
});
export type ExpectedLog = z.infer<typeof ExpectedLog>;

const group = (words: string) =>
  z
    .boolean()
    .exactOptional()
    .describe(`${words} true = a finding fails the job, false = it is ignored.`)
    .meta({ operatorDefault: "as the level says" });

/** Which observations fail the job, and how much is explained. */
export const ValidationConfig = object({
  level: Level.exactOptional()
    .describe("How strict the checks are: see docs/checks.md for every check at every level.")
    .meta({ operatorDefault: "development" }),
  strictMode: z
    .boolean()
    .exactOptional()
    .describe("As level production, unless single switches say otherwise.")
    .meta({ operatorDefault: "false" }),
  requireExplicitExitCodes: group("Notebooks that exit early or quit without an exit code."),
  failOnStderr: group("Errors, warnings and raw text on stderr; progress bars and INFO logs never count."),
  failOnWarnings: group("Python warnings."),
  checkOutputTypes: group("Outputs that differ from expectedOutputs."),
  verifyAssertions: group("Notebooks and cells without assertions."),
  detectSilentFailures: z
    .boolean()
    .exactOptional()
    .describe("None, NaN, infinite and empty results. true = the level's own severities, false = ignored.")
    .meta({ operatorDefault: "true" }),
  requireTypeHints: group("Functions without type hints."),
  requireErrorHandling: group(
    "Swallowed exceptions, error paths that return None, risky input and output without handling.",
  ),
  maxNaNFraction: decimal({ min: 0, max: 1 })
    .exactOptional()
    .describe("Largest fraction of NaN in a frame or array; 0 = none at all.")
    .meta({ operatorDefault: "no limit" }),
  expectedOutputs: listOf(ExpectedOutput, { max: 256 })
    .exactOptional()
    .describe("What results of cells must look like."),
  expectedFiles: listOf(ExpectedFile, { max: 64 })
    .exactOptional()
    .describe("Files that the notebook must leave behind."),
  expectedLogs: listOf(ExpectedLog, { max: 64 }).exactOptional().describe("Texts that the notebook must print."),
  educationalMode: z
    .boolean()
    .exactOptional()
    .describe("Explain every finding in status.educationalFeedback.")
    .meta({ operatorDefault: "true at level learning" }),
  suggestBestPractices: z
    .boolean()
    .exactOptional()
    .describe("Add the better way to each explanation.")
    .meta({ operatorDefault: "true in educationalMode" }),
  provideExamples: z
    .boolean()
    .exactOptional()
    .describe("Add code examples in the notebook's own names.")
    .meta({ operatorDefault: "true in educationalMode" }),
});
export type ValidationConfig = z.infer<typeof ValidationConfig>;
