import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { OPERATOR_NAME, OPERATOR_NAMESPACE } from "../../src/api/index.js";
import {
  ALERTS,
  ALL_METRICS,
  DEFAULT_THRESHOLDS,
  grafanaDashboard,
  initialLabelSets,
  METRICS,
  type Metric,
  metricsPage,
  PANELS,
  RECORDING_RULES,
  runbookPages,
  seriesBudget,
} from "../../src/observability/index.js";
import { promtoolTest, runPromtool } from "./promtool.js";

const target = { namespace: "ns", job: "operator" };
/** Labels that a scrape attaches, or that Prometheus itself uses. */
const reserved = [
  "job",
  "namespace",
  "pod",
  "instance",
  "service",
  "endpoint",
  "container",
  "le",
  "quantile",
  "notebook",
];

/** What is wrong with a metric by Prometheus' conventions; empty = nothing. */
function lint(metric: Metric): string[] {
  const problems: string[] = [];
  if (!/^notebook_validation_[a-z][a-z0-9_]*$/.test(metric.name)) problems.push("name");
  if ((metric.type === "counter") !== metric.name.endsWith("_total"))
    problems.push("_total is for counters, all of them");
  if (/_(count|sum|bucket|info|created)$/.test(metric.name)) problems.push("reserved suffix");
  if (/_(ms|milliseconds|minutes|hours|kb|mb|percent|rate)(_|$)/.test(metric.name)) problems.push("not a base unit");
  if (metric.type === "histogram" && !/_(seconds|bytes)$/.test(metric.name)) problems.push("histogram without a unit");
  if ((metric.type === "histogram") !== (metric.buckets !== undefined)) problems.push("buckets are for histograms");
  const buckets = metric.buckets ?? [];
  if (buckets.some((bound, index) => index > 0 && bound <= (buckets[index - 1] ?? 0)))
    problems.push("buckets not ascending");
  if (buckets.length > 10) problems.push("more than 10 buckets");
  for (const [label, domain] of Object.entries(metric.labels)) {
    if (!/^[a-z][a-z_]*$/.test(label) || reserved.includes(label)) problems.push(`label ${label}`);
    if (domain.kind === "closed" && new Set(domain.values).size !== domain.values.length)
      problems.push(`values of ${label}`);
  }
  if (metric.help.endsWith(".") || metric.help.length < 10) problems.push("help");
  return problems;
}

/** Names of our metrics in a query. */
function metricNames(expr: string): string[] {
  return [...expr.matchAll(/notebook_validation_[a-z0-9_]+/g)].map((match) =>
    match[0].replace(/_(bucket|count|sum)$/, ""),
  );
}

describe("the metric catalogue", () => {
  test.each(ALL_METRICS.map((metric) => [metric.name, metric] as const))(
    "%s keeps the conventions",
    (_name, metric) => {
      expect(lint(metric)).toEqual([]);
    },
  );

  test("the linter sees the mistakes of older examples", () => {
    const good = METRICS.jobs;
    expect(lint({ ...good, name: "notebook_validation_retry_count" })).not.toEqual([]);
    expect(lint({ ...good, name: "notebook_validation_success_rate", type: "gauge" })).not.toEqual([]);
    expect(lint({ ...good, labels: { job: { kind: "catalogue", of: "jobs", max: 1000 } } })).toEqual(["label job"]);
    expect(lint({ ...good, type: "histogram", name: "notebook_validation_build_minutes" })).not.toEqual([]);
  });

  test("names are unique, and one replica stays under 2,000 series", () => {
    expect(new Set(ALL_METRICS.map((metric) => metric.name)).size).toBe(ALL_METRICS.length);
    expect(ALL_METRICS.reduce((sum, metric) => sum + seriesBudget(metric), 0)).toBeLessThan(2000);
  });

  test("counters with closed labels start from 0 in every combination", () => {
    expect(initialLabelSets(METRICS.jobs)).toContainEqual({ status: "failed", fault: "platform" });
    expect(initialLabelSets(METRICS.jobs)).toHaveLength(6);
    expect(initialLabelSets(METRICS.leader)).toEqual([{}]);
    expect(initialLabelSets(METRICS.failures)).toEqual([]);
  });

  test("every alert, rule and panel reads exactly the metrics that it declares", () => {
    const readers = [
      ...ALERTS.map((alert) => ({
        what: alert.name,
        declared: alert.metrics,
        exprs: [alert.expr({ ...target, thresholds: DEFAULT_THRESHOLDS })],
      })),
      ...RECORDING_RULES.map((rule) => ({ what: rule.record, declared: rule.metrics, exprs: [rule.expr("")] })),
      ...PANELS.map((panel) => ({
        what: panel.title,
        declared: panel.metrics,
        exprs: panel.queries.map((query) => query.expr('namespace="ns"')),
      })),
    ];
    for (const { what, declared, exprs } of readers) {
      const names = [...new Set(exprs.flatMap(metricNames))].sort();
      expect({ what, names }).toEqual({ what, names: declared.map((key) => METRICS[key].name).sort() });
    }
  });
});

