import type { Container, ContainerState, ContainerStatus, PodCondition, PodStatus } from "kubernetes-types/core/v1.js";
import { type Instant, toRfc3339 } from "../api/instant.js";
import type { Pod } from "../kube/index.js";
import type { ProcessEnd } from "./container-process.js";

/** Where one container stands. */
export type ContainerPhase =
  | { readonly kind: "waiting"; readonly reason: string; readonly message?: string }
  | { readonly kind: "running"; readonly since: Instant }
  | {
      readonly kind: "ended";
      readonly since: Instant;
      readonly at: Instant;
      readonly end: ProcessEnd;
      /** At most 4096 bytes. */
      readonly terminationMessage: string;
    };

/** Why a pod ends as a whole before its containers do. */
export interface PodEnd {
  readonly reason: string;
  readonly message: string;
}

/** What a kubelet knows of a pod. */
export interface PodFacts {
  readonly startedAt: Instant;
  readonly now: Instant;
  /** By container name. */
  readonly containers: ReadonlyMap<string, ContainerPhase>;
  readonly end?: PodEnd | undefined;
}

const HOST_ADDRESS = "127.0.0.1";

/** A pod's status as the kubelet would report it. For pods with `restartPolicy: Never`. */
export function podStatus(pod: Pod, facts: PodFacts): PodStatus {
  const inits = pod.spec?.initContainers ?? [];
  const mains = pod.spec?.containers ?? [];
  const phaseOf = (container: Container): ContainerPhase =>
    facts.containers.get(container.name) ?? {
      kind: "waiting",
      reason: inits.length > 0 ? "PodInitializing" : "ContainerCreating",
    };
  const initialized = inits.every((container) => hasSucceeded(phaseOf(container)));
  const initFailed = inits.some((container) => hasFailed(phaseOf(container)));
  const phases = mains.map(phaseOf);
  const isOver = phases.every((phase) => phase.kind === "ended");
  const isReady = initialized && phases.every((phase) => phase.kind === "running");
  const phase = podPhase(facts, initFailed, isOver, phases);
  return {
    phase,
    ...(facts.end === undefined ? {} : { reason: facts.end.reason, message: facts.end.message }),
    conditions: conditions(pod, facts, { initialized, isReady, phase }),
    startTime: toRfc3339(facts.startedAt),
    hostIP: HOST_ADDRESS,
    podIP: HOST_ADDRESS,
    podIPs: [{ ip: HOST_ADDRESS }],
    // The API server decides it when it makes the pod.
    ...(pod.status?.qosClass === undefined ? { qosClass: "Burstable" } : {}),
    initContainerStatuses: inits.map((container) => containerStatus(container, phaseOf(container), pod, true)),
    containerStatuses: mains.map((container) => containerStatus(container, phaseOf(container), pod, false)),
  };
}

function podPhase(facts: PodFacts, initFailed: boolean, isOver: boolean, phases: readonly ContainerPhase[]): string {
  if (facts.end !== undefined || initFailed) return "Failed";
  if (isOver) return phases.every(hasSucceeded) ? "Succeeded" : "Failed";
  return phases.some((phase) => phase.kind !== "waiting") ? "Running" : "Pending";
}

function conditions(
  pod: Pod,
  facts: PodFacts,
  state: { readonly initialized: boolean; readonly isReady: boolean; readonly phase: string },
): PodCondition[] {
  const before = new Map((pod.status?.conditions ?? []).map((condition) => [condition.type, condition]));
  const isOver = state.phase === "Succeeded" || state.phase === "Failed";
  const notReady =
    state.phase === "Succeeded" ? "PodCompleted" : state.phase === "Failed" ? "PodFailed" : "ContainersNotReady";
  const rows: readonly (readonly [string, boolean, string])[] = [
    ["PodScheduled", true, ""],
    ["Initialized", state.initialized, "ContainersNotInitialized"],
    ["ContainersReady", state.isReady && !isOver, notReady],
    ["Ready", state.isReady && !isOver, notReady],
  ];
  return rows.map(([type, holds, reason]) => {
    const status = holds ? "True" : "False";
    const old = before.get(type);
    const changed = old?.status !== status;
    const since = changed ? toRfc3339(facts.now) : old?.lastTransitionTime;
    return {
      type,
      status,
      ...(holds ? {} : { reason }),
      ...(since === undefined ? {} : { lastTransitionTime: since }),
    };
  });
}

function containerStatus(container: Container, phase: ContainerPhase, pod: Pod, isInit: boolean): ContainerStatus {
  return {
    name: container.name,
    image: container.image ?? "",
    imageID: "",
    ready: isInit ? hasSucceeded(phase) : phase.kind === "running",
    restartCount: 0,
    started: phase.kind === "running",
    state: containerState(phase, `local://${pod.metadata.uid}/${container.name}`),
    lastState: {},
    ...(phase.kind === "waiting" ? {} : { containerID: `local://${pod.metadata.uid}/${container.name}` }),
  };
}

function containerState(phase: ContainerPhase, containerID: string): ContainerState {
  switch (phase.kind) {
    case "waiting": {
      const { reason, message } = phase;
      return { waiting: { reason, ...(message === undefined ? {} : { message }) } };
    }
    case "running":
      return { running: { startedAt: toRfc3339(phase.since) } };
    case "ended": {
      const { exitCode, signal, reason, message } = phase.end;
      const text = phase.terminationMessage || message;
      return {
        terminated: {
          exitCode,
          reason,
          ...(signal === undefined ? {} : { signal }),
          ...(text === undefined ? {} : { message: text }),
          startedAt: toRfc3339(phase.since),
          finishedAt: toRfc3339(phase.at),
          containerID,
        },
      };
    }
  }
}

function hasSucceeded(phase: ContainerPhase): boolean {
  return phase.kind === "ended" && phase.end.exitCode === 0;
}

function hasFailed(phase: ContainerPhase): boolean {
  return phase.kind === "ended" && phase.end.exitCode !== 0;
}
