import type { Pod, PodCondition } from "kubernetes-types/core/v1.js";
import type { Finding } from "./classify-waiting.js";

/** What keeps a pod from a node, by the scheduler's words. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /unbound immediate persistentvolumeclaims|persistentvolumeclaim .{0,256}not found|volume node affinity|volume zone/i,
    "Check the claims of spec.podConfig.volumes: kubectl get pvc",
  ],
  [/insufficient/i, "Ask for less in spec.podConfig.resources, or add nodes that offer it"],
  [/untolerated taint|had taint/i, "Add the tolerations that the nodes' taints need to spec.podConfig.tolerations"],
  [
    /node affinity|node selector|didn't match/i,
    "Check spec.podConfig.nodeSelector and affinity against the nodes' labels",
  ],
];

/** What the pod's `PodScheduled` condition means while no node has been found. */
export function classifyScheduling(
  pod: Pod,
): { readonly finding: Finding; readonly condition: PodCondition } | undefined {
  const condition = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (condition?.status !== "False") return undefined;
  const isGated = condition.reason === "SchedulingGated";
  if (!isGated && condition.reason !== "Unschedulable") return undefined;
  const detail = isGated ? "a queue holds it back (scheduling gates)" : condition.message;
  const advice = isGated
    ? "Wait, or look at the queue: kubectl get workloads"
    : ADVICE.find(([words]) => words.test(condition.message ?? ""))?.[1];
  return { finding: { reason: "Unschedulable", details: { detail, suggestedAction: advice } }, condition };
}
