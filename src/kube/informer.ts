import { systemClock } from "./clock.js";
import { untilAborted } from "./deadline.js";
import type { InformerHandler, InformerOptions, InformerStats, Lister } from "./informer-options.js";
import { isKubeError, KubeError } from "./kube-error.js";
import type { KubernetesObject, ObjectKey } from "./object.js";
import { isLater, keyOf, keyText } from "./object-key.js";
import { systemRandom } from "./random.js";
import { Reflector, type ReflectorSink } from "./reflector.js";
import { Store } from "./store.js";

/**
 * A live, indexed, read-only copy of the objects of one resource, kept by one reflector per namespace.
 * Objects in it are frozen. What a handler sees is always a step forward: no change is told twice, none goes back in time,
 * and changes that a watch missed are told when a later list finds them.
 *
 * Secrets are refused for the whole cluster: name the namespaces that opted in.
 */
export class Informer<T extends KubernetesObject> implements Lister<T> {
  readonly #options: InformerOptions<T>;
  readonly #store: Store<T>;
  readonly #handlers = new Set<InformerHandler<T>>();
  readonly #stopping = new AbortController();
  readonly #synced = new AbortController();
  readonly #unsynced: Set<string | undefined>;
  readonly #stats: { -readonly [K in keyof InformerStats]: InformerStats[K] };
  #running: Promise<unknown> | undefined;

