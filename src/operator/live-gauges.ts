import { fromRfc3339, type Instant } from "../api/index.js";
import type { InformerStats } from "../kube/informer-options.js";
import type { NotebookValidationJobObject, Pod } from "../kube/resources.js";
import { METRICS } from "../observability/index.js";
import { isTerminal, type JobStatus } from "./decide/job.js";
import { notebookState } from "./decide/pods.js";
import type { OperatorMetrics } from "./operator-metrics.js";

/** What gauges are read from. */
export interface LiveState {
  readonly jobs: readonly NotebookValidationJobObject[];
  /** By plural name of their resource. */
  readonly informers: Readonly<Record<string, InformerStats>>;
}

/** Brings the gauges that follow from the caches up to date: for the moment before they are read. */
export function setLiveGauges(metrics: OperatorMetrics, { jobs, informers }: LiveState, now: Instant): void {
  const phases = METRICS.jobsActive.labels.phase.kind === "closed" ? METRICS.jobsActive.labels.phase.values : [];
  const seen = new Map(phases.map((phase) => [phase, { count: 0, oldestMs: 0 }]));
  for (const { status, metadata } of jobs) {
    const { phase = "Pending", ...rest } = (status ?? {}) as JobStatus;
    const group = isTerminal(phase) ? undefined : seen.get(phase);
    if (group === undefined) continue;
    group.count += 1;
    const since = lastTransition(rest) ?? fromRfc3339(metadata.creationTimestamp) ?? now;
    group.oldestMs = Math.max(group.oldestMs, now - since);
  }
  for (const [phase, { count, oldestMs }] of seen) {
    metrics.gauge("jobsActive", { phase }, count);
    metrics.gauge("oldestTransitionAge", { phase }, oldestMs / 1000);
  }
  for (const [resource, { lastContactAt }] of Object.entries(informers)) {
    if (lastContactAt !== undefined)
      metrics.gauge("informerStaleness", { resource }, Math.max(0, now - lastContactAt) / 1000);
  }
}

/** Notes how long a pod took to start, once its notebook's container runs. */
export function recordStart(metrics: OperatorMetrics, before: Pod, after: Pod): void {
  const started = notebookState(after).startedAt;
  const created = fromRfc3339(after.metadata.creationTimestamp);
  if (started === undefined || created === undefined || notebookState(before).startedAt !== undefined) return;
  metrics.observe("startDelay", {}, Math.max(0, started - created) / 1000);
}

/** The latest change of state that a status tells of; progress is none. */
function lastTransition(status: Omit<JobStatus, "phase">): Instant | undefined {
  const { queuedAt, startTime, lastRetryTime, lastErrorAt, attempts = [], conditions = [] } = status;
  const times = [
    queuedAt,
    startTime,
    lastRetryTime,
    lastErrorAt,
    attempts[0]?.startTime,
    attempts[0]?.completionTime,
    ...conditions.map(({ lastTransitionTime }) => lastTransitionTime),
  ].flatMap((text) => fromRfc3339(text) ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}
