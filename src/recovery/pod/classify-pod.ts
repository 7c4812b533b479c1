import type { ContainerState, ContainerStateTerminated, ContainerStatus, Pod } from "kubernetes-types/core/v1.js";
import { fromRfc3339, type Instant } from "../../api/instant.js";
import { classifyPodEvents } from "../events/classify-pod-events.js";
import { failureOf, reasonRow } from "../reasons/catalogue.js";
import { classifyDisruption, classifyPodReason } from "./classify-pod-status.js";
import { classifyScheduling, classifySilence } from "./classify-scheduling.js";
import { classifyTerminated } from "./classify-terminated.js";
import { classifyWaiting, type Finding } from "./classify-waiting.js";
import { containerOf, isSidecar, notebookFirst, notebookName, roleOf } from "./containers.js";
import { DEFAULT_PATIENCE, type PodContext, type PodSignal } from "./signal.js";

const NONE: PodSignal = { kind: "none" };

/**
 * What a validation pod says about failure. Structured reasons come first: the pod's own, then disruptions, then init
 * containers, then the notebook's container, then scheduling; words last. Reasons that clusters often resolve are
 * `visible` at once and end the attempt only when patience is over.
 *
 * A pod's times are the cluster's, `now` is the caller's, and so are the times of the answer. A clock that goes wrong by a
 * steady amount neither takes patience away nor adds to it, as far as `context` proves the amount.
 */
export function classifyPod(pod: Pod, now: Instant, context: PodContext = {}): PodSignal {
  const aheadMs = aheadOfCluster(pod, now, context);
  if (aheadMs === 0) return classifyAt(pod, now, context);
  const { begunAt, visible } = context;
  const onCluster = {
    ...context,
    begunAt: begunAt === undefined ? undefined : begunAt - aheadMs,
    ...(visible && { visible: { ...visible, since: visible.since - aheadMs } }),
  };
  return later(classifyAt(pod, now - aheadMs, onCluster), aheadMs);
}

/**
 * How far the caller's clock is ahead of the cluster's, as far as that is proven; negative when it is behind, milliseconds.
 * The attempt began before its pod was made, so a beginning after that shows a clock that is ahead. Before it may mean that
 * the pod was made late, by an operator that was down meanwhile: to call that clock behind would take the pod's patience.
 */
function aheadOfCluster(pod: Pod, now: Instant, { begunAt, aheadAtMostMs }: PodContext): number {
  const madeAt = fromRfc3339(pod.metadata?.creationTimestamp);
  if (begunAt === undefined || aheadAtMostMs === undefined || madeAt === undefined) return 0;
  // By a clock that was set back since, or by a person: it tells nothing about `now`.
  if (begunAt > now) return 0;
  return Math.max(begunAt - madeAt, Math.min(aheadAtMostMs, 0));
}

/** The signal with its times put off. */
function later(signal: PodSignal, byMs: number): PodSignal {
  if (signal.kind === "visible") {
    return { ...signal, since: signal.since + byMs, graceEndsAt: signal.graceEndsAt + byMs };
  }
  if (signal.kind === "ended" || signal.lookAgainAt === undefined) return signal;
  return { ...signal, lookAgainAt: signal.lookAgainAt + byMs };
}

/** @param now by the cluster's calendar, like all times of the context and of the answer */
function classifyAt(pod: Pod, now: Instant, context: PodContext): PodSignal {
  const byPod = classifyPodReason(pod);
  if (byPod) return { kind: "ended", failure: byPod };
  return disruption(pod, now) ?? deletion(pod) ?? ended(pod, context) ?? waiting(pod, now, context) ?? NONE;
}

/** A disruption explains the end of a pod; before that end it only announces it. */
function disruption(pod: Pod, now: Instant): PodSignal | undefined {
  const found = classifyDisruption(pod);
  const exitCode = notebookExit(pod);
  if (!found || pod.status?.phase === "Succeeded" || exitCode === 0) return undefined;
  if (pod.status?.phase === "Failed" || exitCode !== undefined) return { kind: "ended", failure: found.failure };
  const since = fromRfc3339(found.condition.lastTransitionTime) ?? now;
  return {
    kind: "visible",
    failure: found.failure,
    since,
    graceEndsAt: Math.max(since, now) + DEFAULT_PATIENCE.startupGraceMs,
  };
}

