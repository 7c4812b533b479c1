import type { Metric } from "./metric.js";

/**
 * Whose series a query reads: PromQL label matchers without braces, such as `namespace="a",job="b"`. Empty = everybody's.
 */
export type Matchers = string;

/** Matchers of the one operator whose Service carries these names. */
export function operatorMatchers(target: { readonly namespace: string; readonly job: string }): Matchers {
  return `namespace=${quote(target.namespace)},job=${quote(target.job)}`;
}

/** A PromQL selector: `series(METRICS.jobs, m, 'status="failed"')` → `notebook_validation_jobs_total{…,status="failed"}`. */
export function series(metric: Metric, matchers: Matchers, more = ""): string {
  return select(metric.name, matchers, more);
}

/** Selector of a histogram's count. */
export function countOf(metric: Metric, matchers: Matchers, more = ""): string {
  return select(`${metric.name}_count`, matchers, more);
}

/** A quantile (0–1) of a histogram over a window; `by` keeps labels apart. */
export function quantile(q: number, metric: Metric, matchers: Matchers, window: string, by = ""): string {
  const labels = ["le", ...(by === "" ? [] : [by])].join(", ");
  return `histogram_quantile(${q}, sum by (${labels}) (rate(${select(`${metric.name}_bucket`, matchers, "")}[${window}])))`;
}

/**
 * `part / whole` of two counters' increases over a window, summed per namespace. 0 when the whole moved and the part
 * does not exist; nothing when the whole stood still (0/0 would be NaN, which no threshold ever meets, but which
 * dashboards draw).
 */
export function ratio(part: string, whole: string, window: string): string {
  const all = `sum by (namespace) (increase(${whole}[${window}]))`;
  return `(sum by (namespace) (increase(${part}[${window}])) or ${all} * 0) / (${all} > 0)`;
}

function select(name: string, matchers: Matchers, more: string): string {
  const all = [matchers, more].filter((part) => part !== "").join(",");
  return all === "" ? name : `${name}{${all}}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
