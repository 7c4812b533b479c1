import { Backoff } from "./backoff.js";
import type { Clock } from "./clock.js";
import type { Cluster, ObjectList, Selection, WatchEvent } from "./cluster.js";
import { within } from "./deadline.js";
import type { InformerStats } from "./informer-options.js";
import { isKubeError, KubeError } from "./kube-error.js";
import { listAll } from "./list-all.js";
import type { KubernetesObject } from "./object.js";
import { isLater } from "./object-key.js";
import type { Random } from "./random.js";
import type { Resource } from "./resource.js";
import { isStoredObject, readWatch } from "./watch-stream.js";

/** Takes what a {@link Reflector} reads. Neither method may throw. */
export interface ReflectorSink<T> {
  /** The whole scope is exactly this. */
  replace(items: readonly T[]): void;
  /** One object changed. */
  change(type: "Added" | "Modified" | "Deleted", object: T): void;
}

export interface ReflectorOptions<T extends KubernetesObject> {
  readonly cluster: Cluster;
  readonly resource: Resource<T>;
  readonly selection: Selection;
  readonly clock: Clock;
  readonly random: Random;
  readonly pageSize: number;
  readonly staleAfterMs: number;
  readonly listTimeoutMs: number;
  readonly watchSeconds: number;
  /** 0 = never. */
  readonly relistAfterMs: number;
  readonly backoff: { readonly firstMs: number; readonly maxMs: number };
  readonly onError: (error: unknown) => void;
  readonly stats: { -readonly [K in keyof InformerStats]: InformerStats[K] };
}

/** A list that is older than what was seen already comes from a lagging replica; after so many it is believed (a restored backup). */
const OLD_LISTS_BEFORE_BELIEF = 5;
/** Watches that broke in a row without bringing anything, before a list is asked what is true. */
const BROKEN_WATCHES_BEFORE_LIST = 5;
/** A watch that ends so early, with nothing, is a failure. */
const SHORT_WATCH_MS = 1000;

/**
 * Follows one scope of one resource into a sink: list, then watch from the list's version, for ever. Whatever fails is
 * tried again with growing, jittered waits: a broken or silent watch continues from the last version seen, an expired
 * version lists again.
 */