/** Exit codes of a runner that was stopped from outside: by its own hand, by SIGKILL, by SIGTERM. */
const STOPPED: readonly (number | undefined)[] = [1, 137, 143];

/** A pod that somebody deleted while it ran. The operator knows its own deletions before it asks. */
function deletion(pod: Pod): PodSignal | undefined {
  if (pod.metadata?.deletionTimestamp === undefined || !STOPPED.includes(notebookExit(pod))) return undefined;
  if (terminationOf(pod)?.reason === "OOMKilled") return undefined;
  return { kind: "ended", failure: failureOf("PodDeleted") };
}

function notebookExit(pod: Pod): number | undefined {
  return terminationOf(pod)?.exitCode;
}

function terminationOf(pod: Pod): ContainerStateTerminated | undefined {
  return notebookState(pod)?.terminated;
}

function notebookState(pod: Pod): ContainerState | undefined {
  return pod.status?.containerStatuses?.find(({ name }) => name === notebookName(pod))?.state;
}

function ended(pod: Pod, { runningCell, memoryBefore }: PodContext): PodSignal | undefined {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const restarts = pod.spec?.restartPolicy !== undefined && pod.spec.restartPolicy !== "Never";
  const failures = [
    ...initContainerStatuses.map((status) => ({ status, isInit: true })),
    ...notebookFirst(containerStatuses, pod).map((status) => ({ status, isInit: false })),
  ].flatMap(({ status, isInit }) => {
    const state = status.state?.terminated;
    const isOver = state !== undefined && !restarts && !(isInit && isSidecar(pod, status.name));
    const about = { name: status.name, role: roleOf(pod, status.name), isInit };
    const container = { ...about, runningCell, memoryBefore, memoryLimit: memoryLimitOf(pod, status.name) };
    const failure = isOver && classifyTerminated(state, container);
    return failure ? [{ failure, isNotebooks: isInit || status.name === notebookName(pod) }] : [];
  });
  // A sidecar that somebody injected may fail without harm while the notebook runs on.
  const failure = failures.find(({ isNotebooks }) => isNotebooks || pod.status?.phase === "Failed")?.failure;
  if (failure) return { kind: "ended", failure };
  if (pod.status?.phase !== "Failed") return undefined;
  const { message } = pod.status;
  return { kind: "ended", failure: failureOf("Unknown", { detail: message ?? "the pod failed without a word" }) };
}

/** Whether the notebook runs or has ended: what other containers wait for since then does not keep it from anything. */
function hasBegun(pod: Pod): boolean {
  const state = notebookState(pod);
  return state?.running !== undefined || state?.terminated !== undefined;
}

function waiting(pod: Pod, now: Instant, context: PodContext): PodSignal | undefined {
  if (pod.status?.phase === "Succeeded" || hasBegun(pod)) return undefined;
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  for (const status of [...initContainerStatuses, ...notebookFirst(containerStatuses, pod)]) {
    const finding = waitOf(pod, status, context);
    if (finding) return withPatience(finding, startOfWait(pod, status, now), now, context);
  }
  const scheduling = classifyScheduling(pod);
  if (scheduling) {
    const since = fromRfc3339(scheduling.condition.lastTransitionTime) ?? createdAt(pod, now);
    return withPatience(scheduling.finding, since, now, context);
  }
  const isStarting = pod.status?.phase === "Pending" && !containerStatuses.some(({ state }) => state?.running);
  const told = isStarting ? classifyPodEvents(context.events ?? [], pod) : undefined;
  if (told) return withPatience(told, conditionTime(pod, "PodScheduled") ?? createdAt(pod, now), now, context);
  return silence(pod, now, context);
}

