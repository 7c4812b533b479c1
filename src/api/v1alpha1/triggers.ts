// What happens to other objects after a run.
import { z } from "zod";
import { dnsLabel, object, objectName, text } from "../schema/index.js";

export const TriggerAction = z.enum(["restart", "sync", "refresh"]);
export type TriggerAction = z.infer<typeof TriggerAction>;

/** One action on another object: the typed form of the annotation `mlops.dev/on-success-trigger`. */
export const Trigger = object({
  apiVersion: text({
    max: 253,
    min: 1,
    pattern: /^([a-z0-9.-]+\/)?v[a-z0-9]+$/,
    words: "an API version such as apps/v1",
  }).describe("API version of the object."),
  kind: text({ max: 63, min: 1, pattern: /^[A-Za-z][A-Za-z0-9]*$/, words: "a kind such as InferenceService" }).describe(
    "Kind of the object.",
  ),
  name: objectName().describe("Name of the object."),
  namespace: dnsLabel()
    .exactOptional()
    .describe("Namespace of the object. Another one than the job's must allow it.")
    .meta({ operatorDefault: "the job's namespace" }),
  action: TriggerAction.describe(
    "restart = roll its pods; sync = start an Argo CD sync; refresh = ask Argo CD to look again.",
  ),
});
export type Trigger = z.infer<typeof Trigger>;
