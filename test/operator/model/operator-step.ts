import { pino } from "pino";
import { parseOperatorConfig } from "../../../src/api/index.js";
import type { Clock } from "../../../src/kube/clock.js";
import type { Cluster } from "../../../src/kube/cluster.js";
import { freezeJson } from "../../../src/kube/json.js";
import { isKubeError } from "../../../src/kube/kube-error.js";
import type { Pod } from "../../../src/kube/resources.js";
import { AssumedPods } from "../../../src/operator/assumed-pods.js";
import { Capacity } from "../../../src/operator/capacity.js";
import { Effects } from "../../../src/operator/effects.js";
import { JobLedger } from "../../../src/operator/job-ledger.js";
import { Observer } from "../../../src/operator/observer.js";
import { Reconciler } from "../../../src/operator/reconciler.js";
import { SigningKey } from "../../../src/operator/signing-key.js";
import { advance, emptyProgress, type RunProgress } from "../../../src/validation/index.js";
import { handedOver } from "../kit/fake-fetcher.js";
import { failingEvents, passingEvents, signed } from "../kit/fake-runner.js";
import { fakeBuilds } from "./fake-builds.js";
import { Crash, type Fault, ModelCluster } from "./model-cluster.js";
import type { ModelPod, ModelState } from "./state.js";

export const EVENTS_OF = { passing: passingEvents(), failing: failingEvents() };
export const KEY = { namespace: "team-a", name: "titanic" };

const signingKey = new SigningKey(Buffer.alloc(32, 7));
const logger = pino({ level: "silent" });
/** Of an operator that builds, for jobs that ask for it. */
export const settings = freezeJson({
  config: parseOperatorConfig({ registry: { host: "registry.example.com" } }),
  build: "build" as const,
});

const PROGRESS_INTERVAL_MS = 2000;

/** What one reconcile came to. */
export interface ReconcileOutcome {
  readonly state: ModelState;
  readonly writes: number;
}

/** The operator's own code, one reconcile, from caches that may be behind, with a fault if so wished. */
export async function reconcile(
  from: ModelState,
  onWrite: (before: ModelState, after: ModelState) => void,
  fault?: Fault,
): Promise<ReconcileOutcome> {
  const cluster = new ModelCluster({ ...from, memory: { ...from.memory, isDirty: false } }, fault, onWrite);
  const api = cluster as unknown as Cluster;
  const clock = stillClock(from);
  const capacity = new Capacity({ total: 100, perNamespace: 100 }, () => from.now);
  const desk = {
    look: (_uid: string, ticket: string) => {
      const { question } = cluster.state.memory;
      return question?.ticket === ticket ? question.seen : ({ kind: "unasked" } as const);
    },
    ask: (_uid: string, ticket: string) => {
      const { memory } = cluster.state;
      if (memory.question?.ticket === ticket) return;
      cluster.state = { ...cluster.state, memory: { ...memory, question: { ticket, seen: { kind: "resolving" } } } };
    },
  };
  const logs = {
    follow: ({ pod, key }: { pod: { name: string }; key: Uint8Array }) => followed(cluster.state.pods[pod.name], key),
    last: () => undefined,
    keyOf: () => undefined,
    forget: () => undefined,
  };
  const reports = { write: () => Promise.resolve(undefined) };
  const podEvents = { look: () => Promise.resolve(undefined) };
  const podsOf = (uid: string) =>
    Object.values(from.cache.pods).filter(({ metadata }) =>
      metadata.ownerReferences?.some((owner) => owner.uid === uid),
    );
  const { memory } = from;
  const jobUid = from.job?.metadata.uid ?? from.cache.job?.metadata.uid ?? "";
  const tries = new Map(memory.podTry && [[jobUid, memory.podTry]]);
  const assumed = new AssumedPods(clock, (pod) => isCached(from, pod), tries);
  assumed.begin(memory.startedAt);
  const entries = new Map(memory.ledger && [[jobUid, memory.ledger]]);
  const ledger = new JobLedger(clock, PROGRESS_INTERVAL_MS, entries);
  const builds = fakeBuilds(cluster, from, settings);
  const observer = new Observer({
    ...{ cluster: api, podsOf, assumed, desk, logs, podEvents, signingKey, capacity, settings, builds },
  });
  const reconciler = new Reconciler({
    cluster: api,
    clock,
    logger,
    jobOf: () => from.cache.job,
    observer,
    effects: new Effects({ cluster: assumed.through(api), clock, logger, signingKey, desk, reports, builds }),
    builds,
    capacity,
    ledger,
    assumed,
  });
  /** What the process remembers afterwards, if it lives. */
  const remembering = (state: ModelState): ModelState => ({
    ...state,
    memory: { ...state.memory, ledger: freezeJson(entries.get(jobUid)), podTry: freezeJson(tries.get(jobUid)) },
  });
  try {
    const { requeueAfterMs } = await reconciler.reconcile(KEY);
    if (cluster.hasCrashed) return { state: restarted(cluster.state), writes: cluster.writes };
    return { state: withWake(remembering(cluster.state), requeueAfterMs), writes: cluster.writes };
  } catch (error) {
    if (error instanceof Crash) return { state: restarted(cluster.state), writes: cluster.writes };
    if (!isKubeError(error)) throw error;
    const state = remembering(cluster.state);
    return { state: { ...state, memory: { ...state.memory, isDirty: true } }, writes: cluster.writes };
  }
}

