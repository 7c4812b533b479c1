import { z } from "zod";

/**
 * The runner's events, protocol `nbv.v1` (docs/architecture.md, "The event stream"): one JSON document per line on the
 * runner's stdout. Lines whose MAC does not verify are the notebook's, not ours: see `event-line.ts`.
 */
export const EVENT_PROTOCOL = "nbv.v1";

/** How grave a finding is under the job's policy. `ignored` findings are never emitted. */
export const Severity = z.enum(["ignored", "note", "warning", "failure"]);
export type Severity = z.infer<typeof Severity>;

/** One observation of a check (`E1`, `N2`, …) about one cell or the whole notebook. */
export const Finding = z.object({
  check: z.string().regex(/^[A-Z][0-9]{1,2}$/),
  severity: Severity,
  /** Index over all cells, 0-based; absent when the finding is about the whole notebook. */
  cell: z.number().int().nonnegative().optional(),
  message: z.string(),
  evidence: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});
export type Finding = z.infer<typeof Finding>;

const at = z.string().describe("RFC 3339 with milliseconds, the runner's clock.");

export const StartEvent = z.object({
  type: z.literal("start"),
  at,
  notebook: z.string(),
  kernel: z.string(),
  language: z.string(),
  pythonVersion: z.string(),
  runnerVersion: z.string(),
  totalCells: z.number().int(),
  codeCells: z.number().int(),
  /** Checks that are made and whose findings count for something under the job's policy. */
  checks: z.array(z.string()).optional(),
});
export type StartEvent = z.infer<typeof StartEvent>;

export const LintEvent = z.object({ type: z.literal("lint"), at, findings: z.array(Finding) });
export type LintEvent = z.infer<typeof LintEvent>;

export const CellStartEvent = z.object({
  type: z.literal("cell-start"),
  at,
  cell: z.number().int(),
  codeCell: z.number().int(),
  cellId: z.string().optional(),
});
export type CellStartEvent = z.infer<typeof CellStartEvent>;

export const CellError = z.object({
  name: z.string(),
  message: z.string(),
  /** Tail of the traceback, ANSI removed. */
  traceback: z.string(),
});
export type CellError = z.infer<typeof CellError>;

export const CellEndEvent = z.object({
  type: z.literal("cell-end"),
  at,
  cell: z.number().int(),
  codeCell: z.number().int(),
  cellId: z.string().optional(),
  status: z.enum(["Success", "Failure", "Skipped", "Warning"]),
  seconds: z.number(),
  /** Coalesced text outputs, at most 2 KiB of UTF-8. */
  output: z.string(),
  outputTruncated: z.boolean(),
  error: CellError.optional(),
  findings: z.array(Finding),
  /** Resident memory of the kernel's process tree at the cell's end, in bytes, when known. */
  memoryBytes: z.number().optional(),
});
export type CellEndEvent = z.infer<typeof CellEndEvent>;

/** Golden comparison, in the shape of `status.comparisonResult`. */
export const ComparisonEvent = z.object({
  type: z.literal("comparison"),
  at,
  result: z.record(z.string(), z.unknown()),
});
export type ComparisonEvent = z.infer<typeof ComparisonEvent>;

export const Verdict = z.enum(["Passed", "PassedWithWarnings", "Failed", "Error"]);
export type Verdict = z.infer<typeof Verdict>;

export const VerdictEvent = z.object({
  type: z.literal("verdict"),
  at,
  verdict: Verdict,
  /** Exit code of the runner: spec "Validation" §2. */
  exitCode: z.number().int(),
  /** CamelCase reason of the failure catalogue (`NotebookError`, `CellTimeout`, `KernelDied`…), or `Passed`. */
  reason: z.string(),
  /** One sentence for people. */
  message: z.string(),
  counts: z.object({
    cells: z.number().int(),
    codeCells: z.number().int(),
    succeeded: z.number().int(),
    failed: z.number().int(),
    skipped: z.number().int(),
    warnings: z.number().int(),
  }),
  /** At most 10, first ones first. */
  failingCells: z.array(z.object({ cell: z.number().int(), errorName: z.string().optional(), message: z.string() })),
  seconds: z.number(),
  peakMemoryBytes: z.number().optional(),
  cpuSeconds: z.number().optional(),
  /** `sha256:<hex>` of report.json. */
  reportDigest: z.string().optional(),
  /** What was installed when the last cell had run: number of packages, and `sha256:<hex>` of environment.cdx.json. */
  environment: z.object({ packages: z.number().int(), sbomDigest: z.string() }).optional(),
});
export type VerdictEvent = z.infer<typeof VerdictEvent>;

export const RunnerEvent = z.discriminatedUnion("type", [
  StartEvent,
  LintEvent,
  CellStartEvent,
  CellEndEvent,
  ComparisonEvent,
  VerdictEvent,
]);
export type RunnerEvent = z.infer<typeof RunnerEvent>;
