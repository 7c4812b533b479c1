import type { Clock } from "./clock.js";
import type { Cluster } from "./cluster.js";
import type { KubernetesObject } from "./object.js";
import type { Random } from "./random.js";
import type { Resource } from "./resource.js";

/** Values under which an index finds an object; empty = not at all. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** What a handler learns. Called in order, one change at a time, after the cache has changed. Objects are frozen. */
export interface InformerHandler<T> {
  added?(object: T): void;
  updated?(object: T, old: T): void;
  /** `last`: the last state seen, which may be older than the one that was deleted. */
  deleted?(last: T): void;
}

/** Read access to an informer's cache. */
export interface Lister<T> {
  get(key: { readonly namespace?: string; readonly name: string }): T | undefined;
  /** All objects, or those of one namespace, in no particular order. */
  list(namespace?: string): T[];
  /** Objects that the named index has under `value`. @throws RangeError when there is no such index */
  byIndex(index: string, value: string): T[];
  readonly size: number;
}

export interface InformerOptions<T extends KubernetesObject> {
  readonly cluster: Cluster;
  readonly resource: Resource<T>;
  /** @default systemClock */
  readonly clock?: Clock;
  /** For jitter. @default systemRandom */
  readonly random?: Random;
  /** Namespaces to watch, one list and watch each; `"all"` = one for the whole cluster. @default "all" */
  readonly namespaces?: readonly string[] | "all";
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** @default {} */
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
  /** Drops what nobody reads before an object is cached. Must keep apiVersion, kind and metadata. */
  readonly transform?: (object: T) => T;
  /** Objects per page of a list. @default 500 */
  readonly pageSize?: number;
  /** A watch on which nothing came for so long, not even a bookmark, is opened again; milliseconds. @default 180000 */
  readonly staleAfterMs?: number;
  /** Longest wait for one page of a list, milliseconds. @default 60000 */
  readonly listTimeoutMs?: number;
  /** How long the server is asked to keep one watch open, seconds; the real value is 1 to 2 times this. @default 300 */
  readonly watchSeconds?: number;
  /** List again after so long even if all is well, to prove the cache; milliseconds, 0 = never. @default 0 */
  readonly relistAfterMs?: number;
  /** First and longest wait after a failure, milliseconds; grows twofold, with jitter. @default 500 and 30000 */
  readonly backoff?: { readonly firstMs: number; readonly maxMs: number };
  /** Told about each failure that is being retried, and about handlers and indexes that threw. @default ignored */
  readonly onError?: (error: unknown) => void;
}

/** What an informer lived through: for metrics. Counters only grow. */
export interface InformerStats {
  /** Successful lists. */
  readonly lists: number;
  /** Watches opened. */
  readonly watches: number;
  /** Lists and watches that failed. */
  readonly failures: number;
  /** Watches that were given up because nothing came. */
  readonly staleWatches: number;
  /** Times the server said that our resourceVersion is too old. */
  readonly expirations: number;
  /** Objects whose cached state a later list had to correct: changes that no watch told. */
  readonly drift: number;
  /** Events that said nothing new. */
  readonly duplicates: number;
  /** Events and list items that were no valid objects. */
  readonly malformed: number;
  /** When a complete list was last taken over; epoch milliseconds. */
  readonly lastSyncAt: number | undefined;
  /** When a list answered or a watch last brought something; epoch milliseconds. */
  readonly lastContactAt: number | undefined;
}