/** What a container waits for. One that crashes again and again is explained by its last end, where that is telling. */
function waitOf(pod: Pod, status: ContainerStatus, { imageIsBuilt }: PodContext): Finding | undefined {
  const { name, state, lastState } = status;
  const image = containerOf(pod, name)?.image ?? status.image;
  const role = roleOf(pod, name);
  const found = classifyWaiting(state?.waiting?.reason, state?.waiting?.message, { name, role, image, imageIsBuilt });
  const about = { failedContainer: name, role };
  if (found?.reason !== "CrashLoopBackOff" || lastState?.terminated === undefined) {
    return found && { ...found, details: { ...found.details, ...about } };
  }
  const isInit = pod.status?.initContainerStatuses?.includes(status) ?? false;
  const memoryLimit = memoryLimitOf(pod, name);
  const last = classifyTerminated(lastState.terminated, { name, role, isInit, memoryLimit });
  if (last !== undefined && TELLING.has(last.reason)) {
    return { reason: last.reason, details: { ...last, role, detail: undefined }, isFinal: true };
  }
  const { exitCode, message = "" } = lastState.terminated;
  const detail = `${name} ended with exit code ${exitCode}${message.trim() === "" ? "" : `: ${message.trim()}`}`;
  return { ...found, details: { ...found.details, detail, ...about } };
}

/** Ends that starting the same container once more does not change. */
const TELLING: ReadonlySet<string> = new Set([
  "OOMKilled",
  "CommandNotFound",
  "PermissionDenied",
  "SecurityContextViolation",
]);

function silence(pod: Pod, now: Instant, context: PodContext): PodSignal | undefined {
  const { startupGraceMs } = context.patience ?? DEFAULT_PATIENCE;
  const found = classifySilence(pod, startupGraceMs, context.begunAt);
  if (!found) return undefined;
  if (now < found.from) return { kind: "none", lookAgainAt: found.from };
  return withPatience(found.finding, found.since, now, context);
}

function withPatience(finding: Finding, start: Instant, now: Instant, context: PodContext): PodSignal {
  const { patience: settings = DEFAULT_PATIENCE, visible } = context;
  const failure = failureOf(finding.reason, finding.details);
  const patience = finding.isFinal ? "none" : (finding.patience ?? reasonRow(finding.reason).patience ?? "none");
  if (patience === "none") return { kind: "ended", failure };
  const since =
    "visible" in context ? (sameTrouble(visible?.reason, finding.reason) ? (visible?.since ?? now) : now) : start;
  const graceEndsAt = since + (patience === "schedule" ? settings.scheduleTimeoutMs : settings.startupGraceMs);
  if (now >= graceEndsAt) return { kind: "ended", failure };
  return { kind: "visible", failure, since, graceEndsAt };
}

const PULLS: ReadonlySet<string> = new Set(["ErrImagePull", "ImagePullBackOff", "RegistryUnavailable"]);

/** A failing pull alternates between its reasons; that is one trouble with one clock. */
function sameTrouble(before: string | undefined, after: string): boolean {
  return before === after || (before !== undefined && PULLS.has(before) && PULLS.has(after));
}

/** When a container began to wait, as near as a pod's status tells. */
function startOfWait(pod: Pod, status: ContainerStatus, now: Instant): Instant {
  const isInit = pod.status?.initContainerStatuses?.some(({ name }) => name === status.name) ?? false;
  const initialized = isInit ? undefined : conditionTime(pod, "Initialized");
  return initialized ?? conditionTime(pod, "PodScheduled") ?? fromRfc3339(pod.status?.startTime) ?? createdAt(pod, now);
}

function conditionTime(pod: Pod, type: string): Instant | undefined {
  const condition = pod.status?.conditions?.find((each) => each.type === type && each.status === "True");
  return fromRfc3339(condition?.lastTransitionTime);
}

function createdAt(pod: Pod, now: Instant): Instant {
  return fromRfc3339(pod.metadata?.creationTimestamp) ?? now;
}

function memoryLimitOf(pod: Pod, name: string): string | undefined {
  return containerOf(pod, name)?.resources?.limits?.memory;
}
