// What a run does otherwise than its spec says, and what it waits for.
import { z } from "zod";
import { integer, listOf, openObject, text, time } from "../../schema/index.js";
import { BuildStrategyName } from "../build.js";
import { RecoveryAction } from "../recovery.js";

/** One recovery action of a run. */
export const RecoveryTaken = openObject({
  action: RecoveryAction.describe("What was done."),
  reason: text({ max: 253 }).describe("Reason of the failure catalogue that it answered."),
  time: time().optional().describe("When."),
  detail: text({ max: 1024 }).optional().describe("Between what and what: 2Gi → 3Gi, s2i → tekton."),
});
export type RecoveryTaken = z.infer<typeof RecoveryTaken>;

/** What the current run does otherwise than its spec says. */
export const RunRecovery = openObject({
  actions: listOf(RecoveryTaken, { max: 20 }).optional().describe("Recovery actions of the run, newest first."),
  image: text({ max: 1024 }).optional().describe("Pre-built image that stands in for the job's own environment."),
  abandonedStrategies: listOf(BuildStrategyName, { max: 8 })
    .optional()
    .describe("Build strategies that this run has given up."),
  abandonedBuildRetries: integer({ min: 0 })
    .optional()
    .describe("Build retries that were spent on them: the next strategy has a budget of its own."),
  memoryLimit: text({ max: 63 }).optional().describe("Memory limit in place of the spec's, after an OOM kill."),
  sourceFromImage: z
    .boolean()
    .optional()
    .describe("The notebook runs from the copy in its image; no container fetches the commit."),
});
export type RunRecovery = z.infer<typeof RunRecovery>;

/** Kinds of things that a run can wait for. */
export const WaitKind = z.enum([
  "Secret",
  "ConfigMap",
  "PersistentVolumeClaim",
  "Node",
  "Quota",
  "Volume",
  "Image",
  "Registry",
  "Git",
  "Models",
]);
export type WaitKind = z.infer<typeof WaitKind>;

/** What a job waits for that somebody else has to bring about; of a job that failed for it, too. */
export const WaitingFor = openObject({
  kind: WaitKind.describe("What kind of thing is missing."),
  name: text({ max: 1024 }).optional().describe("Its name, where one is known."),
  key: text({ max: 253 }).optional().describe("Key that it lacks, of a Secret or ConfigMap that is there."),
  reason: text({ max: 253 }).describe("Reason of the failure catalogue."),
  since: time().describe("When the wait for it began in this run."),
  until: time().optional().describe("When the run is given up for it."),
  tries: integer({ min: 0 }).optional().describe("Times that it was tried anew since then."),
});
export type WaitingFor = z.infer<typeof WaitingFor>;
