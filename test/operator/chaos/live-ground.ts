import { pino } from "pino";
import { systemClock } from "../../../src/kube/clock.js";
import type { Cluster, WatchEvent, WatchOptions } from "../../../src/kube/cluster.js";
import { KubeError } from "../../../src/kube/kube-error.js";
import type { ApiCall } from "../../../src/kube/memory/index.js";
import type { WatchBreak } from "../../../src/kube/memory/watch-feed.js";
import type { KubernetesObject } from "../../../src/kube/object.js";
import { systemRandom } from "../../../src/kube/random.js";
import type { Resource } from "../../../src/kube/resource.js";
import {
  NOTEBOOK_VALIDATION_JOBS,
  type NotebookValidationJobObject,
  PODS,
  type Pod,
} from "../../../src/kube/resources.js";
import type { JobStatus } from "../../../src/operator/decide/job.js";
import { Operator } from "../../../src/operator/operator.js";
import { throughGate } from "../kit/gated-cluster.js";
import { checkPods } from "../model/invariants.js";
import type { ModelState } from "../model/state.js";
import type { Given, Ground, Pace } from "./ground.js";
import type { LivePlane } from "./live-plane.js";

/** One namespace of a real API server, where time is real. */
export class LiveGround implements Ground {
  readonly clock = systemClock;
  readonly cluster: Cluster;
  readonly pace: Pace = {
    roundMs: 500,
    quietRoundMs: 1_000,
    afterwardsMs: 1_000,
    afterwards: 60,
    faultMs: 1_500,
    // Whoever has failed many times in a row waits long.
    faultTimes: 1,
  };
  readonly judge: Ground["judge"];
  readonly #operators: { readonly running: Promise<void>; readonly stop: AbortController }[] = [];
  readonly #watches = new Set<(how: WatchBreak) => void>();
  #violation: Error | undefined;

  constructor(
    readonly plane: LivePlane,
    readonly namespace: string,
  ) {
    this.cluster = {
      ...throughGate(plane.cluster, (call, proceed) => this.#judged(call, proceed)),
      watch: (resource, options) => this.#watch(resource, options),
    };
    this.judge = {
      passed: [],
      late: (work) => work(),
      assertInnocent: () => {
        if (this.#violation !== undefined) throw this.#violation;
      },
    };
  }

  get kubelet(): Ground["kubelet"] {
    return this.plane.kubelet;
  }

  async startOperator(options: Given): Promise<void> {
    const stop = new AbortController();
    const operator = new Operator({
      random: systemRandom,
      logger: pino({ level: process.env["NBV_TEST_LOG"] ?? "silent" }),
      signingKey: Buffer.alloc(32, 7),
      namespaces: [this.namespace],
      ...options,
    });
    this.#operators.push({ running: operator.run(stop.signal), stop });
  }

  async stopOperator(): Promise<void> {
    const operators = this.#operators.splice(0);
    for (const { stop } of operators) stop.abort();
    await Promise.all(operators.map(({ running }) => running));
  }

  async settle(): Promise<void> {}

  pass(ms: number): Promise<void> {
    return systemClock.sleep(ms);
  }

  async submit(job: NotebookValidationJobObject): Promise<void> {
    const { namespace } = this;
    await this.cluster.create(NOTEBOOK_VALIDATION_JOBS, { ...job, metadata: { ...job.metadata, namespace } });
  }

  async edit(patch: object): Promise<void> {
    const { name } = (await this.#job()).metadata;
    const key = { namespace: this.namespace, name };
    await this.cluster.patch(NOTEBOOK_VALIDATION_JOBS, key, patch as Record<string, unknown>);
  }

  async status(): Promise<JobStatus> {
    return (await this.#job()).status ?? {};
  }

  async pods(): Promise<Pod[]> {
    return (await this.cluster.list(PODS, { namespace: this.namespace })).items;
  }

  async version(): Promise<string> {
    const { cluster, namespace } = this;
    const kinds: readonly Resource<KubernetesObject>[] = [NOTEBOOK_VALIDATION_JOBS, PODS];
    const lists = await Promise.all(kinds.map((resource) => cluster.list(resource, { namespace })));
    return lists.flatMap(({ items }) => items.map(({ metadata }) => metadata.resourceVersion)).join();
  }

  breakWatches(how: WatchBreak): void {
    for (const end of this.#watches) end(how);
  }

  compact(): Promise<void> {
    return this.plane.compact();
  }

  async leave(): Promise<void> {
    if (this.#watches.size > 0) throw new Error(`${this.#watches.size} watches are left behind`);
  }

  async #job(): Promise<NotebookValidationJobObject> {
    const [job] = (await this.cluster.list(NOTEBOOK_VALIDATION_JOBS, { namespace: this.namespace })).items;
    if (job === undefined) throw new Error("the job is gone");
    return job;
  }

  /** Never two live pods. Others write at the same time, so no more can be said of one write. */
  async #judged<R>({ verb, resource }: ApiCall, proceed: () => Promise<R>): Promise<R> {
    const result = await proceed();
    if (verb !== "create" || resource.plural !== PODS.plural) return result;
    const pods = Object.fromEntries((await this.pods()).map((object) => [object.metadata.name, { object }]));
    try {
      checkPods({ pods, now: systemClock.now() } as ModelState);
    } catch (error) {
      this.#violation ??= error as Error;
    }
    return result;
  }

  async *#watch<T extends KubernetesObject>(
    resource: Resource<T>,
    options: WatchOptions,
  ): AsyncIterable<WatchEvent<T>> {
    const broken = new AbortController();
    let how: WatchBreak | undefined;
    const end = (as: WatchBreak): void => {
      how = as;
      broken.abort();
    };
    this.#watches.add(end);
    const signal = AbortSignal.any([broken.signal, ...(options.signal === undefined ? [] : [options.signal])]);
    try {
      yield* this.plane.cluster.watch(resource, { ...options, signal });
    } catch (error) {
      if (how === undefined) throw error;
    } finally {
      this.#watches.delete(end);
    }
    if (how === "reset") throw new KubeError({ reason: "ConnectionFailed", message: "reset" });
    if (how === "expire") throw new KubeError({ reason: "Gone", message: "too old resource version" });
    if (how === "silent") await new Promise((resolve) => options.signal?.addEventListener("abort", resolve));
  }
}
