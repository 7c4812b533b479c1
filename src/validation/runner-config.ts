import { z } from "zod";
import { Severity } from "./event.js";

/**
 * What the operator tells the runner (`config.json` beside the key). Contains no secret values and no absolute paths:
 * paths come as arguments, so that the same document works in a pod and on a laptop.
 */
export const RunnerConfig = z.object({
  version: z.literal("nbv.config.v1"),
  attempt: z.object({ job: z.string(), namespace: z.string(), runId: z.string(), number: z.number().int().positive() }),
  commit: z.string(),
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
  /** What the job asks for by name and this version does not check, one sentence each: such a run never just passes. */
  unchecked: z.array(z.string()).default([]),
});
export type RunnerConfig = z.infer<typeof RunnerConfig>;
