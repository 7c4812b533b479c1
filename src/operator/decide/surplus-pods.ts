import { fromRfc3339, type Instant, parseDuration } from "../../api/index.js";
import type { Pod } from "../../kube/resources.js";
import { openAttempt } from "./attempts.js";
import { timeToLiveLeft } from "./clean-up.js";
import type { Effect } from "./decision.js";
import { isTerminal, type JobStatus } from "./job.js";
import { isLive } from "./pods.js";
import type { Turn } from "./turn.js";

/** Pods that go, and when the next one will have to. */
export interface SurplusPods {
  readonly effects: readonly Effect[];
  /** Milliseconds until a pod that is kept now has been kept long enough. */
  readonly requeueAfterMs?: number;
}

/**
 * The pods that have no part in what the status says: live ones that are not the current attempt's, and finished ones that
 * are no longer kept for their logs. As many are kept, and for so long, as the operator's configuration says; none of a job
 * whose own time is over.
 */
export function surplusPods(turn: Turn, status: JobStatus): SurplusPods {
  const { seen, now, metadata } = turn;
  const { retention } = seen.settings.config;
  const current = isTerminal(status.phase) ? undefined : openAttempt(status, metadata.name)?.podName;
  const others = seen.pods.filter((pod) => pod.metadata.name !== current && isThere(pod));
  const live = others.filter((pod) => isLive(pod, now));
  const finished = others
    .filter((pod) => !isLive(pod, now))
    .sort((a, b) => createdAt(b).localeCompare(createdAt(a)) || b.metadata.name.localeCompare(a.metadata.name));
  const isOver = isTerminal(status.phase) && (timeToLiveLeft({ ...turn, status }) ?? 1) <= 0;
  const recent = isOver ? [] : finished.slice(0, retention.finishedPodsPerJob);
  const keptMs = parseDuration(retention.finishedPods);
  const leftMs = new Map(recent.map((pod) => [pod, lastSignOf(pod) + keptMs - now]));
  const kept = recent.filter((pod) => (leftMs.get(pod) ?? 0) > 0);
  const next = kept.map((pod) => leftMs.get(pod) ?? 0);
  return {
    effects: [
      ...live.map((pod) => ({ ...deletion(pod), ...liveAt(pod) })),
      ...finished.filter((pod) => !kept.includes(pod)).map(deletion),
    ],
    ...(next.length > 0 && { requeueAfterMs: Math.min(...next) }),
  };
}

/** The latest time that anything about the pod tells: it ended then, or a little later. */
function lastSignOf({ metadata, status = {} }: Pod): Instant {
  const ends = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].map(
    ({ state }) => state?.terminated?.finishedAt,
  );
  const changes = (status.conditions ?? []).map(({ lastTransitionTime }) => lastTransitionTime);
  return Math.max(0, ...[metadata.creationTimestamp, ...ends, ...changes].map((time) => fromRfc3339(time) ?? 0));
}

function createdAt(pod: Pod): string {
  return pod.metadata.creationTimestamp ?? "";
}

/** Whether nobody has deleted the pod yet. */
function isThere(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined;
}

function deletion({ metadata: { name, uid = "" } }: Pod): Effect & { readonly kind: "delete-pod" } {
  return { kind: "delete-pod", name, uid };
}

function liveAt({ metadata: { resourceVersion } }: Pod): { readonly liveAt?: string } {
  return resourceVersion === undefined ? {} : { liveAt: resourceVersion };
}
