import type { Pod, PodCondition } from "kubernetes-types/core/v1.js";
import { fromRfc3339, type Instant } from "../../api/instant.js";
import type { Failure } from "../failure.js";
import { missingObjectIn } from "../missing-object.js";
import { failureOf } from "../reasons/catalogue.js";
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
  if (!isGated) return { finding: schedulingFinding(condition.message), condition };
  const details = {
    detail: "a queue holds it back (scheduling gates)",
    suggestedAction: "Look at the queue: kubectl get workloads",
  };
  return { finding: { reason: "Unschedulable", details }, condition };
}

/** What a scheduler's words about a pod mean that no node can take. */
export function schedulingFinding(message: string | undefined): Finding {
  const suggestedAction = ADVICE.find(([words]) => words.test(message ?? ""))?.[1];
  return { reason: "Unschedulable", details: { detail: message, suggestedAction, missing: missingObjectIn(message) } };
}

/** The failure that a scheduler's words about somebody else's pod mean; `undefined` for words of anybody else. */
export function schedulingFailure(message: string | undefined): Failure | undefined {
  const { reason, details } = schedulingFinding(message);
  return SCHEDULERS_WORDS.test(message ?? "") ? failureOf(reason, details) : undefined;
}

const SCHEDULERS_WORDS = /\d\/\d{1,6} nodes are available|unbound immediate PersistentVolumeClaims/;

/** A scheduler that works says something about every new pod well within this time; milliseconds. */
const SCHEDULER_SILENCE_MS = 30_000;

/** A pod of which nobody has said anything yet, and what that means once it has lasted. */
export interface Silence {
  readonly finding: Finding;
  /** Since when nobody has said anything. */
  readonly since: Instant;
  /** From when on that is a trouble. */
  readonly from: Instant;
}

/**
 * The silence about a pod that no scheduler looks at, or whose node's kubelet does not report: neither is ever told by
 * a condition, a state or an event.
 *
 * @param startupGraceMs how long a kubelet may take to report a pod for the first time
 * @param begunAt from when on silence counts. @default the pod's own times, which are of the cluster's calendar
 */
export function classifySilence(pod: Pod, startupGraceMs: number, begunAt = -Infinity): Silence | undefined {
  const { phase, conditions = [], initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const isUnreported = initContainerStatuses.length === 0 && containerStatuses.length === 0;
  if ((phase ?? "Pending") !== "Pending" || !isUnreported || pod.metadata?.deletionTimestamp !== undefined) {
    return undefined;
  }
  const createdAt = fromRfc3339(pod.metadata?.creationTimestamp);
  const scheduled = conditions.find(({ type }) => type === "PodScheduled");
  const node = pod.spec?.nodeName;
  if (node) {
    const boundAt = fromRfc3339(scheduled?.lastTransitionTime) ?? createdAt;
    return boundAt === undefined
      ? undefined
      : silentSince(Math.max(boundAt, begunAt), startupGraceMs, silentNode(node));
  }
  if (scheduled !== undefined || createdAt === undefined) return undefined;
  return silentSince(Math.max(createdAt, begunAt), SCHEDULER_SILENCE_MS, silentScheduler(pod));
}

function silentSince(since: Instant, graceMs: number, finding: Finding): Silence {
  return { finding, since, from: since + graceMs };
}

function silentScheduler(pod: Pod): Finding {
  const scheduler = pod.spec?.schedulerName ?? "default-scheduler";
  return {
    reason: "Unschedulable",
    details: {
      message: `No scheduler has looked at the pod yet: it waits for ${scheduler}`,
      fault: "platform",
      suggestedAction: `Check that the cluster's scheduler ${scheduler} runs: kubectl get pods -n kube-system`,
    },
  };
}

function silentNode(node: string): Finding {
  return {
    reason: "NodeLost",
    patience: "schedule",
    details: {
      message: `The node ${node} has not taken the pod up yet`,
      stage: "start",
      suggestedAction: `Check that the node is ready: kubectl describe node ${node}`,
    },
  };
}
