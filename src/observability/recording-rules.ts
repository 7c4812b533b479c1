import type { MetricKey } from "./metrics.js";
import { METRICS } from "./metrics.js";
import { type Matchers, quantile, ratio, series } from "./series.js";

/** A series that Prometheus computes ahead. */
export interface RecordingRule {
  readonly record: string;
  readonly help: string;
  readonly metrics: readonly MetricKey[];
  readonly expr: (matchers: Matchers) => string;
}

/** Every recording rule. Neither alerts nor dashboards need them: they have a switch of their own. */
export const RECORDING_RULES: readonly RecordingRule[] = [
  {
    record: "notebook_validation:success_rate",
    help: "Share of finished runs that succeeded, over 6 hours",
    metrics: ["jobs"],
    expr: (matchers) =>
      ratio(series(METRICS.jobs, matchers, 'status="succeeded"'), series(METRICS.jobs, matchers), "6h"),
  },
  {
    record: "notebook_validation:build_cache_hit_rate",
    help: "Share of questions to the build cache that were hits, over 6 hours",
    metrics: ["buildCacheRequests"],
    expr: (matchers) =>
      ratio(
        series(METRICS.buildCacheRequests, matchers, 'result="hit"'),
        series(METRICS.buildCacheRequests, matchers),
        "6h",
      ),
  },
  {
    record: "notebook_validation:execution_duration_seconds:p95",
    help: "95th percentile of the notebooks' run time, over 6 hours",
    metrics: ["executionDuration"],
    expr: (matchers) => quantile(0.95, METRICS.executionDuration, matchers, "6h", "namespace"),
  },
  {
    record: "notebook_validation:build_duration_seconds:p95",
    help: "95th percentile of the image builds' time, over 6 hours",
    metrics: ["buildDuration"],
    expr: (matchers) => quantile(0.95, METRICS.buildDuration, matchers, "6h", "namespace"),
  },
];
