import { z } from "zod";
import { CellError, Finding, Severity, VerdictEvent } from "../event.js";
import { BillOfMaterials } from "./bill-of-materials.js";
import { ReportedComparison } from "./reported-comparison.js";

/** Version of the runner's `report.json`. A field may be added within a version; none is removed or changes its meaning. */
export const REPORT_VERSION = "nbv.report.v1";

const seconds = z.number().nonnegative();
const bytes = z.number().int().nonnegative();
const time = z.string().describe("RFC 3339 with milliseconds, the runner's clock.");

const ReportedVerdict = VerdictEvent.omit({ type: true, at: true, reportDigest: true, environment: true }).loose();

const ReportedCell = z.looseObject({
  cell: z.number().int().nonnegative().describe("Index over all cells of the notebook, from 0."),
  codeCell: z.number().int().nonnegative().describe("Index over its code cells, from 0."),
  cellId: z.string().optional(),
  tags: z.array(z.string()).optional(),
  status: z.enum(["Success", "Failure", "Skipped", "Warning"]),
  ended: z
    .enum(["finished", "raised", "cell timeout", "notebook timeout", "kernel died", "not run"])
    .describe("How its execution ended, before any check."),
  seconds,
  output: z
    .string()
    .describe("Text outputs as a person would see them, at most 16 KiB; all of them are in executed.ipynb."),
  executionCount: z.number().int().optional(),
  memoryBytes: bytes.optional().describe("Resident memory of the kernel when the cell had ended."),
  error: CellError.optional(),
  findings: z.array(Finding),
});

const Environment = z.looseObject({
  image: z.string().optional().describe("What the pod was asked to run on."),
  platform: z.string(),
  runnerPython: z.string(),
  python: z.string().optional().describe("Version of the kernel's Python."),
  kernel: z
    .looseObject({ name: z.string(), displayName: z.string(), language: z.string(), startSeconds: seconds })
    .optional(),
  packages: z.record(z.string(), z.string()).optional().describe("Versions by normalized name, after the last cell."),
  changedByNotebook: z
    .array(z.looseObject({ name: z.string(), before: z.string().nullable(), after: z.string().nullable() }))
    .optional()
    .describe("Packages that came, went or changed while the notebook ran. null = not there."),
  billOfMaterials: BillOfMaterials.optional(),
});

/**
 * The runner's `report.json`: everything that is known about a run, for machines. Unknown fields are allowed anywhere, so
 * that what a newer runner adds does not break older readers.
 */
export const ReportDocument = z.looseObject({
  version: z.literal(REPORT_VERSION),
  runnerVersion: z.string(),
  startedAt: time,
  finishedAt: time,
  verdict: ReportedVerdict,
  attempt: z
    .looseObject({
      job: z.string(),
      namespace: z.string(),
      runId: z.string(),
      number: z.number().int().positive().describe("1 for the first attempt of the run."),
    })
    .optional()
    .describe("Absent, like all that comes from the job, when its configuration could not be read."),
  commit: z.string().optional(),
  notebook: z.looseObject({ path: z.string(), parameters: z.array(z.string()).describe("Names only.") }).optional(),
  level: z.string().optional(),
  policy: z
    .record(z.string(), Severity)
    .optional()
    .describe("Severity of every check that was made; tags come on top."),
  unchecked: z
    .array(z.string())
    .optional()
    .describe("What the policy asks for and this runner could not check, one sentence each."),
  timeouts: z
    .looseObject({ notebookSeconds: seconds, cellSeconds: seconds.nullable(), kernelStartSeconds: seconds })
    .optional(),
  environment: Environment,
  runnerPeakMemoryBytes: bytes,
  findings: z
    .array(Finding)
    .describe("About the notebook as a whole, or found before the first or after the last cell."),
  cells: z.array(ReportedCell).describe("Every code cell, whether it ran or not."),
  comparison: ReportedComparison.optional().describe("With the golden notebook."),
});
export type ReportDocument = z.infer<typeof ReportDocument>;

/** JSON Schema of {@link ReportDocument}, as `docs/report.schema.json`. */
export function reportSchema(): string {
  const schema = z.toJSONSchema(ReportDocument, { target: "draft-2020-12", io: "input" });
  const titled = { title: `report.json, ${REPORT_VERSION}`, ...schema };
  return `${JSON.stringify(titled, null, 2)}\n`;
}
