import {
  ARGOCD_INSTANCE_LABEL,
  ARGOCD_TRACKING_ANNOTATION,
  FLUX_HELM_RELEASE_LABEL,
  FLUX_KUSTOMIZATION_LABEL,
  fromRfc3339,
} from "../../api/index.js";
import type { ObjectMeta } from "../../kube/object.js";
import type { Pod } from "../../kube/resources.js";
import { openAttempt } from "./attempts.js";
import type { Effect } from "./decision.js";
import { isTerminal, type JobStatus } from "./job.js";
import { isLive } from "./pods.js";
import type { StepResult, Turn } from "./turn.js";

/** `Succeeded` and `Failed`: nothing is left to do but to go, when the job's time to live is over. */
export function cleanUp(turn: Turn): StepResult {
  const { status, metadata, now } = turn;
  const ttlMs = timeToLive(turn);
  const endedAt = fromRfc3339(status.completionTime);
  if (ttlMs === undefined || endedAt === undefined) return { status };
  const leftMs = endedAt + ttlMs - now;
  if (leftMs > 0) return { status, requeueAfterMs: leftMs };
  // A GitOps tool would make the job again at once, which would run it again, for ever.
  if (isOwnedByGitOps(metadata)) return { status, effects: turn.seen.pods.filter(isThere).map(deletion) };
  return { status, effects: [{ kind: "delete-job" }] };
}

/** Milliseconds that a finished job stays; `undefined` = for ever. */
function timeToLive({ reading, status }: Turn): number | undefined {
  if (!reading.ok) return undefined;
  const { ttlSecondsAfterFinished: ttl, retryPolicy } = reading.spec;
  const hours = status.phase === "Failed" ? retryPolicy?.autoCleanupAfterHours : undefined;
  const limits = [ttl === undefined ? [] : [ttl * 1000], hours === undefined ? [] : [hours * 3_600_000]].flat();
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/** Whether Argo CD or Flux made the job and would make it again. */
export function isOwnedByGitOps({ labels = {}, annotations = {} }: ObjectMeta): boolean {
  return (
    annotations[ARGOCD_TRACKING_ANNOTATION] !== undefined ||
    [ARGOCD_INSTANCE_LABEL, FLUX_KUSTOMIZATION_LABEL, FLUX_HELM_RELEASE_LABEL].some(
      (label) => labels[label] !== undefined,
    )
  );
}

/**
 * Removes pods that have no part in what the status says: live ones that are not the current attempt's, and finished
 * ones beyond the number that is kept for their logs.
 */
export function removeSurplusPods({ seen, now, metadata: { name } }: Turn, status: JobStatus): Effect[] {
  const current = isTerminal(status.phase) ? undefined : openAttempt(status, name)?.podName;
  const others = seen.pods.filter(({ metadata }) => metadata.name !== current);
  const live = others.filter((pod) => isLive(pod, now));
  const finished = others
    .filter((pod) => !isLive(pod, now))
    .sort((a, b) => createdAt(b).localeCompare(createdAt(a)) || b.metadata.name.localeCompare(a.metadata.name));
  const kept = seen.settings.config.retention.finishedPodsPerJob;
  return [...live, ...finished.slice(kept)].filter(isThere).map(deletion);
}

function createdAt(pod: Pod): string {
  return pod.metadata.creationTimestamp ?? "";
}

/** Whether nobody has deleted the pod yet. */
function isThere(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined;
}

function deletion({ metadata: { name, uid = "" } }: Pod): Effect {
  return { kind: "delete-pod", name, uid };
}
