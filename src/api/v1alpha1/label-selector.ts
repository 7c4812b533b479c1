// Kubernetes' own shapes that several concepts use.
import { z } from "zod";
import { labelValue, listOf, mapOf, object, qualifiedName, text } from "../schema/index.js";
import { judgeLabelKey } from "../schema/names.js";

/** Labels of an object, or what a selector asks of them. */
export const Labels = mapOf(labelValue(), { max: 64, judgeKey: judgeLabelKey });

/** Annotations of an object. */
export const Annotations = mapOf(text({ max: 65536 }), { max: 64, judgeKey: judgeLabelKey });

/** Which objects, by their labels: core `LabelSelector`. */
export const LabelSelector = object({
  matchLabels: Labels.exactOptional().describe("Labels that must have exactly these values."),
  matchExpressions: listOf(
    object({
      key: qualifiedName().describe("Label key."),
      operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist"]).describe("How the label relates to the values."),
      values: listOf(labelValue(), { max: 64 }).exactOptional().describe("Values for In and NotIn."),
    }),
    { max: 32 },
  )
    .exactOptional()
    .describe("Conditions on labels; all must hold."),
});
export type LabelSelector = z.infer<typeof LabelSelector>;
