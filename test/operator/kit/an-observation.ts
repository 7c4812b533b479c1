import { type OperatorConfigInput, parseOperatorConfig } from "../../../src/api/index.js";
import { freezeJson } from "../../../src/kube/json.js";
import type { NotebookValidationJobObject, Pod } from "../../../src/kube/resources.js";
import { decide } from "../../../src/operator/decide/decide.js";
import type { Decision, Effect } from "../../../src/operator/decide/decision.js";
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

  /** One decision. The status is stored, as an API server would. */
  see(seen: Partial<Observation> = {}, config?: OperatorConfigInput): Decision {
    this.decision = decide(this.job, anObservation(seen, config), this.now);
    this.job = freezeJson({ ...this.job, status: JSON.parse(JSON.stringify(this.decision.status)) as unknown });
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

  kinds(): Effect["kind"][] {
    return this.decision.effects.map(({ kind }) => kind);
  }

  condition(type: string): string {
    const condition = this.status.conditions?.find((each) => each.type === type);
    return condition === undefined ? "absent" : `${condition.status}/${condition.reason}`;
  }
}