export class Reflector<T extends KubernetesObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #sink: ReflectorSink<T>;
  readonly #backoff: Backoff;
  /** Version up to which the sink is complete; `undefined` = list first. */
  #version: string | undefined;
  /** Latest version ever seen. */
  #latest: string | undefined;
  /** By {@link Clock.elapsed}. */
  #listedAt = Number.NEGATIVE_INFINITY;
  #oldLists = 0;
  #brokenWatches = 0;
  /** Expired versions in a row. */
  #expirations = 0;

  constructor(options: ReflectorOptions<T>, sink: ReflectorSink<T>) {
    this.#options = options;
    this.#sink = sink;
    this.#backoff = new Backoff(options.backoff, options.random);
  }

  /** Runs until the signal aborts; resolves when every call is closed. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const begun = this.#options.clock.elapsed();
      let wait: number | undefined;
      try {
        wait = this.#version === undefined ? await this.#list(signal) : await this.#watch(this.#version, signal);
      } catch (error) {
        if (signal.aborted) return;
        wait = this.#afterFailure(error, this.#options.clock.elapsed() - begun);
      }
      if (wait !== undefined) await this.#options.clock.sleep(wait, signal).catch(() => undefined);
    }
  }

  async #list(signal: AbortSignal): Promise<undefined> {
    const { cluster, resource, selection, pageSize, clock, listTimeoutMs, stats } = this.#options;
    const paged: Pick<Cluster, "list"> = {
      list: (of, page) =>
        within(clock, listTimeoutMs, signal, (limited) => cluster.list(of, { ...page, signal: limited })),
    };
    const list: ObjectList<T> = await listAll(paged, resource, { ...selection, pageSize });
    if (signal.aborted) return;
    stats.lastContactAt = clock.now();
    const malformed = list.items.filter((item) => !isStoredObject(item)).length;
    if (malformed > 0) {
      stats.malformed += malformed;
      throw unreadable(`a list of ${resource.plural} has ${malformed} items that are no objects`);
    }
    if (this.#latest !== undefined && isOlder(list.resourceVersion, this.#latest)) {
      if (++this.#oldLists < OLD_LISTS_BEFORE_BELIEF) {
        throw unreadable(`a list of ${resource.plural} is older than what was seen before`);
      }
    }
    this.#oldLists = 0;
    this.#brokenWatches = 0;
    stats.lists++;
    this.#listedAt = clock.elapsed();
    stats.lastSyncAt = clock.now();
    this.#version = this.#latest = list.resourceVersion;
    this.#sink.replace(list.items);
  }

  /** @returns milliseconds to wait before the next watch; `undefined` = none */
  async #watch(from: string, signal: AbortSignal): Promise<number | undefined> {
    const { cluster, resource, selection, clock, random, staleAfterMs, watchSeconds, relistAfterMs, stats } =
      this.#options;
    const begun = clock.elapsed();
    const relistAt = relistAfterMs > 0 ? this.#listedAt + relistAfterMs : Number.POSITIVE_INFINITY;
    let seen = 0;
    stats.watches++;
    const end = await readWatch<T>({
      clock,
      signal,
      staleAfterMs,
      until: relistAt,
      // Spread, so that the watches of many clients do not end together.
      open: (closing) =>
        cluster.watch(resource, {
          ...selection,
          resourceVersion: from,
          timeoutSeconds: Math.ceil(watchSeconds * (1 + random())),
          signal: closing,
        }),
      onEvent: (event) => {
        stats.lastContactAt = clock.now();
        seen++;
        this.#brokenWatches = this.#expirations = 0;
        this.#take(event);
      },
      onMalformed: () => void stats.malformed++,
    });
    if (end === "until") {
      this.#version = undefined;
    } else if (end === "stale") {
      stats.staleWatches++;
      throw unreadable(`a watch of ${resource.plural} was silent for ${Math.round(staleAfterMs / 1000)} s`);
    } else if (seen === 0 && clock.elapsed() - begun < SHORT_WATCH_MS && !signal.aborted) {
      throw unreadable(`a watch of ${resource.plural} ended at once`);
    }
    return undefined;
  }

  #take(event: WatchEvent<T>): void {
    const { stats } = this.#options;
    if (event.type === "Bookmark") return this.#advance(event.resourceVersion);
    const version = event.object.metadata.resourceVersion ?? "";
    if (this.#version !== undefined && !isLater(version, this.#version)) {
      stats.duplicates++; // a replay after a reconnect
      return;
    }
    this.#advance(version);
    this.#sink.change(event.type, event.object);
  }

  #advance(version: string): void {
    if (this.#version === undefined || isLater(version, this.#version)) this.#version = this.#latest = version;
  }

  /** @returns milliseconds to wait */
  #afterFailure(error: unknown, lastedMs: number): number | undefined {
    const { stats, onError, backoff } = this.#options;
    if (lastedMs >= backoff.maxMs) this.#backoff.reset();
    const listing = this.#version === undefined;
    if (isKubeError(error, "Gone") && !listing) {
      stats.expirations++;
      this.#version = undefined;
      // Ordinary ageing: list at once. A version that expires as soon as it is listed waits like any failure.
      if (this.#expirations++ === 0) return undefined;
    }
    stats.failures++;
    onError(error);
    if (!listing && ++this.#brokenWatches >= BROKEN_WATCHES_BEFORE_LIST) this.#version = undefined;
    return this.#backoff.next(isKubeError(error) ? error.retryAfterMs : undefined);
  }
}

function isOlder(version: string, other: string): boolean {
  return version !== other && /^\d+$/.test(version) && isLater(other, version);
}

function unreadable(message: string): KubeError {
  return new KubeError({ reason: "ConnectionFailed", message });
}
