import { beforeEach, expect, test } from "@jest/globals";
import type { NotebookValidationJobObject, Pod } from "../../src/kube/index.js";
import type { InformerStats } from "../../src/kube/informer-options.js";
import { METRICS } from "../../src/observability/index.js";
import { recordStart, setLiveGauges } from "../../src/operator/live-gauges.js";
import { OperatorMetrics } from "../../src/operator/operator-metrics.js";
import { aJob } from "./kit/a-job.js";

const NOW = Date.parse("2026-01-01T01:00:00Z");
let metrics: OperatorMetrics;
beforeEach(() => {
  metrics = new OperatorMetrics();
});

const value = async (key: keyof typeof METRICS, labels: Record<string, string> = {}) =>
  (await metrics.registry.getSingleMetric(METRICS[key].name)?.get())?.values.find(({ labels: found }) =>
    Object.entries(labels).every(([name, label]) => (found as Record<string, unknown>)[name] === label),
  )?.value;
const set = (jobs: readonly NotebookValidationJobObject[], informers: Record<string, InformerStats> = {}): void =>
  setLiveGauges(metrics, { jobs, informers }, NOW);

test("jobs are counted by phase; finished ones are not, and new ones are Pending", async () => {
  set([
    aJob().status({ phase: "ValidationRunning" }).build(),
    aJob().status({ phase: "ValidationRunning" }).build(),
    aJob().status({ phase: "Succeeded" }).build(),
    aJob().build(),
  ]);
  expect(await value("jobsActive", { phase: "ValidationRunning" })).toBe(2);
  expect(await value("jobsActive", { phase: "Pending" })).toBe(1);
  set([]);
  expect(await value("jobsActive", { phase: "ValidationRunning" })).toBe(0);
});

test("the age of a phase is that of the job whose last transition is longest ago", async () => {
  const running = (startTime: string, transition: string) =>
    aJob()
      .status({
        phase: "ValidationRunning",
        queuedAt: "2026-01-01T00:00:00Z",
        attempts: [{ number: 1, startTime }],
        progress: { cellStartedAt: "2026-01-01T00:59:59Z" },
        conditions: [{ type: "Ready", status: "False", reason: "R", message: "m", lastTransitionTime: transition }],
      })
      .build();
  set([
    running("2026-01-01T00:50:00Z", "2026-01-01T00:10:00Z"),
    running("2026-01-01T00:20:00Z", "2026-01-01T00:40:00Z"),
  ]);
  expect(await value("oldestTransitionAge", { phase: "ValidationRunning" })).toBe(20 * 60);
  expect(await value("oldestTransitionAge", { phase: "Retrying" })).toBe(0);
});

test("a job that nobody has looked at yet is as old as itself", async () => {
  set([aJob().meta({ creationTimestamp: "2026-01-01T00:59:00Z" }).build()]);
  expect(await value("oldestTransitionAge", { phase: "Pending" })).toBe(60);
});

test("staleness is the time since an informer heard of the API server", async () => {
  const stats = { lists: 1, lastContactAt: NOW - 90_000 } as InformerStats;
  set([], { pods: stats, jobs: { ...stats, lastContactAt: undefined } });
  expect(await value("informerStaleness", { resource: "pods" })).toBe(90);
  expect(await value("informerStaleness", { resource: "jobs" })).toBeUndefined();
});

test("the delay of a pod's start is measured once, when its notebook's container begins to run", async () => {
  const pod = (state: object) =>
    ({
      metadata: { name: "p", creationTimestamp: "2026-01-01T00:00:00Z" },
      status: { containerStatuses: [{ name: "notebook", state }] },
    }) as unknown as Pod;
  const [waiting, running] = [pod({ waiting: {} }), pod({ running: { startedAt: "2026-01-01T00:00:07Z" } })];
  recordStart(metrics, waiting, waiting);
  recordStart(metrics, waiting, running);
  recordStart(metrics, running, running);
  const { values = [] } = (await metrics.registry.getSingleMetric(METRICS.startDelay.name)?.get()) ?? {};
  const of = (suffix: string) =>
    (values as { metricName?: string; value: number }[]).find(({ metricName }) => metricName?.endsWith(suffix))?.value;
  expect(of("_count")).toBe(1);
  expect(of("_sum")).toBe(7);
});
