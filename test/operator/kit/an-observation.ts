import {
  ANNOTATION_RETRY_REQUESTED,
  type Instant,
  type OperatorConfigInput,
  parseOperatorConfig,
  toRfc3339,
} from "../../../src/api/index.js";
import { freezeJson } from "../../../src/kube/json.js";
import { applyMergePatch } from "../../../src/kube/merge-patch.js";
import type { NotebookValidationJobObject, Pod } from "../../../src/kube/resources.js";
import { decide } from "../../../src/operator/decide/decide.js";
import type { Decision, Effect, EventNote } from "../../../src/operator/decide/decision.js";
import type { JobStatus } from "../../../src/operator/decide/job.js";
import type { Observation } from "../../../src/operator/decide/observation.js";
import { advance, emptyProgress, type RunnerEvent, verdictFromTermination } from "../../../src/validation/index.js";
import { signed } from "./fake-runner.js";

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";
export const START = Date.UTC(2026, 0, 1);
const KEY = Buffer.alloc(32, 1);

export function anObservation(seen: Partial<Observation> = {}, config?: OperatorConfigInput): Observation {
  const settings = { config: parseOperatorConfig(config), build: "refuse" as const };
  return { pods: [], source: { kind: "unasked" }, hasRoom: true, settings, ...seen };
}

/** What the operator has read of a runner that said these events, to its end. */
export function aLog(events: readonly RunnerEvent[], isFinal = true): NonNullable<Observation["log"]> {
  const lines = signed(KEY, events);
  const progress = lines.reduce((state, line) => advance(state, KEY, line), emptyProgress());
  const termination = verdictFromTermination(KEY, lines.at(-1));
  return { progress, isFinal, ...(termination && { termination }) };
}

/** A pod of the job's current attempt. */
export function aPod(name: string, status: object = { phase: "Pending" }, metadata: object = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "team-a",
      uid: `uid-of-${name}`,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...metadata,
    },
    spec: { containers: [{ name: "notebook", image: "registry.example.com/notebook:1" }], restartPolicy: "Never" },
    status,
  } as unknown as Pod;
}

export function running(startedAt = "2026-01-01T00:00:00Z"): object {
  return { phase: "Running", containerStatuses: [{ name: "notebook", state: { running: { startedAt } } }] };
}

export function ended(exitCode: number, reason = "Error"): object {
  const terminated = { exitCode, reason, startedAt: "2026-01-01T00:00:00Z", finishedAt: "2026-01-01T00:01:00Z" };
  return {
    phase: exitCode === 0 ? "Succeeded" : "Failed",
    containerStatuses: [{ name: "notebook", state: { terminated } }],
  };
}

/** Its container is kept from starting, on a node that it has since then. */
export function stuck(reason: string, message: string, since: Instant = START): object {
  return {
    phase: "Pending",
    conditions: [{ type: "PodScheduled", status: "True", lastTransitionTime: toRfc3339(since) }],
    containerStatuses: [{ name: "notebook", state: { waiting: { reason, message } } }],
  };
}

/** Plays decisions one after the other on one job, as the reconciler would write them. */
export class Story {
  now = START;
  decision: Decision;

  constructor(public job: NotebookValidationJobObject) {
    this.decision = { status: {}, write: "soon", effects: [] };
  }

  get status(): JobStatus {
    return this.decision.status;
  }

  get podName(): string {
    return this.status.attempts?.[0]?.podName ?? "";
  }

  /** One decision. The status is stored, and labels are set, as an API server would. */
  see(seen: Partial<Observation> = {}, config?: OperatorConfigInput): Decision {
    this.decision = decide(this.job, anObservation(seen, config), this.now);
    const labels = this.decision.effects.flatMap((effect) => (effect.kind === "label-job" ? [effect.labels] : []));
    const metadata = labels.reduce<object>(
      (done, change) => applyMergePatch(done, { labels: change }) as object,
      this.job.metadata,
    );
    this.job = freezeJson({
      ...this.job,
      metadata: metadata as typeof this.job.metadata,
      status: JSON.parse(JSON.stringify(this.decision.status)) as unknown,
    });
    return this.decision;
  }

  /** Until the first attempt's pod is to be made. */
  started(): this {
    this.see();
    this.see({ source: { kind: "resolved", commit: COMMIT } });
    return this;
  }

  /** Until its notebook runs. */
  running(): this {
    this.started();
    this.see({ pods: [aPod(this.podName, running())], log: aLog([], false) });
    return this;
  }

  /** Milliseconds pass. */
  pass(ms: number): this {
    this.now += ms;
    return this;
  }

  /** The user changes the spec. */
  edit(spec: object): this {
    const generation = (this.job.metadata.generation ?? 0) + 1;
    this.job = {
      ...this.job,
      spec: { ...(this.job.spec as object), ...spec },
      metadata: { ...this.job.metadata, generation },
    };
    return this;
  }

  /** The user asks for a retry. */
  askRetry(at: string | Instant = this.now, more: Readonly<Record<string, string>> = {}): this {
    const requested = typeof at === "number" ? toRfc3339(at) : at;
    const annotations = { [ANNOTATION_RETRY_REQUESTED]: requested, ...more };
    this.job = { ...this.job, metadata: { ...this.job.metadata, annotations } };
    return this;
  }

  kinds(): Effect["kind"][] {
    return this.decision.effects.map(({ kind }) => kind);
  }

  effects<K extends Effect["kind"]>(kind: K): Extract<Effect, { kind: K }>[] {
    return this.decision.effects.filter((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind);
  }

  /** What the decision tells by events. */
  notes(): EventNote[] {
    return this.effects("emit").map(({ note }) => note);
  }

  condition(type: string): string {
    const condition = this.status.conditions?.find((each) => each.type === type);
    return condition === undefined ? "absent" : `${condition.status}/${condition.reason}`;
  }
}
