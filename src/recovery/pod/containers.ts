import type { Container, ContainerStatus, Pod } from "kubernetes-types/core/v1.js";
import { NOTEBOOK_CONTAINER, SOURCE_CONTAINER } from "../../validation/index.js";
import type { ContainerRole } from "../recoveries-of.js";

/** The spec of a pod's container, init containers included. */
export function containerOf(pod: Pod, name: string): Container | undefined {
  return [...initContainers(pod), ...(pod.spec?.containers ?? [])].find((container) => container.name === name);
}

/** Name of the container that runs the notebook; of pods that are not ours, the first one. */
export function notebookName(pod: Pod): string {
  const names = pod.spec?.containers.map(({ name }) => name) ?? [];
  return names.includes(NOTEBOOK_CONTAINER) ? NOTEBOOK_CONTAINER : (names[0] ?? NOTEBOOK_CONTAINER);
}

/** What a container of the pod is for. Pods that are not ours prepare everything in their init containers. */
export function roleOf(pod: Pod, name: string): ContainerRole {
  if (name === notebookName(pod)) return "notebook";
  const inits = initContainers(pod).map((each) => each.name);
  const prepares = inits.includes(SOURCE_CONTAINER) ? name === SOURCE_CONTAINER : inits.includes(name);
  return prepares && !isSidecar(pod, name) ? "source" : "other";
}

/** The notebook's first: what it says matters more than what sidecars do. */
export function notebookFirst(statuses: readonly ContainerStatus[], pod: Pod): ContainerStatus[] {
  const notebook = notebookName(pod);
  return [...statuses].sort((a, b) => Number(b.name === notebook) - Number(a.name === notebook));
}

/** Whether it is an init container that restarts: its end is not the pod's. */
export function isSidecar(pod: Pod, name: string): boolean {
  const container = initContainers(pod).find((each) => each.name === name) as { restartPolicy?: string } | undefined;
  return container?.restartPolicy === "Always";
}

function initContainers(pod: Pod): readonly Container[] {
  return pod.spec?.initContainers ?? [];
}
