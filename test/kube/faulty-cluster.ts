import {
  type Cluster,
  KubeError,
  type KubernetesObject,
  type ListOptions,
  type ObjectList,
  type Resource,
  type WatchEvent,
  type WatchOptions,
} from "../../src/kube/index.js";

/** What goes wrong with one list or one watch. */
export type Fault = "reset" | "500" | "429" | "410" | "hang" | "malformed" | "replay" | "empty" | "stale-list" | "none";

export const FAULTS: readonly Fault[] = [
  ...(["reset", "500", "429", "410", "hang", "malformed", "replay", "empty", "stale-list", "none"] as const),
];

const ERRORS: Partial<Record<Fault, () => KubeError>> = {
  reset: () => new KubeError({ reason: "ConnectionFailed", message: "reset" }),
  "500": () => new KubeError({ reason: "InternalError", message: "boom" }),
  "429": () => new KubeError({ reason: "TooManyRequests", message: "slow down", retryAfterMs: 3000 }),
  "410": () => new KubeError({ reason: "Gone", message: "too old resource version" }),
};

/** Reads of another cluster, spoilt as a script says; when the script is over, nothing is wrong any more. */
export class FaultyCluster implements Pick<Cluster, "list" | "watch"> {
  readonly #inner: Cluster;
  readonly #script: Fault[] = [];
  #lastList: ObjectList<KubernetesObject> | undefined;
  /** Lists and watches that are under way now. */
  open = 0;
  calls = 0;

  constructor(inner: Cluster) {
    this.#inner = inner;
  }

  /** The next call that has no fault yet gets this one. */
  plan(fault: Fault): void {
    this.#script.push(fault);
  }

  heal(): void {
    this.#script.length = 0;
  }

  async list<T extends KubernetesObject>(resource: Resource<T>, options: ListOptions = {}): Promise<ObjectList<T>> {
    this.calls++;
    this.open++;
    try {
      const fault = this.#script.shift() ?? "none";
      const error = ERRORS[fault]?.();
      if (error !== undefined) throw error;
      if (fault === "hang") await aborted(options.signal);
      const list = await this.#inner.list(resource, options);
      if (fault === "malformed") list.items.push({ kind: "Junk" } as unknown as T);
      if (fault === "stale-list" && this.#lastList !== undefined && options.continue === undefined) {
        return this.#lastList as ObjectList<T>;
      }
      if (options.limit === undefined || list.continue === undefined) this.#lastList = structuredClone(list);
      return list;
    } finally {
      this.open--;
    }
  }

  async *watch<T extends KubernetesObject>(resource: Resource<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
    this.calls++;
    this.open++;
    try {
      const fault = this.#script.shift() ?? "none";
      if (fault === "empty") return;
      const error = ERRORS[fault]?.();
      // Errors come before the first event half of the time, after the second else: the script decides by its length.
      const spoilAt = this.#script.length % 2 === 0 ? 0 : 2;
      if (error !== undefined && spoilAt === 0) throw error;
      if (fault === "hang" && spoilAt === 0) return await aborted(options.signal);
      let count = 0;
      let first: WatchEvent<T> | undefined;
      for await (const event of this.#inner.watch(resource, options)) {
        yield event;
        first ??= structuredClone(event);
        if (++count < Math.max(spoilAt, 1)) continue;
        if (error !== undefined) throw error;
        if (fault === "hang") return await aborted(options.signal);
        if (fault === "malformed") yield { type: "Modified", object: { metadata: {} } } as unknown as WatchEvent<T>;
        if (fault === "replay" && count === Math.max(spoilAt, 1)) yield structuredClone(first);
      }
    } finally {
      this.open--;
    }
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener("abort", () => resolve(), { once: true });
  });
}
