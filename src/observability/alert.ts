import type { MetricKey } from "./metrics.js";
import type { AlertThresholds } from "./thresholds.js";

/** What an alert's expression may depend on. */
export interface AlertContext {
  /** Namespace of the operator's Service. */
  readonly namespace: string;
  /** `job` label of the operator's scrape: the Service's `app.kubernetes.io/name`. */
  readonly job: string;
  readonly thresholds: AlertThresholds;
}

/** One alert, with everything that somebody who is woken by it needs. */
export interface Alert {
  /** Starts with `NotebookValidat`; also the name of its runbook page. */
  readonly name: string;
  /** `critical` pages somebody, `warning` is for working hours, `info` is for a dashboard or a channel. */
  readonly severity: "critical" | "warning" | "info";
  /** Metrics that the expression reads; empty = only what Prometheus itself records. */
  readonly metrics: readonly MetricKey[];
  readonly expr: (context: AlertContext) => string;
  /** How long the expression must hold. Prometheus duration. */
  readonly for: (thresholds: AlertThresholds) => string;
  /** One line; may hold Prometheus templates. */
  readonly summary: string;
  readonly description: string;
  /** The runbook: what it means for users, how to look closer, what to do. Markdown. */
  readonly runbook: {
    readonly impact: string;
    readonly diagnosis: readonly string[];
    readonly remedy: readonly string[];
  };
}
