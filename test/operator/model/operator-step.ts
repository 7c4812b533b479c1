import { pino } from "pino";
import { parseOperatorConfig } from "../../../src/api/index.js";
import type { Cluster } from "../../../src/kube/cluster.js";
import { freezeJson } from "../../../src/kube/json.js";
import { isKubeError } from "../../../src/kube/kube-error.js";
import { Capacity } from "../../../src/operator/capacity.js";
import { Effects } from "../../../src/operator/effects.js";
import { Observer } from "../../../src/operator/observer.js";
import { Reconciler } from "../../../src/operator/reconciler.js";
import { SigningKey } from "../../../src/operator/signing-key.js";
import { advance, emptyProgress, type RunProgress } from "../../../src/validation/index.js";
import { handedOver } from "../kit/fake-fetcher.js";
import { failingEvents, passingEvents, signed } from "../kit/fake-runner.js";
import { Crash, type Fault, ModelCluster } from "./model-cluster.js";
import type { ModelPod, ModelState } from "./state.js";

export const EVENTS_OF = { passing: passingEvents(), failing: failingEvents() };
export const KEY = { namespace: "team-a", name: "titanic" };

const signingKey = new SigningKey(Buffer.alloc(32, 7));
const logger = pino({ level: "silent" });
const settings = freezeJson({ config: parseOperatorConfig(), build: "refuse" as const });

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
  const clock = { now: () => from.now, sleep: () => new Promise<void>(() => undefined) };
  const capacity = new Capacity({ total: 100, perNamespace: 100 }, () => []);
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
  const podsOf = (uid: string) =>
    Object.values(from.cache.pods).filter(({ metadata }) =>
      metadata.ownerReferences?.some((owner) => owner.uid === uid),
    );
  const reconciler = new Reconciler({
    cluster: api,
    clock,
    logger,
    jobOf: () => from.cache.job,
    observer: new Observer({ cluster: api, podsOf, desk, logs, signingKey, capacity, settings }),
    effects: new Effects({ cluster: api, clock, logger, signingKey, desk }),
    capacity,
  });
  try {
    const { requeueAfterMs } = await reconciler.reconcile(KEY);
    if (cluster.hasCrashed) return { state: restarted(cluster.state), writes: cluster.writes };
    return { state: withWake(cluster.state, requeueAfterMs), writes: cluster.writes };
  } catch (error) {
    if (error instanceof Crash) return { state: restarted(cluster.state), writes: cluster.writes };
    if (!isKubeError(error)) throw error;
    const { memory } = cluster.state;
    return { state: { ...cluster.state, memory: { ...memory, isDirty: true } }, writes: cluster.writes };
  }
}

/** A new operator process: nothing in memory, caches filled anew. */
export function restarted(state: ModelState): ModelState {
  return {
    ...state,
    cache: { job: state.job, pods: objectsOf(state) },
    memory: { isDirty: true, wakeAt: undefined, question: undefined },
  };
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
