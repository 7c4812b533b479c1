import type { AlertContext } from "./alert.js";
import { ALERTS } from "./alerts.js";
import { RECORDING_RULES } from "./recording-rules.js";
import { operatorMatchers } from "./series.js";

/** A rule as Prometheus' rule files have it. */
export type PrometheusRuleEntry =
  | { readonly record: string; readonly expr: string }
  | {
      readonly alert: string;
      readonly expr: string;
      readonly for: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    };

/** A group of rules, evaluated together. */
export interface PrometheusRuleGroup {
  readonly name: string;
  readonly rules: readonly PrometheusRuleEntry[];
}

export interface RuleGroupOptions extends AlertContext {
  /** Where the runbook pages are, with a trailing `/`. */
  readonly runbooks: string;
  readonly alerts: boolean;
  readonly recordingRules: boolean;
}

/** `spec.groups` of a PrometheusRule, and just as well `groups` of a plain rule file. */
export function ruleGroups(options: RuleGroupOptions): readonly PrometheusRuleGroup[] {
  const groups: PrometheusRuleGroup[] = [];
  if (options.recordingRules) {
    groups.push({ name: "notebook-validation.recording", rules: recordingEntries(options) });
  }
  if (options.alerts) groups.push({ name: "notebook-validation.alerts", rules: alertEntries(options) });
  return groups;
}

function recordingEntries(options: RuleGroupOptions): PrometheusRuleEntry[] {
  return RECORDING_RULES.map((rule) => ({ record: rule.record, expr: rule.expr(operatorMatchers(options)) }));
}

function alertEntries(options: RuleGroupOptions): PrometheusRuleEntry[] {
  return ALERTS.map((alert) => ({
    alert: alert.name,
    expr: alert.expr(options),
    for: alert.for(options.thresholds),
    labels: { severity: alert.severity, namespace: options.namespace },
    annotations: {
      summary: alert.summary,
      description: alert.description,
      runbook_url: `${options.runbooks}${alert.name}.md`,
    },
  }));
}
