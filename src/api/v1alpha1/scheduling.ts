// Where a pod may run: core `Toleration` and `Affinity`.
import { z } from "zod";
import { integer, labelValue, listOf, mapOf, object, qualifiedName, text } from "../schema/index.js";
import { dnsLabel, judgeLabelKey } from "../schema/names.js";
import { rule } from "../schema/rule.js";
import { LabelSelector } from "./label-selector.js";

/** A taint that the pod tolerates. */
export const Toleration = object({
  key: text({ max: 317 }).exactOptional().describe("Key of the taint; empty with Exists = every taint."),
  operator: z
    .enum(["Exists", "Equal"])
    .exactOptional()
    .describe("How the value is compared.")
    .meta({ operatorDefault: "Equal" }),
  value: text({ max: 63 }).exactOptional().describe("Value of the taint, for Equal."),
  effect: z
    .enum(["", "NoSchedule", "PreferNoSchedule", "NoExecute"])
    .exactOptional()
    .describe("Effect of the taint; empty = every effect."),
  tolerationSeconds: integer({ min: -9007199254740991, max: 9007199254740991 })
    .exactOptional()
    .describe("Seconds until the pod is evicted all the same (NoExecute only)."),
}).with(
  rule({
    cel: "!(has(self.operator) && self.operator == 'Exists' && has(self.value) && size(self.value) > 0)",
    holds: (toleration) => !(toleration.operator === "Exists" && (toleration.value ?? "") !== ""),
    field: "value",
    message: "must be empty when operator is Exists",
  }),
);
export type Toleration = z.infer<typeof Toleration>;

/** Labels that the node must have. */
export const NodeSelector = mapOf(labelValue(), { max: 64, judgeKey: judgeLabelKey });

const NodeRequirements = listOf(
  object({
    key: text({ max: 317, min: 1 }).describe("Label or field of the node."),
    operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]).describe("How it relates to the values."),
    values: listOf(text({ max: 253 }), { max: 256 })
      .exactOptional()
      .describe("Values for In, NotIn, Gt and Lt."),
  }),
  { max: 64 },
);

const NodeTerm = object({
  matchExpressions: NodeRequirements.exactOptional().describe("Conditions on the node's labels; all must hold."),
  matchFields: NodeRequirements.exactOptional().describe("Conditions on the node's fields; all must hold."),
});

const PodTerm = object({
  topologyKey: qualifiedName().describe("Node label that says what one place is."),
  labelSelector: LabelSelector.exactOptional().describe("Pods that count."),
  namespaces: listOf(dnsLabel(), { max: 64 }).exactOptional().describe("Namespaces of these pods."),
  namespaceSelector: LabelSelector.exactOptional().describe("Namespaces of these pods, by label."),
  matchLabelKeys: listOf(qualifiedName(), { max: 16 })
    .exactOptional()
    .describe("Labels of the pod itself that must agree."),
  mismatchLabelKeys: listOf(qualifiedName(), { max: 16 })
    .exactOptional()
    .describe("Labels of the pod itself that must differ."),
});

const weight = integer({ min: 1, max: 100 }).describe("Weight of the preference.");

const PodAffinity = object({
  requiredDuringSchedulingIgnoredDuringExecution: listOf(PodTerm, { max: 32 }).exactOptional().describe("Must hold."),
  preferredDuringSchedulingIgnoredDuringExecution: listOf(
    object({ weight, podAffinityTerm: PodTerm.describe("What is preferred.") }),
    { max: 32 },
  )
    .exactOptional()
    .describe("Better if they hold."),
});

/** Preferences and demands on the node and its other pods. */
export const Affinity = object({
  nodeAffinity: object({
    requiredDuringSchedulingIgnoredDuringExecution: object({
      nodeSelectorTerms: listOf(NodeTerm, { max: 32, min: 1 }).describe("One of these must hold."),
    })
      .exactOptional()
      .describe("Must hold."),
    preferredDuringSchedulingIgnoredDuringExecution: listOf(
      object({ weight, preference: NodeTerm.describe("What is preferred.") }),
      {
        max: 32,
      },
    )
      .exactOptional()
      .describe("Better if they hold."),
  })
    .exactOptional()
    .describe("About nodes."),
  podAffinity: PodAffinity.exactOptional().describe("Near these pods."),
  podAntiAffinity: PodAffinity.exactOptional().describe("Away from these pods."),
});
export type Affinity = z.infer<typeof Affinity>;
