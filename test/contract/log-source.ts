import { KubeError, type LogOptions } from "../../src/kube/index.js";

/** The logs of a node's pods, as long as a test writes them. */
export class LogSource {
  readonly #logs = new Map<string, { readonly chunks: string[]; ended: boolean; wake: (() => void)[] }>();

  /** Appends to a pod's log; the first time starts its container. */
  write(pod: string, text: string): void {
    const log = this.#logs.get(pod) ?? { chunks: [], ended: false, wake: [] };
    this.#logs.set(pod, log);
    log.chunks.push(text);
    this.#wake(pod);
  }

  /** The container ends. */
  end(pod: string): void {
    const log = this.#logs.get(pod);
    if (log !== undefined) log.ended = true;
    this.#wake(pod);
  }

  async *read(pod: string, { follow, signal }: LogOptions): AsyncIterable<Uint8Array> {
    const log = this.#logs.get(pod);
    if (log === undefined) throw new KubeError({ reason: "BadRequest", message: "the container is waiting to start" });
    signal?.addEventListener("abort", () => this.#wake(pod), { once: true });
    for (let next = 0; ; ) {
      for (; next < log.chunks.length; next++) yield Buffer.from(log.chunks[next] ?? "");
      if (!follow || log.ended || signal?.aborted) return;
      await new Promise<void>((resolve) => log.wake.push(resolve));
    }
  }

  #wake(pod: string): void {
    for (const wake of this.#logs.get(pod)?.wake.splice(0) ?? []) wake();
  }
}
