// The history of a job.
import { z } from "zod";
import { integer, openObject, text, time } from "../../schema/index.js";

/** Where in a run something happened. */
export const Stage = z.enum(["source", "models", "build", "schedule", "start", "run", "check", "finish"]);
export type Stage = z.infer<typeof Stage>;

/** One try: what was done, and what came of it. */
export const Attempt = openObject({
  number: integer({ min: 0 }).describe("Number of the attempt in its run, from 1."),
  runId: text({ max: 63 }).optional().describe("Run that it belongs to."),
  stage: Stage.optional().describe("How far it came."),
  startTime: time().optional().describe("When it started."),
  completionTime: time().optional().describe("When it ended."),
  outcome: text({ max: 63 })
    .optional()
    .describe("What came of it: Running, Passed, PassedWithWarnings, Failed, Error or Cancelled."),
  reason: text({ max: 253 }).optional().describe("Reason of the failure catalogue."),
  message: text({ max: 4096 }).optional().describe("What happened, one sentence."),
  action: text({ max: 63 }).optional().describe("Recovery action that was taken after it."),
  image: text({ max: 1024 }).optional().describe("Image that it ran on."),
  podName: text({ max: 253 }).optional().describe("Its pod."),
});
export type Attempt = z.infer<typeof Attempt>;

/** A trigger that was pulled after a run. */
export const TriggerResult = openObject({
  apiVersion: text({ max: 253 }).optional().describe("API version of the object."),
  kind: text({ max: 63 }).describe("Kind of the object."),
  name: text({ max: 253 }).describe("Name of the object."),
  namespace: text({ max: 63 }).optional().describe("Namespace of the object."),
  action: text({ max: 63 }).describe("What was done to it."),
  runId: text({ max: 63 }).optional().describe("Run that it was done for."),
  status: z.enum(["Pending", "Done", "Failed", "Refused"]).describe("What came of it."),
  message: text({ max: 4096 }).optional().describe("What happened, one sentence."),
  time: time().optional().describe("When it was done."),
});
export type TriggerResult = z.infer<typeof TriggerResult>;
