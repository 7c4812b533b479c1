import { pino } from "pino";
import { crd, type OperatorConfigInput, parseOperatorConfig } from "../../../src/api/index.js";
import { ManualClock } from "../../../src/kube/manual-clock.js";
import { type Interceptor, MemoryCluster } from "../../../src/kube/memory/index.js";
import { seededRandom } from "../../../src/kube/random.js";
import {
  EVENTS,
  NOTEBOOK_VALIDATION_JOBS,
  type NotebookValidationJobObject,
  PODS,
  type Pod,
} from "../../../src/kube/resources.js";
import type { JobStatus } from "../../../src/operator/decide/job.js";
import { Operator } from "../../../src/operator/operator.js";
import { OperatorMetrics } from "../../../src/operator/operator-metrics.js";
import type { OperatorOptions } from "../../../src/operator/operator-options.js";
import type { SourceRequest } from "../../../src/operator/source-resolver.js";
import { FakeKubelet } from "./fake-kubelet.js";

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

export interface ClusterSetup {
  readonly config?: OperatorConfigInput;
  readonly intercept?: Interceptor;
  readonly resolve?: (request: SourceRequest, signal: AbortSignal) => Promise<{ commit: string }>;
  readonly options?: Partial<OperatorOptions>;
  readonly seed?: number;
  /** Definitions of other custom resources that are served. */
  readonly crds?: readonly object[];
  /** Whether pods have a node as soon as they are made. @default true */
  readonly hasNode?: boolean;
}

/** A memory cluster with a kubelet that does as told, and operators that can be started and killed. */
export class TestCluster {
  readonly clock = new ManualClock();
  readonly cluster: MemoryCluster;
  readonly kubelet: FakeKubelet;
  readonly metrics = new OperatorMetrics();
  readonly questions: SourceRequest[] = [];
  readonly #operators: { readonly running: Promise<void>; readonly stop: AbortController }[] = [];

  constructor(readonly setup: ClusterSetup = {}) {
    const random = seededRandom(setup.seed ?? 1);
    this.cluster = new MemoryCluster({
      clock: this.clock,
      random,
      autoCreateNamespaces: true,
      ...(setup.hasNode !== false && { nodeName: "node-1" }),
      customResources: [{ definition: crd() }, ...(setup.crds ?? []).map((definition) => ({ definition }))],
      logs: (pod, options) => this.kubelet.logs(pod, options),
      ...(setup.intercept && { intercept: setup.intercept }),
    });
    this.kubelet = new FakeKubelet(this.cluster, this.clock);
  }

  /** Starts an operator process; one more if there is one that was not stopped. */
  async startOperator(options: Partial<OperatorOptions> = {}): Promise<void> {
    const stop = new AbortController();
    const operator = new Operator({
      cluster: this.cluster,
      clock: this.clock,
      random: seededRandom(this.setup.seed ?? 2),
      logger: pino({ level: process.env["NBV_TEST_LOG"] ?? "silent" }),
      config: parseOperatorConfig(this.setup.config),
      signingKey: Buffer.alloc(32, 7),
      metrics: this.metrics,
      source: {
        resolve: async (request, signal) => {
          this.questions.push(request);
          return this.setup.resolve?.(request, signal) ?? { commit: COMMIT };
        },
      },
      ...this.setup.options,
      ...options,
    });
    const running = operator.run(stop.signal);
    this.#operators.push({ running, stop });
    await this.settle();
  }

  /** Stops all operator processes. */
  async stopOperator(): Promise<void> {
    const operators = this.#operators.splice(0);
    for (const { stop } of operators) stop.abort();
    await this.settle();
    await Promise.all(operators.map(({ running }) => running));
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 6; turn++) await this.clock.settle();
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await this.settle();
  }

  async submit(job: NotebookValidationJobObject): Promise<void> {
    await this.cluster.create(NOTEBOOK_VALIDATION_JOBS, job);
    await this.settle();
  }

  job(name = "titanic", namespace = "team-a"): Promise<NotebookValidationJobObject> {
    return this.cluster.get(NOTEBOOK_VALIDATION_JOBS, { namespace, name });
  }

  async status(name?: string, namespace?: string): Promise<JobStatus> {
    return (await this.job(name, namespace)).status ?? {};
  }

  async edit(patch: object, name = "titanic", namespace = "team-a"): Promise<void> {
    await this.cluster.patch(NOTEBOOK_VALIDATION_JOBS, { namespace, name }, patch as Record<string, unknown>);
    await this.settle();
  }

  async pods(): Promise<Pod[]> {
    return (await this.cluster.list(PODS)).items;
  }

  /** The only pod there is. */
  async pod(): Promise<Pod> {
    const pods = await this.pods();
    if (pods.length !== 1 || pods[0] === undefined) throw new Error(`${pods.length} pods, not one`);
    return pods[0];
  }

  /** The kubelet removes what was asked to go. */
  async finishPods(): Promise<void> {
    for (const { metadata } of await this.pods()) {
      if (metadata.deletionTimestamp === undefined) continue;
      const { namespace = "", name } = metadata;
      await this.cluster.delete(PODS, { namespace, name }, { gracePeriodSeconds: 0 });
    }
    await this.settle();
  }

  async events(): Promise<string[]> {
    return (await this.cluster.list(EVENTS)).items.map(({ reason }) => reason ?? "");
  }
}

export function conditions(status: JobStatus): Record<string, string> {
  return Object.fromEntries((status.conditions ?? []).map(({ type, status: value }) => [type, value]));
}
