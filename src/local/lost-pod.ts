import type { ContainerStatus, PodStatus } from "kubernetes-types/core/v1.js";
import { type Instant, toRfc3339 } from "../api/instant.js";
import type { Pod } from "../kube/index.js";

/** Whether any container of the pod has begun. */
export function hasStarted(pod: Pod): boolean {
  return statusesOf(pod).some(({ state }) => state?.running !== undefined || state?.terminated !== undefined);
}

/**
 * What a kubelet reports of a pod whose containers it can't find any more: they were started, and nobody knows how they
 * ended. For pods with `restartPolicy: Never`.
 */
export function lostPodStatus(pod: Pod, now: Instant): PodStatus {
  const lost = (statuses: readonly ContainerStatus[] = []) => statuses.map((status) => asLost(status, now));
  return {
    ...pod.status,
    phase: "Failed",
    conditions: (pod.status?.conditions ?? []).map((condition) =>
      condition.type === "Ready" || condition.type === "ContainersReady"
        ? { ...condition, status: "False", reason: "PodFailed" }
        : condition,
    ),
    initContainerStatuses: lost(pod.status?.initContainerStatuses),
    containerStatuses: lost(pod.status?.containerStatuses),
  };
}

function asLost(status: ContainerStatus, now: Instant): ContainerStatus {
  const { terminated, running } = status.state ?? {};
  if (terminated !== undefined) return status;
  const since = running === undefined ? "Waiting" : "Running";
  return {
    ...status,
    ready: false,
    started: false,
    state: {
      terminated: {
        exitCode: 137,
        reason: "ContainerStatusUnknown",
        message: `The container could not be located when the pod was terminated. The container used to be ${since}`,
        startedAt: running?.startedAt ?? toRfc3339(now),
        finishedAt: toRfc3339(now),
      },
    },
  };
}

function statusesOf({ status }: Pod): ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}
