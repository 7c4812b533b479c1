/** What Prometheus makes of a metric. */
export type MetricType = "counter" | "gauge" | "histogram";

/** The values that a label may take: what keeps the number of series bounded. */
export type LabelDomain =
  /** Exactly these values. */
  | { readonly kind: "closed"; readonly values: readonly string[] }
  /** Values of a catalogue that is kept elsewhere, at most `max` of them. */
  | { readonly kind: "catalogue"; readonly of: string; readonly max: number };

/** One metric of the operator. The catalogue is the only place where its name occurs. */
export interface Metric {
  readonly name: string;
  readonly type: MetricType;
  /** One sentence without a final full stop. */
  readonly help: string;
  /** Label names with their domains, in the order of `labelNames`. */
  readonly labels: Readonly<Record<string, LabelDomain>>;
  /** Upper bounds of a histogram's buckets, ascending, without `+Inf`. Absent for counters and gauges. */
  readonly buckets?: readonly number[];
}

/** Values of one series' labels. */
export type LabelSet = Readonly<Record<string, string>>;

/** How many series the metric has at most, on one replica. */
export function seriesBudget(metric: Metric): number {
  const sets = Object.values(metric.labels).reduce(
    (product, domain) => product * (domain.kind === "closed" ? domain.values.length : domain.max),
    1,
  );
  // A histogram exposes its buckets, `+Inf`, a sum and a count.
  return metric.buckets === undefined ? sets : sets * (metric.buckets.length + 3);
}

/**
 * The label sets that can be exposed as 0 from the start: every combination, when all labels are closed. `increase()`
 * cannot see a counter's first step from "absent" to 1, so alerts would miss the first failure without them.
 */
export function initialLabelSets(metric: Metric): readonly LabelSet[] {
  let sets: Record<string, string>[] = [{}];
  for (const [label, domain] of Object.entries(metric.labels)) {
    if (domain.kind !== "closed") return [];
    sets = sets.flatMap((set) => domain.values.map((value) => ({ ...set, [label]: value })));
  }
  return sets;
}
