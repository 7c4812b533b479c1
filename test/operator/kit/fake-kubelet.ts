import { toRfc3339 } from "../../../src/api/index.js";
import type { Clock } from "../../../src/kube/clock.js";
import type { Cluster, LogOptions } from "../../../src/kube/cluster.js";
import { KubeError } from "../../../src/kube/kube-error.js";
import { PODS, type Pod } from "../../../src/kube/resources.js";
import type { RunnerEvent } from "../../../src/validation/index.js";
import { fetched, handedOver } from "./fake-fetcher.js";
import { signed } from "./fake-runner.js";

/** Plays kubelet and runner for the pods of a cluster, one step when told. */
export class FakeKubelet {
  readonly #logs = new Map<string, { lines: string[]; ended: boolean; wake: (() => void)[] }>();

  constructor(
    readonly cluster: Cluster,
    readonly clock: Pick<Clock, "now">,
  ) {}

  /** The source is fetched, the notebook starts. @param message what the init container leaves, in place of the key */
  async start(pod: Pod, message?: string): Promise<void> {
    await this.#report(pod, {
      phase: "Running",
      initContainerStatuses: [fetched(pod, this.#now(), message)],
      containerStatuses: [this.#container({ running: { startedAt: this.#now() } })],
    });
  }

  /** The runner says these events, signed under the key that the init container gave it. */
  async say(pod: Pod, events: readonly RunnerEvent[], from = 0): Promise<string[]> {
    const lines = signed(handedOver(pod).key, events).slice(from);
    const log = this.#logOf(pod);
    log.lines.push(...lines);
    for (const wake of log.wake.splice(0)) wake();
    return lines;
  }

  /** The container ends; its termination message is the last line, unless it says otherwise. */
  async end(pod: Pod, exitCode: number, state: { reason?: string; message?: string } = {}): Promise<void> {
    const log = this.#logOf(pod);
    log.ended = true;
    for (const wake of log.wake.splice(0)) wake();
    const message = log.lines.at(-1) ?? "";
    const terminated = {
      exitCode,
      reason: exitCode === 0 ? "Completed" : "Error",
      message,
      startedAt: this.#now(),
      finishedAt: this.#now(),
      ...state,
    };
    await this.#report(pod, {
      phase: exitCode === 0 ? "Succeeded" : "Failed",
      containerStatuses: [this.#container({ terminated })],
    });
  }

  /** The whole life of a pod whose runner says `events`. */
  async run(pod: Pod, events: readonly RunnerEvent[]): Promise<void> {
    await this.start(pod);
    await this.say(pod, events);
    const last = events.at(-1);
    await this.end(pod, last?.type === "verdict" ? last.exitCode : 1);
  }

  async evict(pod: Pod): Promise<void> {
    await this.#report(pod, { phase: "Failed", reason: "Evicted", message: "The node was low on resource: memory." });
  }

  /** A container that waits: `ImagePullBackOff` and the like. */
  async wait(pod: Pod, reason: string, message: string): Promise<void> {
    await this.#report(pod, {
      phase: "Pending",
      containerStatuses: [this.#container({ waiting: { reason, message } })],
    });
  }

  async *logs(pod: Pod, { follow = false, signal }: LogOptions): AsyncIterable<Uint8Array> {
    const log = this.#logs.get(pod.metadata.uid ?? "");
    if (log === undefined) throw new KubeError({ reason: "BadRequest", message: "the container is waiting to start" });
    const wakeAll = (): void => {
      for (const wake of log.wake.splice(0)) wake();
    };
    signal?.addEventListener("abort", wakeAll, { once: true });
    for (let next = 0; ; ) {
      for (; next < log.lines.length; next++) yield Buffer.from(`${log.lines[next]}\n`);
      if (!follow || log.ended || signal?.aborted) return;
      await new Promise<void>((resolve) => log.wake.push(resolve));
    }
  }

  #logOf(pod: Pod) {
    const uid = pod.metadata.uid ?? "";
    const log = this.#logs.get(uid) ?? { lines: [], ended: false, wake: [] };
    this.#logs.set(uid, log);
    return log;
  }

  #container(state: object): object {
    return { name: "notebook", image: "i", imageID: "i", ready: false, restartCount: 0, state };
  }

  #now(): string {
    return toRfc3339(this.clock.now());
  }

  async #report(pod: Pod, status: object): Promise<void> {
    const { namespace = "", name } = pod.metadata;
    await this.cluster.patchStatus(PODS, { namespace, name }, { status });
    if ((status as { phase?: string }).phase === "Running") this.#logOf(pod);
  }
}
