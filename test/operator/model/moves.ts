import { ANNOTATION_RETRY_REQUESTED, toRfc3339, toRfc3339Millis } from "../../../src/api/index.js";
import { equalJson, freezeJson } from "../../../src/kube/json.js";
import { hasEnded } from "../../../src/operator/decide/pods.js";
import { fetched } from "../kit/fake-fetcher.js";
import { buildMoves } from "./build-moves.js";
import { checkPods, checkWrite } from "./invariants.js";
import { landed, replaceJob, terminating, withoutJob, withoutPod } from "./model-cluster.js";
import type { Move } from "./move.js";
import {
  EVENTS_OF,
  lastLine,
  objectsOf,
  podsDelivered,
  type ReconcileOutcome,
  reconcile,
  restarted,
} from "./operator-step.js";
import type { ModelPod, ModelState } from "./state.js";

/** Everything that may happen in this state, within its budget. */
export async function movesFrom(state: ModelState): Promise<Move[]> {
  const moves = [
    ...(await operatorMoves(state)),
    ...deliveries(state),
    ...late(state),
    ...answers(state),
    ...Object.keys(state.pods).flatMap((name) => podMoves(state, name)),
    ...buildMoves(state),
    ...userMoves(state),
    ...time(state),
  ];
  const { budget } = state;
  return moves.filter(({ kind }) => kind === undefined || (budget.total > 0 && budget[kind] > 0));
}

/** The state after a move, with its price paid. */
export async function take(state: ModelState, { kind, go }: Move): Promise<ModelState> {
  const { budget } = state;
  const paid =
    kind === undefined ? state : { ...state, budget: { ...budget, total: budget.total - 1, [kind]: budget[kind] - 1 } };
  return go(paid);
}

async function operatorMoves(state: ModelState): Promise<Move[]> {
  // What only memory knows (an answer of Git, a status that waits to be written) is lost.
  const restart: Move = { name: "restart", kind: "operator", go: restarted };
  if (!state.memory.isDirty) return [restart];
  const plain = attempted(() => reconcile(state, checkWrite));
  const { writes } = (await plain).outcome ?? { writes: 0 };
  const faults = Array.from({ length: writes }, (_, index) => index + 1);
  return [
    {
      name: "reconcile",
      go: async () => {
        const { outcome, error } = await plain;
        if (outcome === undefined) throw error;
        return outcome.state;
      },
    },
    ...faults.flatMap((after): Move[] => [
      {
        name: `reconcile, crash after write ${after}`,
        kind: "operator",
        go: async (from) => (await reconcile(from, checkWrite, { kind: "crash", after })).state,
      },
      {
        name: `reconcile, answer ${after} lost`,
        kind: "operator",
        go: async (from) => (await reconcile(from, checkWrite, { kind: "lost-answer", after })).state,
      },
    ]),
    ...faults.slice(0, -1).flatMap((after): Move[] => [
      {
        name: `the user edits after write ${after} of a reconcile`,
        kind: "user",
        go: (from) => interrupted(from, after, edited),
      },
      {
        name: `the user suspends after write ${after} of a reconcile`,
        kind: "user",
        go: (from) => interrupted(from, after, (now) => suspended(now, true)),
      },
    ]),
    ...(makesPod(state, (await plain).outcome?.state) ? [false, true] : []).map(
      (thenCrash): Move => ({
        name: `reconcile, the making of the pod stays on its way${thenCrash ? ", and the process dies" : ""}`,
        kind: "operator",
        go: async (from) => (await reconcile(from, checkWrite, { kind: "late-create", thenCrash })).state,
      }),
    ),
    restart,
  ];
}

function makesPod(before: ModelState, after: ModelState | undefined): boolean {
  return Object.keys(after?.pods ?? {}).some((name) => before.pods[name] === undefined);
}

/** A request that got no answer is carried out after all. */
function late({ inFlight }: ModelState): Move[] {
  return inFlight.slice(0, 1).map(({ pod }) => ({
    name: `the late request makes ${pod.metadata.name}`,
    go: (from) => {
      const after = landed(from);
      checkPods(after);
      return after;
    },
  }));
}

/** A reconcile is free, so its outcome can be known before the move is taken. */
async function attempted(
  work: () => Promise<ReconcileOutcome>,
): Promise<{ outcome?: ReconcileOutcome; error?: unknown }> {
  try {
    return { outcome: await work() };
  } catch (error) {
    return { error };
  }
}

/** A reconcile in whose middle the world changes. */
async function interrupted(
  from: ModelState,
  after: number,
  change: (state: ModelState) => ModelState,
): Promise<ModelState> {
  return (await reconcile(from, checkWrite, { kind: "interrupt", after, change })).state;
}

