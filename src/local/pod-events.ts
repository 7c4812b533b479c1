import { toRfc3339 } from "../api/instant.js";
import { EVENTS, isKubeError, objectOf, type Pod } from "../kube/index.js";
import type { ExecutorOptions } from "./executor-options.js";

/** What of an executor events are made with. */
export type EventSource = Pick<ExecutorOptions, "cluster" | "clock" | "logger" | "nodeName">;

/**
 * Tells of a pod's trouble as a kubelet does, by an event of type `Warning`. Some troubles are told nowhere else: a volume
 * that can't be mounted leaves the pod's status silent. Events are best effort; what keeps one away is logged.
 */
export async function warnOfPod(pod: Pod, reason: string, message: string, source: EventSource): Promise<void> {
  const { name, namespace, uid, resourceVersion } = pod.metadata;
  const now = toRfc3339(source.clock.now());
  const event = {
    metadata: { generateName: `${name}.`, namespace },
    involvedObject: { apiVersion: "v1", kind: "Pod", name, namespace, uid, resourceVersion },
    type: "Warning",
    reason,
    message,
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    source: { component: "kubelet", host: source.nodeName },
    reportingComponent: "kubelet",
    reportingInstance: source.nodeName,
  };
  try {
    await source.cluster.create(EVENTS, objectOf(EVENTS, event));
  } catch (error) {
    // A namespace that goes away takes no events any more.
    if (!isKubeError(error, "Forbidden", "NotFound")) source.logger.warn({ err: error }, "an event could not be told");
  }
}
