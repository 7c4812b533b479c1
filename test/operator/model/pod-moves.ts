import { toRfc3339 } from "../../../src/api/index.js";
import { freezeJson } from "../../../src/kube/json.js";
import { hasEnded } from "../../../src/operator/decide/pods.js";
import { fetched } from "../kit/fake-fetcher.js";
import { withoutPod } from "./model-cluster.js";
import type { Move } from "./move.js";
import { EVENTS_OF, lastLine } from "./operator-step.js";
import type { ModelPod, ModelState } from "./state.js";

/** What nodes, people and the platform may do to a pod. */
export function podMoves(state: ModelState, name: string): Move[] {
  const pod = state.pods[name];
  if (pod === undefined) return [];
  const { object, log } = pod;
  const vanish: Move = { name: `${name} vanishes`, kind: "platform", go: (from) => withoutPod(from, name) };
  if (hasEnded(object)) {
    const final = (how: ModelPod["log"]) => (from: ModelState) => ({
      ...withPod(from, name, { log: how }),
      memory: { ...from.memory, isDirty: true },
    });
    if (log !== "open") return [vanish];
    return [
      { name: `the log of ${name} is read to its end`, go: final("final") },
      { name: `the log of ${name} is lost`, kind: "platform", go: final("lost") },
      vanish,
    ];
  }
  const gone: Move[] =
    object.metadata.deletionTimestamp === undefined
      ? []
      : [{ name: `${name} is gone`, go: (from) => withoutPod(from, name) }];
  const evict: Move = {
    name: `${name} is evicted`,
    kind: "platform",
    go: (from) => podStatus(from, name, { phase: "Failed", reason: "Evicted" }),
  };
  const noImage: Move = {
    name: `the image of ${name} can't exist`,
    kind: "platform",
    go: (from) => waiting(from, name, "InvalidImageName"),
  };
  const startedAt = toRfc3339(state.now);
  if (object.status?.phase === "Pending") {
    const started = (message?: string) => (from: ModelState) =>
      podStatus(from, name, {
        phase: "Running",
        initContainerStatuses: [fetched(object, startedAt, message)],
        containerStatuses: [container({ running: { startedAt } })],
      });
    const start: Move = { name: `${name} starts`, go: started() };
    const keyless: Move = { name: `${name} starts and tells no key`, kind: "platform", go: started("") };
    return [...gone, start, keyless, noImage, evict, vanish];
  }
  return [
    ...gone,
    { name: `${name} passes`, go: (from) => ended(from, name, "passing", 0, "verdict") },
    { name: `${name} fails`, kind: "platform", go: (from) => ended(from, name, "failing", 10, "verdict") },
    { name: `${name} is killed for memory`, kind: "platform", go: (from) => ended(from, name, "passing", 137, "oom") },
    {
      name: `${name} exits 0 without a word`,
      kind: "platform",
      go: (from) => ended(from, name, "passing", 0, "silence"),
    },
    {
      name: `${name} exits 0 with a forged verdict`,
      kind: "platform",
      go: (from) => ended(from, name, "passing", 0, "forgery"),
    },
    ...(pod.said === 0 ? [{ name: `${name} makes progress`, go: (from: ModelState) => progressed(from, name) }] : []),
    evict,
    vanish,
  ];
}

function withPod(state: ModelState, name: string, change: Partial<ModelPod>): ModelState {
  const pod = state.pods[name];
  return pod === undefined ? state : { ...state, pods: { ...state.pods, [name]: { ...pod, ...change } } };
}

function podStatus(state: ModelState, name: string, status: object): ModelState {
  const pod = state.pods[name];
  if (pod === undefined) return state;
  const resourceVersion = String(state.version + 1);
  const object = freezeJson({ ...pod.object, status, metadata: { ...pod.object.metadata, resourceVersion } });
  return { ...withPod(state, name, { object: object }), version: state.version + 1 };
}

function container(state: object): object {
  return { name: "notebook", image: "i", imageID: "i", ready: false, restartCount: 0, state };
}

function waiting(state: ModelState, name: string, reason: string): ModelState {
  return podStatus(state, name, {
    phase: "Pending",
    containerStatuses: [container({ waiting: { reason, message: "no" } })],
  });
}

function progressed(state: ModelState, name: string): ModelState {
  const spoken = withPod(state, name, { said: 3 });
  return { ...spoken, memory: { ...spoken.memory, isDirty: true } };
}

/** The container ends: with a verdict, killed without one, with nothing, or with a verdict that is not the runner's. */
function ended(
  state: ModelState,
  name: string,
  script: ModelPod["script"],
  exitCode: number,
  how: "verdict" | "oom" | "silence" | "forgery",
): ModelState {
  const line = lastLine(state, name, script);
  const message = { verdict: line, oom: "", silence: "", forgery: line.replace(/"mac":"./, '"mac":"0') }[how];
  const forged = how === "forgery" && message === line ? line.replace(/"mac":"./, '"mac":"1') : message;
  const said = how === "verdict" ? EVENTS_OF[script].length : (state.pods[name]?.said ?? 0);
  const at = toRfc3339(state.now);
  const terminated = {
    exitCode,
    reason: how === "oom" ? "OOMKilled" : "Completed",
    message: forged,
    startedAt: at,
    finishedAt: at,
  };
  const done = podStatus(withPod(state, name, { said, script }), name, {
    ...state.pods[name]?.object.status,
    phase: exitCode === 0 ? "Succeeded" : "Failed",
    containerStatuses: [container({ terminated })],
  });
  if (how !== "verdict" || exitCode !== 0) return done;
  const image = done.pods[name]?.object.spec?.containers[0]?.image ?? "";
  const { passed, validated } = done.truth;
  return { ...done, truth: { ...done.truth, passed: [...passed, name], validated: [...validated, image] } };
}