/** Watches that deliver what they have; until then the caches are behind. */
function deliveries(state: ModelState): Move[] {
  const { cache, memory } = state;
  const moves: Move[] = [];
  if (!equalJson(cache.job ?? null, state.job ?? null)) {
    moves.push({
      name: "the job's watch delivers",
      go: (from) => ({ ...from, cache: { ...from.cache, job: from.job }, memory: { ...from.memory, isDirty: true } }),
    });
    if (!memory.isDirty) {
      moves.push({
        name: "reconcile from a stale job",
        kind: "operator",
        go: (from) => ({ ...from, memory: { ...from.memory, isDirty: true } }),
      });
    }
  }
  if (!equalJson(cache.pods, objectsOf(state))) {
    moves.push({
      name: "the pods' watch delivers",
      go: podsDelivered,
    });
  }
  return moves;
}

function answers(state: ModelState): Move[] {
  const { question } = state.memory;
  if (question?.seen.kind !== "resolving") return [];
  const answer = (seen: NonNullable<ModelState["memory"]["question"]>["seen"]) => (from: ModelState) => ({
    ...from,
    memory: { ...from.memory, isDirty: true, question: { ticket: question.ticket, seen } },
  });
  return [
    { name: "Git answers", go: answer({ kind: "resolved", commit: "0123456789abcdef0123456789abcdef01234567" }) },
    {
      name: "Git is unreachable",
      kind: "platform",
      go: answer({ kind: "failed", reason: "GitNetwork", message: "no route" }),
    },
    {
      name: "Git knows no such ref",
      kind: "platform",
      go: answer({ kind: "failed", reason: "GitRefNotFound", message: "no ref" }),
    },
  ];
}

function podMoves(state: ModelState, name: string): Move[] {
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

function userMoves(state: ModelState): Move[] {
  const { job } = state;
  if (job === undefined || job.metadata.deletionTimestamp !== undefined) return [];
  const isSuspended = (job.spec as { suspend?: boolean }).suspend === true;
  const pods = Object.values(state.pods).filter(({ object }) => object.metadata.deletionTimestamp === undefined);
  return [
    { name: "the user edits the spec", kind: "user", go: edited },
    { name: "the user changes the priority", kind: "user", go: (from) => respecified(from, { priority: 70 }) },
    ...(isSuspended
      ? [{ name: "the user resumes", go: (from: ModelState) => suspended(from, false) }]
      : [{ name: "the user suspends", kind: "user" as const, go: (from: ModelState) => suspended(from, true) }]),
    { name: "the user asks for a retry", kind: "user", go: (from) => retryRequested(from) },
    ...pods.map(
      ({ object: { metadata } }): Move => ({
        name: `the user deletes ${metadata.name}`,
        kind: "user",
        go: (from) => terminating(from, metadata.name),
      }),
    ),
    { name: "the user deletes the job", kind: "user", go: withoutJob },
  ];
}

function time({ memory, now, budget }: ModelState): Move[] {
  const { wakeAt } = memory;
  if (wakeAt === undefined || budget.time <= 0) return [];
  return [
    {
      name: "time passes",
      go: (from) => ({
        ...from,
        now: Math.max(now, wakeAt),
        inFlight: from.inFlight.filter(({ until }) => until > wakeAt),
        budget: { ...from.budget, time: from.budget.time - 1 },
        memory: { ...from.memory, isDirty: true, wakeAt: undefined },
      }),
    },
  ];
}

function edited(state: ModelState): ModelState {
  return respecified(state, (spec) => {
    const notebook = spec["notebook"] as { parameters?: { edit?: number } };
    return { ...spec, notebook: { ...notebook, parameters: { edit: (notebook.parameters?.edit ?? 0) + 1 } } };
  });
}

function suspended(state: ModelState, suspend: boolean): ModelState {
  return respecified(state, { suspend });
}

type Spec = Record<string, unknown>;

function respecified(state: ModelState, change: Spec | ((spec: Spec) => Spec)): ModelState {
  return replaceJob(state, (job) => {
    const spec = job.spec as Spec;
    const metadata = { ...job.metadata, generation: (job.metadata.generation ?? 0) + 1 };
    return { ...job, metadata, spec: typeof change === "function" ? change(spec) : { ...spec, ...change } };
  });
}

function retryRequested(state: ModelState): ModelState {
  return replaceJob(state, (job) => ({
    ...job,
    metadata: { ...job.metadata, annotations: { [ANNOTATION_RETRY_REQUESTED]: toRfc3339Millis(state.now) } },
  }));
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