describe("the dashboard", () => {
  const dashboard = grafanaDashboard();
  const panels = dashboard["panels"] as {
    gridPos: { x: number; y: number; w: number; h: number };
    targets: { expr: string }[];
  }[];

  test("is a bare object with a data source variable, so that sidecars and provisioning can load it", () => {
    expect(dashboard).not.toHaveProperty("dashboard");
    expect(JSON.stringify(dashboard)).not.toContain("__inputs");
    expect(dashboard).toMatchObject({
      uid: "notebook-validator",
      templating: { list: [{ type: "datasource" }, { name: "namespace" }] },
    });
    expect(panels).toHaveLength(PANELS.length);
  });

  test("panels lie inside the grid and don't overlap", () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos }) => gridPos.x + gridPos.w))).toBeLessThanOrEqual(24);
  });

  promtoolTest("every query is valid PromQL once Grafana has filled its variables", () => {
    const rules = panels
      .flatMap((panel) => panel.targets)
      .map((query, index) => ({
        record: `panel_${index}`,
        expr: query.expr.replaceAll("$__range", "24h").replaceAll("$namespace", ".*"),
      }));
    runPromtool(["check", "rules", "rules.yaml"], { "rules.yaml": { groups: [{ name: "panels", rules }] } });
  });
});

describe("the generated pages", () => {
  test("name every metric, every rule and every alert", () => {
    const page = metricsPage();
    for (const metric of ALL_METRICS) expect(page).toContain(`\`${metric.name}\``);
    for (const rule of RECORDING_RULES) expect(page).toContain(`\`${rule.record}\``);
    for (const alert of ALERTS) expect(page).toContain(`(runbooks/${alert.name}.md)`);
  });

  test("there is a runbook for every alert, and its links lead to other runbooks", () => {
    const pages = new Map(runbookPages(target).map((page) => [page.file, page.text]));
    expect([...pages.keys()]).toEqual(ALERTS.map((alert) => `${alert.name}.md`));
    for (const text of pages.values()) {
      for (const link of text.matchAll(/\]\(([^)]+)\)/g)) expect(pages.has(link[1] ?? "")).toBe(true);
      expect(text).not.toContain("{{");
    }
  });

  test("are those of docs/; `make docs` writes them", () => {
    expect(readFileSync("docs/metrics.md", "utf8") === metricsPage() ? "fresh" : "stale").toBe("fresh");
    const operator = { namespace: OPERATOR_NAMESPACE, job: OPERATOR_NAME };
    for (const { file, text } of runbookPages(operator)) {
      expect(readFileSync(`docs/runbooks/${file}`, "utf8") === text ? "fresh" : `${file} is stale`).toBe("fresh");
    }
    // A page whose alert is gone would outlive it.
    expect(readdirSync("docs/runbooks").sort()).toEqual(ALERTS.map((alert) => `${alert.name}.md`).sort());
  });
});
