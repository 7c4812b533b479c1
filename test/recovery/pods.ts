import type { ContainerState, ContainerStatus, Pod, PodCondition, PodStatus } from "kubernetes-types/core/v1.js";
import type { Instant } from "../../src/api/index.js";
import { classifyPod, type Failure, type PodSignal } from "../../src/recovery/index.js";

/** When the pods of these tests were created. */
export const CREATED: Instant = Date.parse("2026-11-21T10:00:00Z");
/** One minute later: within every grace period. */
export const SOON: Instant = CREATED + 60_000;
/** A quarter of an hour later: beyond every grace period. */
export const LATE: Instant = CREATED + 900_000;

const IMAGE = "registry.example.com/team/train:1";

/** A validation pod as a cluster reports it. */
export function aPod(status: PodStatus): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "train-val-3f9a1c2b-1", namespace: "team-a", creationTimestamp: "2026-11-21T10:00:00Z" },
    spec: {
      restartPolicy: "Never",
      initContainers: [{ name: "source", image: "operator:1" }],
      containers: [{ name: "notebook", image: IMAGE }],
    },
    status,
  };
}

export function aStatus(name: string, state: ContainerState): ContainerStatus {
  return { name, image: "", imageID: "", ready: false, restartCount: 0, started: false, state };
}

export function aCondition(type: string, status: "True" | "False", more: Partial<PodCondition> = {}): PodCondition {
  return { type, status, lastTransitionTime: "2026-11-21T10:00:00Z", ...more };
}

/** The source container is done, the notebook's has this state. */
export function aNotebook(state: ContainerState, more: PodStatus = {}): Pod {
  return aPod({
    phase: state.terminated ? "Failed" : "Pending",
    startTime: "2026-11-21T10:00:00Z",
    conditions: [aCondition("PodScheduled", "True"), aCondition("Initialized", "True")],
    initContainerStatuses: [aStatus("source", { terminated: { exitCode: 0, reason: "Completed" } })],
    containerStatuses: [aStatus("notebook", state)],
    ...more,
  });
}

/** The source container has this state, the notebook's has not begun. */
export function aSource(state: ContainerState, more: PodStatus = {}): Pod {
  return aPod({
    phase: state.terminated ? "Failed" : "Pending",
    startTime: "2026-11-21T10:00:00Z",
    conditions: [
      aCondition("PodScheduled", "True"),
      aCondition("Initialized", "False", { reason: "ContainersNotInitialized" }),
    ],
    initContainerStatuses: [aStatus("source", state)],
    containerStatuses: [aStatus("notebook", { waiting: { reason: "PodInitializing" } })],
    ...more,
  });
}

/** The pod has ended as a whole, without its containers' say. */
export function anEndedPod(reason: string, message: string, conditions: PodCondition[] = []): Pod {
  return aPod({ phase: "Failed", reason, message, conditions });
}

/** @throws Error when it did not end */
export function endedBy(signal: PodSignal): Failure {
  if (signal.kind !== "ended") throw new Error(`the signal is ${signal.kind}`);
  return signal.failure;
}

/** What a pod ends as when patience is over. */
export function failureIn(pod: Pod): Failure {
  return endedBy(classifyPod(pod, LATE));
}

/** Its image can't be pulled. */
export const pull = (message: string) => aNotebook({ waiting: { reason: "ImagePullBackOff", message } });
/** The source container ended with a report. */
export const sourceReport = (reason: string) =>
  aSource({
    terminated: {
      exitCode: 1,
      reason: "Error",
      message: JSON.stringify({ version: "nbv.source.v1", reason, message: "git said no" }),
    },
  });
