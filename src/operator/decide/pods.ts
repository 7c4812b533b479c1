import type { Pod as CorePod } from "kubernetes-types/core/v1.js";
import { fromRfc3339, type Instant, KIND } from "../../api/index.js";
import type { Pod } from "../../kube/resources.js";
import { NOTEBOOK_CONTAINER } from "../../validation/index.js";

/** A pod that should be gone for so long is no longer waited for: its node is lost. Milliseconds. */
const LOST_AFTER_MS = 60_000;

/** UID of the job that controls the pod; `undefined` when something else does. */
export function controllingJob({ metadata }: Pod): string | undefined {
  const owner = metadata.ownerReferences?.find(({ controller, kind }) => controller === true && kind === KIND);
  return owner?.uid;
}

/** The notebook container's present state, as far as the kubelet has told it. */
export function notebookState(pod: Pod): {
  readonly startedAt?: Instant;
  readonly exit?: { readonly code: number; readonly message?: string };
} {
  const status = pod.status?.containerStatuses?.find(({ name }) => name === NOTEBOOK_CONTAINER);
  const ended = status?.state?.terminated;
  const startedAt = fromRfc3339(ended?.startedAt ?? status?.state?.running?.startedAt);
  return {
    ...(startedAt !== undefined && { startedAt }),
    ...(ended && {
      exit: { code: ended.exitCode, ...(ended.message !== undefined && { message: ended.message }) },
    }),
  };
}

/** The image that the notebook's container was to run. */
export function notebookImage(pod: Pod): string | undefined {
  return pod.spec?.containers.find(({ name }) => name === NOTEBOOK_CONTAINER)?.image;
}

/** Digest of the notebook's image with its repository, or its bare ID; absent when the node tells neither. */
export function imageThatRan(pod: Pod): string | undefined {
  const id = pod.status?.containerStatuses?.find(({ name }) => name === NOTEBOOK_CONTAINER)?.imageID;
  return id !== undefined && id.length <= MAX_IMAGE_ID && IMAGE_ID.test(id) ? id : undefined;
}

const MAX_IMAGE_ID = 512;
const IMAGE_ID = /(^|@)sha256:[0-9a-f]{64}$/;

/** The pod in the words of the pure rooms, which know no stored objects. */
export function corePod(pod: Pod): CorePod {
  return pod;
}

/** Whether nothing will come of the pod any more. */
export function hasEnded(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return phase === "Succeeded" || phase === "Failed" || notebookState(pod).exit !== undefined;
}

/** From when the pod is no longer waited for; `undefined` when nobody has asked it to go. */
export function lostFrom(pod: Pod): Instant | undefined {
  // The deletion timestamp is the end of the grace period, not its beginning.
  const goneBy = fromRfc3339(pod.metadata.deletionTimestamp);
  return goneBy === undefined ? undefined : goneBy + LOST_AFTER_MS;
}

/** Whether the pod was to be gone long ago: the node that should end it does not answer. */
export function isLost(pod: Pod, now: Instant): boolean {
  return now >= (lostFrom(pod) ?? Number.POSITIVE_INFINITY);
}

/** Whether the pod runs, or may yet. */
export function isLive(pod: Pod, now: Instant): boolean {
  return !hasEnded(pod) && !isLost(pod, now);
}
