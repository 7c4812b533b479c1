import type { MetricKey } from "./metrics.js";
import { METRICS } from "./metrics.js";
import { type Matchers, quantile, ratio, series } from "./series.js";

/** One query of a panel. */
export interface PanelQuery {
  readonly expr: (matchers: Matchers) => string;
  /** Grafana legend format. */
  readonly legend: string;
}

/** What one panel shows, whatever draws it. */
export interface Panel {
  readonly title: string;
  readonly description: string;
  readonly kind: "stat" | "timeseries";
  /** Grafana unit id. */
  readonly unit: "percentunit" | "short" | "s" | "bytes";
  readonly metrics: readonly MetricKey[];
  readonly queries: readonly PanelQuery[];
}

const sumBy = (label: string, expr: string): string => `sum by (${label}) (${expr})`;

const successRate = (window: string) => (matchers: Matchers) =>
  ratio(series(METRICS.jobs, matchers, 'status="succeeded"'), series(METRICS.jobs, matchers), window);

/** Panels of the dashboard, in reading order: first how it goes, then why. */
export const PANELS: readonly Panel[] = [
  {
    title: "Success rate",
    description: "Share of finished runs that succeeded in the time range.",
    kind: "stat",
    unit: "percentunit",
    metrics: ["jobs"],
    queries: [{ expr: successRate("$__range"), legend: "{{namespace}}" }],
  },
  {
    title: "Active jobs",
    description: "Jobs that are not finished.",
    kind: "stat",
    unit: "short",
    metrics: ["jobsActive"],
    queries: [{ expr: (matchers) => `sum(${series(METRICS.jobsActive, matchers)})`, legend: "jobs" }],
  },
  {
    title: "Validation pods",
    description: "Validation pods that have not finished.",
    kind: "stat",
    unit: "short",
    metrics: ["validationPodsActive"],
    queries: [{ expr: (matchers) => `sum(${series(METRICS.validationPodsActive, matchers)})`, legend: "pods" }],
  },
  {
    title: "Dead letters",
    description: "Jobs that were given up in the time range.",
    kind: "stat",
    unit: "short",
    metrics: ["deadLetters"],
    queries: [
      {
        expr: (matchers) => sumBy("fault", `increase(${series(METRICS.deadLetters, matchers)}[$__range])`),
        legend: "{{fault}}",
      },
    ],
  },
  {
    title: "Finished runs",
    description: "Finished runs per hour, by outcome and by whose fault a failure was.",
    kind: "timeseries",
    unit: "short",
    metrics: ["jobs"],
    queries: [
      {
        expr: (matchers) => sumBy("status, fault", `increase(${series(METRICS.jobs, matchers)}[1h])`),
        legend: "{{status}} {{fault}}",
      },
    ],
  },
  {
    title: "Failures by reason",
    description: "Failed attempts per hour. Users' faults are their notebooks', the platform's are ours.",
    kind: "timeseries",
    unit: "short",
    metrics: ["failures"],
    queries: [
      {
        expr: (matchers) => sumBy("reason, fault", `increase(${series(METRICS.failures, matchers)}[1h])`),
        legend: "{{reason}} ({{fault}})",
      },
    ],
  },
  {
    title: "Jobs by phase",
    description: "Jobs that are not finished, by phase.",
    kind: "timeseries",
    unit: "short",
    metrics: ["jobsActive"],
    queries: [{ expr: (matchers) => sumBy("phase", series(METRICS.jobsActive, matchers)), legend: "{{phase}}" }],
  },
  {
    title: "Run time of notebooks",
    description: "Time from the start of the notebook container to its verdict.",
    kind: "timeseries",
    unit: "s",
    metrics: ["executionDuration"],
    queries: [
      { expr: (matchers) => quantile(0.5, METRICS.executionDuration, matchers, "1h"), legend: "p50" },
      { expr: (matchers) => quantile(0.95, METRICS.executionDuration, matchers, "1h"), legend: "p95" },
    ],
  },
  {
    title: "Wait for a start",
    description: "Time from the creation of a validation pod until its notebook container started.",
    kind: "timeseries",
    unit: "s",
    metrics: ["startDelay"],
    queries: [{ expr: (matchers) => quantile(0.95, METRICS.startDelay, matchers, "1h"), legend: "p95" }],
  },
  {
    title: "Build time",
    description: "Time of image builds.",
    kind: "timeseries",
    unit: "s",
    metrics: ["buildDuration"],
    queries: [
      { expr: (matchers) => quantile(0.5, METRICS.buildDuration, matchers, "1h"), legend: "p50" },
      { expr: (matchers) => quantile(0.95, METRICS.buildDuration, matchers, "1h"), legend: "p95" },
    ],
  },
  {
    title: "Build queue and cache",
    description: "Builds that wait; share of cache questions answered with a hit in 6 hours.",
    kind: "timeseries",
    unit: "short",
    metrics: ["buildsQueued", "buildCacheRequests"],
    queries: [
      { expr: (matchers) => `sum(${series(METRICS.buildsQueued, matchers)})`, legend: "queued" },
      {
        expr: (matchers) =>
          ratio(
            series(METRICS.buildCacheRequests, matchers, 'result="hit"'),
            series(METRICS.buildCacheRequests, matchers),
            "6h",
          ),
        legend: "cache hit rate",
      },
    ],
  },
  {
    title: "Retries",
    description: "Attempts that were started again per hour, by the stage that failed.",
    kind: "timeseries",
    unit: "short",
    metrics: ["retries"],
    queries: [
      {
        expr: (matchers) => sumBy("stage, error_type", `increase(${series(METRICS.retries, matchers)}[1h])`),
        legend: "{{stage}} {{error_type}}",
      },
    ],
  },
  {
    title: "Checks that failed runs",
    description: "Findings that failed a run, per hour, by check.",
    kind: "timeseries",
    unit: "short",
    metrics: ["checksFailed"],
    queries: [
      {
        expr: (matchers) => sumBy("check", `increase(${series(METRICS.checksFailed, matchers)}[1h])`),
        legend: "{{check}}",
      },
    ],
  },
  {
    title: "Reconciliation",
    description: "Time of one reconciliation, and the age of the oldest item that is due.",
    kind: "timeseries",
    unit: "s",
    metrics: ["reconcileDuration", "queueAge"],
    queries: [
      { expr: (matchers) => quantile(0.99, METRICS.reconcileDuration, matchers, "5m"), legend: "p99" },
      { expr: (matchers) => `max(${series(METRICS.queueAge, matchers)})`, legend: "oldest due" },
    ],
  },
  {
    title: "Requests to the API server",
    description: "Requests per second, by verb and status code.",
    kind: "timeseries",
    unit: "short",
    metrics: ["apiRequests"],
    queries: [
      {
        expr: (matchers) => sumBy("verb, code", `rate(${series(METRICS.apiRequests, matchers)}[5m])`),
        legend: "{{verb}} {{code}}",
      },
    ],
  },
];
