import { Informer, keyOf, PODS, type Pod, systemClock } from "../../../src/kube/index.js";
import type { LiveCluster } from "../../../src/kube/live/index.js";
import type { RunnerEvent } from "../../../src/validation/index.js";
import type { LogRequest } from "../../cluster/node-log-server.js";
import type { Pki } from "../../cluster/pki.js";
import { NODES, ProcessScheduler } from "../../cluster/process-scheduler.js";
import { startLogNode } from "../../contract/log-node.js";
import { FakeKubelet } from "./fake-kubelet.js";

/** A node of a real API server on which nothing runs: each pod's runner says what it is given, in two parts, and ends. */
export class PlayedNode {
  /** UIDs of all pods there ever were, by name. */
  readonly pods = new Map<string, Set<string>>();
  readonly errors: unknown[] = [];
  readonly #kubelet: FakeKubelet;
  readonly #informer: Informer<Pod>;
  readonly #works = new Set<Promise<void>>();
  #scheduler: ProcessScheduler | undefined;
  #node: Awaited<ReturnType<typeof startLogNode>> | undefined;

  /**
   * @param cluster with a connection that nobody spoils
   * @param script what the runner of a pod says
   */
  constructor(
    readonly cluster: LiveCluster,
    readonly pki: Pki,
    readonly script: (pod: Pod) => readonly RunnerEvent[],
    readonly partMs = 100,
  ) {
    this.#kubelet = new FakeKubelet(cluster, systemClock);
    this.#informer = new Informer({ cluster, resource: PODS });
    this.#informer.addHandler({
      added: (pod) => this.#see(pod),
      updated: (pod, old) => {
        if (pod.spec?.nodeName !== old.spec?.nodeName) this.#see(pod);
      },
    });
  }

  async start(): Promise<void> {
    const { cluster, pki } = this;
    this.#node = await startLogNode(cluster, pki, (request) => this.#read(request));
    const { name } = this.#node;
    const onError = (error: unknown): void => void this.errors.push(error);
    this.#scheduler = new ProcessScheduler({
      cluster,
      clock: systemClock,
      node: await cluster.get(NODES, { name }),
      onError,
    });
    this.#scheduler.start();
    this.#informer.start();
  }

  async stop(): Promise<void> {
    await this.#informer.stop();
    await this.#scheduler?.stop();
    await Promise.all(this.#works);
    await this.#node?.close();
  }

  async *#read({ namespace, pod: name, options }: LogRequest): AsyncIterable<Uint8Array> {
    yield* this.#kubelet.logs(await this.cluster.get(PODS, { namespace, name }), options);
  }

  #see(pod: Pod): void {
    const { name, uid = "" } = pod.metadata;
    this.pods.set(name, (this.pods.get(name) ?? new Set()).add(uid));
    if (pod.spec?.nodeName === undefined) return;
    const work = this.#play(pod)
      .catch((error: unknown) => void this.errors.push(error))
      .finally(() => this.#works.delete(work));
    this.#works.add(work);
  }

  async #play(bound: Pod): Promise<void> {
    const pause = (): Promise<void> => systemClock.sleep(this.partMs);
    const pod = await this.cluster.get(PODS, keyOf(bound));
    const events = this.script(pod);
    const half = Math.ceil(events.length / 2);
    await this.#kubelet.start(pod);
    await pause();
    await this.#kubelet.say(pod, events.slice(0, half));
    await pause();
    await this.#kubelet.say(pod, events, half);
    const last = events.at(-1);
    await this.#kubelet.end(pod, last?.type === "verdict" ? last.exitCode : 1);
  }
}
