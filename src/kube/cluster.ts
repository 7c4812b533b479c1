import type { LogPosition } from "./log-position.js";
import type { KubernetesObject, ObjectKey } from "./object.js";
import type { Resource } from "./resource.js";

/** Field manager under which this project writes. */
export const FIELD_MANAGER = "notebook-validator-operator";

/** What a list or watch selects. */
export interface Selection {
  /** One namespace; absent = all namespaces (or a cluster-scoped resource). */
  readonly namespace?: string;
  /** Kubernetes label selector text, e.g. `app=x,tier in (a,b),!legacy`. */
  readonly labelSelector?: string;
  /** Kubernetes field selector text, e.g. `metadata.name=x`, `status.phase!=Failed`. */
  readonly fieldSelector?: string;
}

export interface ListOptions extends Selection {
  /** Page size; absent = everything in one answer. */
  readonly limit?: number;
  /** Token of the next page, from {@link ObjectList.continue}. */
  readonly continue?: string;
  readonly signal?: AbortSignal;
}

export interface ObjectList<T> {
  readonly items: T[];
  /** Version of the collection at which the list was taken; a watch continues from it. */
  readonly resourceVersion: string;
  /** Present when there are more pages. A stale token answers with a `Gone` error. */
  readonly continue?: string;
}

export interface WatchOptions extends Selection {
  /** Version to continue from; events after it are delivered. */
  readonly resourceVersion: string;
  /** How long the server keeps the watch open, in seconds. */
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

/** One change seen by a watch. `Bookmark` carries only `metadata.resourceVersion`. */
export type WatchEvent<T> =
  | { readonly type: "Added" | "Modified" | "Deleted"; readonly object: T }
  | { readonly type: "Bookmark"; readonly resourceVersion: string };

export interface ApplyOptions {
  /** @default FIELD_MANAGER */
  readonly fieldManager?: string;
  /** Take over fields that another manager owns, instead of a `Conflict` error. @default false */
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

export interface WriteOptions {
  /** @default FIELD_MANAGER */
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
}

export interface DeleteOptions {
  /** Delete only the very object with this UID; else a `Conflict` error. */
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** Seconds; 0 deletes at once. */
  readonly gracePeriodSeconds?: number;
  /** @default "Background" */
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
}

export interface LogOptions {
  readonly container: string;
  /** Keep the stream open until the container ends. @default false */
  readonly follow?: boolean;
  /** Only lines since this RFC 3339 time. */
  readonly sinceTime?: string;
  /** Stop after this many bytes. */
  readonly limitBytes?: number;
  /**
   * Go on where earlier readings with this position stopped, and remember how far this one comes: no byte twice, and none
   * missing as long as the node still has it (a kubelet serves only the newest file of a log that it rotated). Not
   * together with `sinceTime` and `limitBytes`.
   */
  readonly position?: LogPosition;
  readonly signal?: AbortSignal;
}

/** One version of an API group. */
export interface GroupVersion {
  /** `""` for the core group. */
  readonly group: string;
  readonly version: string;
}

/** What discovery says of one resource. */
export interface ServedResource {
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** What a merge patch (RFC 7386) may say: `null` deletes a field. */
export type MergePatch = { readonly [field: string]: unknown };

/**
 * The one door to a cluster. Every method rejects with a `KubeError` (see `kube-error.ts`) and with nothing else.
 * An aborted signal rejects with reason `Aborted`; iterations (watch, logs) just end.
 * Objects that come out are the caller's own: changing them changes nothing inside. They carry no `metadata.managedFields`.
 * Implementations: `memory` (embedded) and `live` (a real API server); `test/contract/` holds them to the same behaviour.
 */
export interface Cluster {
  get<T extends KubernetesObject>(resource: Resource<T>, key: ObjectKey): Promise<T>;
  /** One page. Loop over `continue`, or use `listAll` of `list-all.ts`. */
  list<T extends KubernetesObject>(resource: Resource<T>, options?: ListOptions): Promise<ObjectList<T>>;
  /**
   * Changes after `resourceVersion`, with bookmarks. Ends normally when the server closes the watch;
   * throws `Gone` (410) when `resourceVersion` is too old, a connection error when the connection breaks.
   * Opened by the first `next()`. Aborting the signal, or leaving the loop, closes it and ends the iteration normally.
   */
  watch<T extends KubernetesObject>(resource: Resource<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** `metadata.name` may be empty when `generateName` is set. */
  create<T extends KubernetesObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>;
  /** Full replacement; needs `metadata.resourceVersion` for optimistic locking. */
  replace<T extends KubernetesObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>;
  /** Server-side apply. */
  apply<T extends KubernetesObject>(resource: Resource<T>, object: T, options?: ApplyOptions): Promise<T>;
  /** RFC 7386 merge patch of the main resource; put `metadata.resourceVersion` in it for optimistic locking. */
  patch<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    patch: MergePatch,
    options?: WriteOptions,
  ): Promise<T>;
  /** RFC 7386 merge patch of the `status` subresource; put `metadata.resourceVersion` in it for optimistic locking. */
  patchStatus<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    patch: MergePatch,
    options?: WriteOptions,
  ): Promise<T>;
  delete<T extends KubernetesObject>(resource: Resource<T>, key: ObjectKey, options?: DeleteOptions): Promise<void>;
  /** The container's log as raw chunks, in order. Rejects with `NotFound`, or `BadRequest` while the
   * container has not started; empty while the pod has no node. */
  logs(pod: ObjectKey, options: LogOptions): AsyncIterable<Uint8Array>;
  /**
   * Resources that the server has in a version of an API group, without their subresources; none when it does not serve
   * that version. An aggregated API whose own server is away answers with `ServiceUnavailable`.
   */
  discover(api: GroupVersion, signal?: AbortSignal): Promise<readonly ServedResource[]>;
}
