import { EVENTS, type Event, listAll, type Pod } from "../../../../../src/kube/index.js";
import { corePod } from "../../../../../src/operator/decide/pods.js";
import { classifyPod, type Failure } from "../../../../../src/recovery/index.js";
import { expectFailure } from "../../../../recovery/recorded/expect-failure.js";
import { type ExpectedFailure, POD_FAILURES, type PodFailureName } from "../../../../recovery/recorded/pod-failures.js";
import type { Bench } from "../../bench.js";
import { eventually } from "../../eventually.js";
import { record } from "./record.js";

/** From the making of the pods; the kubelet measures volumes every 10 s to a minute. */
const WITHIN_MS = 150_000;
/** Of a pod that something had to be done to. */
const AFTERWARDS_MS = 30_000;
/** Between two looks. */
const EVERY_MS = 500;

interface Sight {
  readonly pod: Pod;
  readonly events: readonly Event[];
  readonly failure: Failure | undefined;
}

/** Looks at all failing pods of a namespace until each is taken for what it is. */
export class FailureWatch {
  private readonly seen = new Map<string, Sight>();
  private readonly settled = new Map<string, Sight>();

  private readonly began = performance.now();
  private isStopped = false;

  /** Begins to look. */
  constructor(private readonly bench: Bench) {
    void this.run();
  }

  /** A failure, once it is taken for what it is; what it was taken for last, if that never comes. */
  async failure(name: PodFailureName): Promise<Failure | undefined> {
    const left = Math.max(WITHIN_MS - (performance.now() - this.began), AFTERWARDS_MS);
    await eventually(name, left, async () => this.settled.get(name)).catch(() => undefined);
    const sight = this.settled.get(name) ?? this.seen.get(name);
    if (sight === undefined) throw new Error(`there is no pod ${name}`);
    await record(`pods/${name}`, [sight.pod, ...sight.events]);
    return sight.failure;
  }

  stop(): void {
    this.isStopped = true;
  }

  private async run(): Promise<void> {
    while (!this.isStopped && this.settled.size < Object.keys(POD_FAILURES).length) {
      // An API server that does not answer is asked again.
      await this.look().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }

  private async look(): Promise<void> {
    const { bench } = this;
    const { cluster } = bench.world;
    const [pods, { items }] = await Promise.all([
      bench.pods(),
      listAll(cluster, EVENTS, { namespace: bench.namespace }),
    ]);
    for (const pod of pods) {
      const { name } = pod.metadata;
      const expected: ExpectedFailure | undefined = POD_FAILURES[name as PodFailureName];
      if (expected === undefined || this.settled.has(name)) continue;
      const events = items.filter(({ involvedObject }) => involvedObject.uid === pod.metadata.uid).sort(byTime);
      const signal = classifyPod(corePod(pod), Date.now(), { events });
      const failure = signal.kind === "none" ? undefined : signal.failure;
      const sight = { pod, events, failure };
      this.seen.set(name, sight);
      // A disruption announces an end, which is what counts.
      if (pod.metadata.deletionTimestamp !== undefined && expected.ends !== false && signal.kind !== "ended") continue;
      try {
        expectFailure(failure, expected);
        this.settled.set(name, sight);
      } catch {
        // Not yet.
      }
    }
  }
}

function byTime(a: Event, b: Event): number {
  return timeOf(a) - timeOf(b);
}

function timeOf({ lastTimestamp, eventTime, firstTimestamp, metadata }: Event): number {
  return Date.parse(lastTimestamp ?? eventTime ?? firstTimestamp ?? metadata.creationTimestamp ?? "");
}
