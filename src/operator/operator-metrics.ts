import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { initialLabelSets, METRICS, type MetricKey, type MetricLabel } from "../observability/index.js";

type Labels<K extends MetricKey> = Record<MetricLabel<K>, string>;

/** The catalogue's metrics, alive: names, labels and buckets come from `src/observability` and from nowhere else. */
export class OperatorMetrics {
  /** What a scrape reads. */
  readonly registry: Registry;
  readonly #metrics = new Map<MetricKey, Counter | Gauge | Histogram>();

  /** @param registry @default a new one */
  constructor(registry = new Registry()) {
    this.registry = registry;
    for (const key of Object.keys(METRICS) as MetricKey[]) this.#metrics.set(key, made(key, registry));
  }

  /** Adds to a counter. */
  count<K extends MetricKey>(key: K, labels: Labels<K>, by = 1): void {
    const metric = this.#metrics.get(key);
    if (metric instanceof Counter) metric.inc(labels, by);
  }

  /** Sets a gauge. */
  gauge<K extends MetricKey>(key: K, labels: Labels<K>, value: number): void {
    const metric = this.#metrics.get(key);
    if (metric instanceof Gauge) metric.set(labels, value);
  }

  /** Adds an observation to a histogram. */
  observe<K extends MetricKey>(key: K, labels: Labels<K>, value: number): void {
    const metric = this.#metrics.get(key);
    if (metric instanceof Histogram) metric.observe(labels, value);
  }
}

function made(key: MetricKey, registry: Registry): Counter | Gauge | Histogram {
  const metric = METRICS[key];
  const settings = {
    name: metric.name,
    help: metric.help,
    labelNames: Object.keys(metric.labels),
    registers: [registry],
  };
  switch (metric.type) {
    case "counter": {
      const counter = new Counter(settings);
      // Exposed as 0 from the start: `increase()` can't see a first step from "absent" to 1.
      for (const labels of initialLabelSets(metric)) counter.inc(labels, 0);
      return counter;
    }
    case "gauge":
      return new Gauge(settings);
    case "histogram":
      return new Histogram({ ...settings, buckets: [...metric.buckets] });
  }
}
