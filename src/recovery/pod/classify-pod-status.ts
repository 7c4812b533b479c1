import type { Pod, PodCondition } from "kubernetes-types/core/v1.js";
import type { Failure } from "../failure.js";
import { type FailureReason, failureOf } from "../reasons/catalogue.js";

const EPHEMERAL_STORAGE = /ephemeral(?:[ -]local)?[ -]storage|EmptyDir volume|local ephemeral/i;
const NODE_PRESSURE = /the node was low on resource|node had condition/i;
const SHUTDOWN = /shutdown|shutting down/i;

/** `status.reason` of pods that ended without their containers' say. */
export const POD_REASONS: Readonly<Record<string, FailureReason>> = {
  DeadlineExceeded: "DeadlineExceeded",
  NodeLost: "NodeLost",
  NodeShutdown: "NodeShutdown",
  Shutdown: "NodeShutdown",
  Terminated: "NodeShutdown",
  Preempting: "Preempted",
  Preempted: "Preempted",
  UnexpectedAdmissionError: "NodeRefused",
  TopologyAffinityError: "NodeRefused",
  SMTAlignmentError: "NodeRefused",
  VolumeAttachmentLimitExceeded: "NodeRefused",
  InvalidNodeInfo: "NodeRefused",
  TaintToleration: "NodeRefused",
  NodeName: "NodeRefused",
  NodeAffinity: "NodeRefused",
  NodePorts: "NodeRefused",
  Outofcpu: "NodeRefused",
  Outofmemory: "NodeRefused",
  Outofpods: "NodeRefused",
  OutOfcpu: "NodeRefused",
  OutOfmemory: "NodeRefused",
  OutOfpods: "NodeRefused",
  "Outofnvidia.com/gpu": "NodeRefused",
};

/** Reasons of the condition `DisruptionTarget`. */
const DISRUPTIONS: Readonly<Record<string, FailureReason>> = {
  PreemptionByScheduler: "Preempted",
  PreemptionByKubeScheduler: "Preempted",
  DeletionByTaintManager: "NodeLost",
  DeletionByPodGC: "NodeLost",
  EvictionByEvictionAPI: "Evicted",
  TerminationByKubelet: "Evicted",
};

/** What `status.reason` of a pod means. */
export function classifyPodReason(pod: Pod): Failure | undefined {
  const { reason, message } = pod.status ?? {};
  if (reason === undefined) return undefined;
  if (reason === "Evicted") return failureOf(evictionOf(message), { detail: message });
  if (reason === "DeadlineExceeded" && !hasRun(pod)) return lateStart(message);
  const known = Object.hasOwn(POD_REASONS, reason) ? POD_REASONS[reason] : undefined;
  if (known) return failureOf(known, { detail: message });
  // Devices and node admission: Outof<resource>, Predicate… are all refusals of the node.
  return /^Out[Oo]f|^Predicate|AdmissionError$/.test(reason)
    ? failureOf("NodeRefused", { detail: message ?? reason })
    : undefined;
}

/** Whether any container but those that prepare has run. */
function hasRun(pod: Pod): boolean {
  return pod.status?.containerStatuses?.some(({ state }) => state?.running ?? state?.terminated?.startedAt) ?? false;
}

/** The deadline's clock runs while images are pulled: a notebook that never began took no time. */
function lateStart(message: string | undefined): Failure {
  return failureOf("DeadlineExceeded", {
    message: `The pod reached its time limit before the notebook began${message === undefined ? "" : `: ${message}`}`,
    errorType: "transient",
    fault: "platform",
    stage: "start",
    suggestedAction:
      "Use a smaller image or one that the nodes have, or raise the operator's patience.podStartAllowance",
  });
}

/** What an eviction means, by its words. */
export function evictionOf(message = ""): FailureReason {
  // Over one's own limit is one's own fault; a node that runs out of disk is not, though its words are alike.
  return EPHEMERAL_STORAGE.test(message) && !NODE_PRESSURE.test(message) ? "EphemeralStorageExceeded" : "Evicted";
}

/** What the condition `DisruptionTarget` means, if it stands. */
export function classifyDisruption(
  pod: Pod,
): { readonly failure: Failure; readonly condition: PodCondition } | undefined {
  const condition = pod.status?.conditions?.find(
    ({ type, status }) => type === "DisruptionTarget" && status === "True",
  );
  if (!condition) return undefined;
  const { reason = "", message } = condition;
  const isShutdown = reason === "TerminationByKubelet" && SHUTDOWN.test(message ?? "");
  const known = Object.hasOwn(DISRUPTIONS, reason) ? DISRUPTIONS[reason] : undefined;
  return { failure: failureOf(isShutdown ? "NodeShutdown" : (known ?? "Evicted"), { detail: message }), condition };
}