  /** @throws TypeError when `resource` is Secrets and `namespaces` is "all" */
  constructor(options: InformerOptions<T>) {
    const { resource, namespaces = "all" } = options;
    if (resource.group === "" && resource.plural === "secrets" && namespaces === "all") {
      throw new TypeError("an informer of Secrets must name its namespaces");
    }
    this.#options = options;
    this.#store = new Store(options.indexes ?? {}, (error) => this.#report(error));
    this.#unsynced = new Set(namespaces === "all" ? [undefined] : namespaces);
    this.#stats = {
      lists: 0,
      watches: 0,
      failures: 0,
      staleWatches: 0,
      expirations: 0,
      drift: 0,
      duplicates: 0,
      malformed: 0,
      lastSyncAt: undefined,
      lastContactAt: undefined,
    };
  }

  /** Begins to list and watch; does nothing when called again or after {@link stop}. */
  start(): void {
    if (this.#running !== undefined || this.#stopping.signal.aborted) return;
    if (this.#unsynced.size === 0) this.#synced.abort();
    this.#running = Promise.all([...this.#unsynced].map((namespace) => this.#reflect(namespace)));
  }

  /**
   * Ends all lists and watches. Resolves when they are closed; no call is made and no handler is called after that.
   * May be called at any time, any number of times, also from a handler (then do not await it there).
   */
  async stop(): Promise<void> {
    this.#stopping.abort(new KubeError({ reason: "Aborted", message: "the informer was stopped" }));
    await this.#running;
  }

  /** Whether every namespace was listed once. Stays true. */
  get hasSynced(): boolean {
    return this.#synced.signal.aborted;
  }

  /** Resolves when {@link hasSynced}. @throws KubeError `Aborted` when the informer stops or `signal` aborts before */
  async whenSynced(signal?: AbortSignal): Promise<void> {
    if (this.hasSynced) return;
    const given = AbortSignal.any([this.#stopping.signal, ...(signal === undefined ? [] : [signal])]);
    const synced = new Promise<void>((resolve) => {
      this.#synced.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    try {
      await untilAborted(given, () => synced);
    } catch (error) {
      throw isKubeError(error)
        ? error
        : new KubeError({ reason: "Aborted", message: "no longer waiting for the cache" });
    }
  }

  /**
   * Calls `handler` for every change from now on, and at once with `added` for every object that is already there.
   * @returns a function that takes the handler away again
   */
  addHandler(handler: InformerHandler<T>): () => void {
    for (const object of this.#store.list()) this.#call(() => handler.added?.(object));
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  }

  get(key: ObjectKey): T | undefined {
    return this.#store.get(key);
  }

  list(namespace?: string): T[] {
    return this.#store.list(namespace);
  }

  byIndex(index: string, value: string): T[] {
    return this.#store.byIndex(index, value);
  }

  get size(): number {
    return this.#store.size;
  }

  /** A copy of the counters. */
  get stats(): InformerStats {
    return { ...this.#stats };
  }

  #reflect(namespace: string | undefined): Promise<void> {
    const { cluster, resource, labelSelector, fieldSelector, ...options } = this.#options;
    const selection = {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    };
    const sink: ReflectorSink<T> = {
      replace: (items) => this.#replace(namespace, items),
      change: (type, object) => {
        if (type === "Deleted") this.#drop(object);
        else this.#upsert(object);
      },
    };
    const reflector = new Reflector<T>(
      {
        cluster,
        resource,
        selection,
        clock: options.clock ?? systemClock,
        random: options.random ?? systemRandom,
        pageSize: options.pageSize ?? 500,
        staleAfterMs: options.staleAfterMs ?? 180_000,
        listTimeoutMs: options.listTimeoutMs ?? 60_000,
        watchSeconds: options.watchSeconds ?? 300,
        relistAfterMs: options.relistAfterMs ?? 0,
        backoff: options.backoff ?? { firstMs: 500, maxMs: 30_000 },
        onError: (error) => this.#report(error),
        stats: this.#stats,
      },
      sink,
    );
    return reflector.run(this.#stopping.signal);
  }

  #replace(namespace: string | undefined, items: readonly T[]): void {
    const first = this.#unsynced.has(namespace);
    const present = new Set(items.map((item) => keyText(keyOf(item))));
    let corrected = 0;
    for (const known of this.#store.list(namespace)) {
      if (this.#stopping.signal.aborted) return;
      if (present.has(keyText(keyOf(known)))) continue;
      this.#remove(known, known);
      corrected++;
    }
    for (const item of items) {
      const known = this.#store.get(keyOf(item));
      if (
        known?.metadata.uid === item.metadata.uid &&
        known?.metadata.resourceVersion === item.metadata.resourceVersion
      ) {
        continue;
      }
      if (this.#stopping.signal.aborted) return;
      this.#put(item);
      corrected++;
    }
    if (!first) this.#stats.drift += corrected;
    this.#unsynced.delete(namespace);
    if (this.#unsynced.size === 0) this.#synced.abort();
  }

  #upsert(object: T): void {
    const known = this.#store.get(keyOf(object));
    if (known !== undefined && !isLater(versionOf(object), versionOf(known))) this.#stats.duplicates++;
    else this.#put(object);
  }

  #drop(object: T): void {
    const known = this.#store.get(keyOf(object));
    if (known === undefined || isLater(versionOf(known), versionOf(object))) this.#stats.duplicates++;
    else this.#remove(known, known.metadata.uid === object.metadata.uid ? this.#transformed(object) : known);
  }

  #put(received: T): void {
    const object = this.#transformed(received);
    const known = this.#store.get(keyOf(object));
    if (known !== undefined && known.metadata.uid !== object.metadata.uid) this.#remove(known, known);
    this.#store.put(object);
    if (known === undefined || known.metadata.uid !== object.metadata.uid) {
      this.#tell((handler) => handler.added?.(object));
    } else {
      this.#tell((handler) => handler.updated?.(object, known));
    }
  }

  #remove(known: T, last: T): void {
    this.#store.remove(keyOf(known));
    this.#tell((handler) => handler.deleted?.(last));
  }

  #transformed(object: T): T {
    try {
      return this.#options.transform?.(object) ?? object;
    } catch (error) {
      this.#report(error);
      return object;
    }
  }

  #tell(event: (handler: InformerHandler<T>) => void): void {
    for (const handler of [...this.#handlers]) this.#call(() => event(handler));
  }

  #call(handler: () => void): void {
    if (this.#stopping.signal.aborted) return;
    try {
      handler();
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    try {
      this.#options.onError?.(error);
    } catch {
      // A reporter that fails has nobody left to tell.
    }
  }
}

function versionOf(object: KubernetesObject): string {
  return object.metadata.resourceVersion ?? "";
}
