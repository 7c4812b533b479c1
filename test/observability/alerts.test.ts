import { describe, expect, test } from "@jest/globals";
import { ALERTS, DEFAULT_THRESHOLDS, METRICS, ruleGroups } from "../../src/observability/index.js";
import { ALERT_SCENARIOS, type AlertScenario } from "./alert-scenarios.js";
import { promtoolTest, runPromtool } from "./promtool.js";

const target = { namespace: "notebook-validator-system", job: "notebook-validator-operator" };
const groups = ruleGroups({
  ...target,
  thresholds: DEFAULT_THRESHOLDS,
  runbooks: "https://example.org/runbooks/",
  alerts: true,
  recordingRules: true,
});

/** Adds the labels that the scrape of the operator attaches. */
function scraped(series: string): string {
  const [name, labels = ""] = series.replace("}", "").split("{");
  return `${name}{${[`namespace="${target.namespace}"`, `job="${target.job}"`, ...(labels ? [labels] : [])].join(",")}}`;
}

function asPromtoolTest(scenario: AlertScenario): object {
  const alert = ALERTS.find((candidate) => candidate.name === scenario.alert);
  if (alert === undefined) throw new Error(`no alert ${scenario.alert}`);
  return {
    interval: "1m",
    input_series: Object.entries(scenario.series).map(([series, values]) => ({ series: scraped(series), values })),
    alert_rule_test: [
      {
        eval_time: scenario.at,
        alertname: scenario.alert,
        exp_alerts: scenario.fires.map((labels) => ({
          exp_labels: { severity: alert.severity, namespace: target.namespace, ...labels },
        })),
      },
    ],
  };
}

/** Annotations hold values; these stories are about whether, and for what labels, an alert fires. */
const withoutAnnotations = groups.map((group) => ({
  ...group,
  rules: group.rules.map((rule) => ("alert" in rule ? { ...rule, annotations: {} } : rule)),
}));

/** One alert alone: a day of samples takes long with all of them. */
function onlyAlert(name: string): object {
  const rules = withoutAnnotations.flatMap((group) => group.rules);
  return { name: "one", rules: rules.filter((rule) => "alert" in rule && rule.alert === name) };
}

describe("alerts", () => {
  promtoolTest("the rules are valid for Prometheus", () => {
    expect(runPromtool(["check", "rules", "rules.yaml"], { "rules.yaml": { groups } })).toMatch(/SUCCESS/);
  });

  for (const scenario of ALERT_SCENARIOS) {
    const outcome = scenario.fires.length > 0 ? "fires" : "is silent";
    promtoolTest(`${scenario.alert} ${outcome}: ${scenario.story}`, () => {
      runPromtool(["test", "rules", "tests.yaml"], {
        "rules.yaml": { groups: [onlyAlert(scenario.alert)] },
        "tests.yaml": { rule_files: ["rules.yaml"], evaluation_interval: "1m", tests: [asPromtoolTest(scenario)] },
      });
    });
  }

  promtoolTest("another operator's series on the same Prometheus change nothing", () => {
    const foreign = 'notebook_validation_leader{namespace="elsewhere",job="notebook-validator-operator"}';
    runPromtool(["test", "rules", "tests.yaml"], {
      "rules.yaml": { groups: withoutAnnotations },
      "tests.yaml": {
        rule_files: ["rules.yaml"],
        tests: [
          {
            interval: "1m",
            input_series: [{ series: foreign, values: "0x20" }],
            alert_rule_test: [{ eval_time: "15m", alertname: "NotebookValidationNoLeader", exp_alerts: [] }],
          },
        ],
      },
    });
  });

  promtoolTest("annotations say numbers in people's units", () => {
    runPromtool(["test", "rules", "tests.yaml"], {
      "rules.yaml": { groups },
      "tests.yaml": {
        rule_files: ["rules.yaml"],
        tests: [
          {
            interval: "1m",
            input_series: [
              {
                series: scraped('notebook_validation_informer_staleness_seconds{resource="pods"}'),
                values: "900x20",
              },
            ],
            alert_rule_test: [
              {
                eval_time: "10m",
                alertname: "NotebookValidationInformerStale",
                exp_alerts: [
                  {
                    exp_labels: { severity: "warning", namespace: target.namespace, resource: "pods" },
                    exp_annotations: {
                      summary: "The operator sees an old state of pods",
                      description: "No word from the API server about pods for 15m 0s.",
                      runbook_url: "https://example.org/runbooks/NotebookValidationInformerStale.md",
                    },
                  },
                ],
              },
            ],
          },
        ],
      },
    });
  });

  promtoolTest("the success rate is 75 % when three of four runs succeed, and absent when nothing ran", () => {
    const succeeded = scraped('notebook_validation_jobs_total{status="succeeded",fault="none"}');
    const failed = scraped('notebook_validation_jobs_total{status="failed",fault="user"}');
    const expr = "notebook_validation:success_rate";
    const labels = `{__name__="${expr}", namespace="${target.namespace}"}`;
    runPromtool(["test", "rules", "tests.yaml"], {
      "rules.yaml": { groups },
      "tests.yaml": {
        rule_files: ["rules.yaml"],
        tests: [
          {
            interval: "1m",
            input_series: [
              { series: succeeded, values: "0+3x400" },
              { series: failed, values: "0+1x400" },
            ],
            promql_expr_test: [{ expr, eval_time: "380m", exp_samples: [{ labels, value: 0.75 }] }],
          },
          {
            interval: "1m",
            input_series: [{ series: succeeded, values: "5x400" }],
            promql_expr_test: [{ expr, eval_time: "380m", exp_samples: [] }],
          },
          {
            interval: "1m",
            input_series: [{ series: failed, values: "0+1x400" }],
            promql_expr_test: [{ expr, eval_time: "380m", exp_samples: [{ labels, value: 0 }] }],
          },
        ],
      },
    });
  });

  test("every alert has a story in which it fires and one in which it does not", () => {
    for (const alert of ALERTS) {
      const stories = ALERT_SCENARIOS.filter((scenario) => scenario.alert === alert.name);
      expect({ alert: alert.name, fires: stories.some((story) => story.fires.length > 0) }).toMatchObject({
        fires: true,
      });
      expect({ alert: alert.name, silent: stories.some((story) => story.fires.length === 0) }).toMatchObject({
        silent: true,
      });
    }
  });

  test("no alert about the users' own faults pages anybody", () => {
    for (const alert of ALERTS.filter((candidate) => candidate.severity === "critical")) {
      const expr = alert.expr({ ...target, thresholds: DEFAULT_THRESHOLDS });
      expect(expr).not.toContain('fault="user"');
      if (alert.metrics.some((key) => "fault" in METRICS[key].labels)) expect(expr).toContain('fault="platform"');
    }
  });

  test("thresholds reach the expressions", () => {
    const strict = ruleGroups({
      ...target,
      thresholds: { ...DEFAULT_THRESHOLDS, failureRatio: 0.2, downFor: "2m" },
      runbooks: "/",
      alerts: true,
      recordingRules: false,
    });
    expect(strict.map((group) => group.name)).toEqual(["notebook-validation.alerts"]);
    const rules = new Map(strict[0]?.rules.map((rule) => ["alert" in rule ? rule.alert : rule.record, rule]));
    expect(rules.get("NotebookValidationHighFailureRate")?.expr).toContain("> 0.2");
    expect(rules.get("NotebookValidatorOperatorDown")).toMatchObject({ for: "2m" });
  });
});
