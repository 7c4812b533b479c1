// Standard conditions: `metav1.Condition`.
import { z } from "zod";
import { integer, listOf, openObject, text, time } from "../../schema/index.js";

/** Types of conditions that the operator sets. */
export const ConditionType = z.enum([
  "Ready",
  "Reconciling",
  "Stalled",
  "Succeeded",
  "SpecValid",
  "GitCloneComplete",
  "ModelsReady",
  "BuildInProgress",
  "BuildComplete",
  "ValidationComplete",
  "DeadLettered",
  "Suspended",
]);
export type ConditionType = z.infer<typeof ConditionType>;

/** One aspect of the job's state. */
export const Condition = openObject({
  type: text({ max: 316, min: 1 }).describe("Which aspect, in CamelCase."),
  status: z.enum(["True", "False", "Unknown"]).describe("Whether it holds."),
  observedGeneration: integer({ min: 0, max: 9007199254740991 }).optional().describe("Generation that it is about."),
  lastTransitionTime: time().describe("When its status last changed."),
  reason: text({ max: 1024 }).describe("Why, one word in CamelCase."),
  message: text({ max: 32768 }).describe("Why, one sentence for people."),
});
export type Condition = z.infer<typeof Condition>;

/** So many a job may have, with those of others. */
export const MAX_CONDITIONS = 32;
/** All conditions, one per type. */
export const Conditions = listOf(Condition, { max: MAX_CONDITIONS, key: "type" });
