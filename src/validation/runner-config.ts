import { z } from "zod";
import { Severity } from "./event.js";

/** One of `spec.validationConfig.expectedOutputs`, its numbers as numbers and its bounds as one pair. */
const ExpectedOutputSettings = z.object({
  cell: z.number().int().optional(),
  codeCell: z.number().int().optional(),
  type: z.string().optional(),
  /** `null` = any size. */
  shape: z.array(z.number().int().nullable()).optional(),
  lowest: z.number().optional(),
  highest: z.number().optional(),
  notEmpty: z.boolean().optional(),
  equals: z.unknown().optional(),
  matches: z.string().optional(),
  columns: z.array(z.string()).optional(),
});
export type ExpectedOutputSettings = z.infer<typeof ExpectedOutputSettings>;

/** `spec.comparisonConfig` with every default filled in. */
export const ComparisonSettings = z.object({
  isExact: z.boolean(),
  absoluteTolerance: z.number(),
  relativeTolerance: z.number(),
  ignoreTimestamps: z.boolean(),
  ignoreExecutionCount: z.boolean(),
  customPatterns: z.array(z.string()),
  ignoredTypes: z.array(z.string()),
  ignoredCells: z.array(z.number().int()),
  ignoredTags: z.array(z.string()),
  images: z.enum(["ignore", "perceptual", "exact"]),
});
export type ComparisonSettings = z.infer<typeof ComparisonSettings>;

/**
 * What the operator tells the runner (`config.json` beside the key). Contains no secret values and no absolute paths:
 * paths come as arguments, so that the same document works in a pod and on a laptop.
 */
export const RunnerConfig = z.object({
  version: z.literal("nbv.config.v1"),
  attempt: z.object({ job: z.string(), namespace: z.string(), runId: z.string(), number: z.number().int().positive() }),
  commit: z.string(),
  /** What the pod was asked to run on, for the audit: `registry/name:tag` or `registry/name@sha256:…`. */
  image: z.string().optional(),
  notebook: z.object({
    /** Relative to the repository root. */
    path: z.string(),
    parameters: z.record(z.string(), z.unknown()).optional(),
    kernel: z.string().optional(),
    /** Relative to the repository root; absent = the notebook's directory. */
    workingDirectory: z.string().optional(),
  }),
  timeouts: z.object({
    /** From the first cell, in seconds. */
    notebookSeconds: z.number().positive(),
    cellSeconds: z.number().positive().optional(),
    kernelStartSeconds: z.number().positive(),
  }),
  level: z.string(),
  /** Severity per check id under the job's level, strict mode and switches. */
  policy: z.record(z.string(), Severity),
  /** Whether cell outputs may appear in events. */
  storeOutputs: z.boolean(),
  /** Names of environment variables whose values come from Secrets and are redacted from everything emitted. */
  secretEnv: z.array(z.string()),
  /** `spec.validationConfig.maxNaNFraction`. */
  maxNaNFraction: z.number().optional(),
  expectedOutputs: z.array(ExpectedOutputSettings).default([]),
  expectedFiles: z
    .array(z.object({ path: z.string(), notEmpty: z.boolean().optional(), minBytes: z.number().int().optional() }))
    .default([]),
  expectedLogs: z.array(z.object({ pattern: z.string() })).default([]),
  /** Absent = no golden notebook. */
  golden: z
    .object({
      /** Relative to the root of its repository. */
      path: z.string(),
      /** It lies in the notebook's own commit; else in the folder that `--golden` names. */
      isSameSource: z.boolean(),
      comparison: ComparisonSettings,
    })
    .optional(),
});
export type RunnerConfig = z.infer<typeof RunnerConfig>;
