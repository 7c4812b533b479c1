/** The catalogue of metrics, alerts and panels, and what is rendered from it. */
export type { Alert, AlertContext } from "./alert.js";
export { ALERTS } from "./alerts.js";
export { type GrafanaDashboard, grafanaDashboard } from "./grafana-dashboard.js";
export {
  initialLabelSets,
  type LabelDomain,
  type LabelSet,
  type Metric,
  type MetricType,
  seriesBudget,
} from "./metric.js";
export { ALL_METRICS, METRICS, type MetricKey, type MetricLabel } from "./metrics.js";
export { metricsPage } from "./metrics-page.js";
export { PANELS, type Panel, type PanelQuery } from "./panels.js";
export {
  type PrometheusRuleEntry,
  type PrometheusRuleGroup,
  type RuleGroupOptions,
  ruleGroups,
} from "./prometheus-rules.js";
export { RECORDING_RULES, type RecordingRule } from "./recording-rules.js";
export { type RunbookPage, runbookPages } from "./runbook-pages.js";
export { type AlertThresholds, DEFAULT_THRESHOLDS } from "./thresholds.js";