/** A new operator process: nothing in memory, caches filled anew. */
export function restarted(state: ModelState): ModelState {
  return {
    ...state,
    cache: { job: state.job, pods: objectsOf(state), builds: state.builds },
    memory: newMemory(state.now),
  };
}

/** What a process remembers that began just now. */
export function newMemory(startedAt: number): ModelState["memory"] {
  return {
    isDirty: true,
    wakeAt: undefined,
    question: undefined,
    environment: undefined,
    images: {},
    publication: undefined,
    startedAt,
    ledger: undefined,
    podTry: undefined,
  };
}

/** The caches with the pods as they are, which the operator is told. */
export function podsDelivered(state: ModelState): ModelState {
  const { cache, memory } = state;
  const pods = objectsOf(state);
  const jobUid = state.job?.metadata.uid ?? "";
  const tries = new Map(memory.podTry && [[jobUid, memory.podTry]]);
  const assumed = new AssumedPods(stillClock(state), () => false, tries);
  for (const pod of [...Object.values(cache.pods), ...Object.values(pods)]) assumed.told(jobUid, pod);
  return { ...state, cache: { ...cache, pods }, memory: { ...memory, isDirty: true, podTry: tries.get(jobUid) } };
}

/** A clock that stands still while the operator works. */
function stillClock({ now }: ModelState): Clock {
  return { now: () => now, elapsed: () => now, sleep: () => new Promise<void>(() => undefined) };
}

function isCached({ cache }: ModelState, { metadata }: Pod): boolean {
  return cache.pods[metadata.name]?.metadata.uid === metadata.uid;
}

export function objectsOf(state: ModelState): ModelState["cache"]["pods"] {
  return Object.fromEntries(Object.entries(state.pods).map(([name, { object }]) => [name, object]));
}

function withWake(state: ModelState, requeueAfterMs: number | undefined): ModelState {
  const { memory } = state;
  if (requeueAfterMs === undefined) return state;
  if (requeueAfterMs <= 0) return { ...state, memory: { ...memory, isDirty: true } };
  const at = state.now + requeueAfterMs;
  return { ...state, memory: { ...memory, wakeAt: memory.wakeAt === undefined ? at : Math.min(memory.wakeAt, at) } };
}

const folds = new Map<string, RunProgress>();

/** What the follower has of a pod's log: all that was said, or nothing when the log is lost. */
function followed(pod: ModelPod | undefined, key: Uint8Array): { progress: RunProgress; isFinal: boolean } {
  if (pod === undefined || pod.log === "lost") return { progress: emptyProgress(), isFinal: true };
  const id = `${Buffer.from(key).toString("hex")}/${pod.script}/${pod.said}`;
  const known = folds.get(id);
  const progress = known ?? linesOf(pod, key).reduce((state, line) => advance(state, key, line), emptyProgress());
  if (known === undefined) folds.set(id, progress);
  return { progress, isFinal: pod.log === "final" };
}

function linesOf({ script, said }: ModelPod, key: Uint8Array): string[] {
  return signed(key, EVENTS_OF[script].slice(0, said));
}

/** The runner's last line, as it stands in the termination message. */
export function lastLine(state: ModelState, podName: string, script: ModelPod["script"]): string {
  const pod = state.pods[podName]?.object;
  return pod === undefined ? "" : (signed(handedOver(pod).key, EVENTS_OF[script]).at(-1) ?? "");
}
