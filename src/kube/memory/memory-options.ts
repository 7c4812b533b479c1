import type { Clock } from "../clock.js";
import type { LogOptions } from "../cluster.js";
import type { JsonObject } from "../json.js";
import type { StatusCause } from "../kube-error.js";
import type { ObjectKey } from "../object.js";
import type { Random } from "../random.js";
import type { Resource } from "../resource.js";
import type { Pod } from "../resources.js";
import type { ReviewAnswers } from "./reviews.js";

/** A custom resource that the embedded API server serves. */
export interface CustomResource {
  /**
   * Its CustomResourceDefinition (`apiextensions.k8s.io/v1`). From it come names and scope, the status subresource,
   * selectable fields, and from the schema: pruning of unknown fields, defaults, plain value checks and the merge
   * rules of server-side apply. CEL rules are not run: give them as {@link validate}.
   */
  readonly definition: object;
  /** Version to serve. @default the storage version */
  readonly version?: string;
  /** Defaults beyond the schema's; may return the same object, changed. Runs after them, before {@link validate}. */
  readonly setDefaults?: (object: JsonObject) => JsonObject;
  /** What the schema's CEL rules (or a webhook) would say: one entry per problem, empty when all is well. */
  readonly validate?: (object: JsonObject, old: JsonObject | undefined) => readonly (StatusCause | string)[];
}

/** Serves the logs of pods: the executor knows them. Rejects with `KubeError` as `Cluster.logs` says. */
export type LogSource = (pod: Pod, options: LogOptions) => AsyncIterable<Uint8Array>;

/** One call of the `Cluster` interface, as an {@link Interceptor} sees it. */
export interface ApiCall {
  readonly verb:
    | "get"
    | "list"
    | "watch"
    | "create"
    | "replace"
    | "apply"
    | "patch"
    | "patchStatus"
    | "delete"
    | "logs"
    | "discover";
  readonly resource: Resource;
  /** Absent for lists and watches over all namespaces; `name` is empty for lists, watches and generated names. */
  readonly key: ObjectKey;
}

/**
 * Sits between callers and the server, for fault injection: call `proceed()` for the real effect; throw before or after
 * it, or delay. For `watch`, `proceed()` opens the stream: see `MemoryCluster.breakWatches` for what happens later.
 */
export type Interceptor = <R>(call: ApiCall, proceed: () => Promise<R>) => Promise<R>;

export interface MemoryClusterOptions {
  /** @default systemClock */
  readonly clock?: Clock;
  /** For generated names and UIDs. @default systemRandom */
  readonly random?: Random;
  /** @default [] */
  readonly customResources?: readonly CustomResource[];
  /** Make a namespace when the first object is created in it, instead of a `NotFound` error. @default false */
  readonly autoCreateNamespaces?: boolean;
  /**
   * Name of the one node: every new pod is bound to it at once (a scheduler that takes no time), so that its deletion is
   * graceful and ends when the executor deletes it with `gracePeriodSeconds: 0`.
   * Without it pods stay unscheduled, as on an API server that has no scheduler, and are deleted at once.
   */
  readonly nodeName?: string;
  readonly logs?: LogSource;
  /** Answers TokenReviews and SubjectAccessReviews. @default no token is valid, nothing is allowed */
  readonly reviews?: ReviewAnswers;
  readonly intercept?: Interceptor;
  /** How many changes can be watched again; older resourceVersions and continue tokens are `Gone`. @default 10000 */
  readonly historyLimit?: number;
  /** Milliseconds between bookmarks of a quiet watch; 0 = only the one at its end. @default 60000 */
  readonly bookmarkIntervalMs?: number;
  /**
   * `immediate`: before the call that made an object garbage answers. `manual`: only in `collectGarbage()`, for tests of
   * what happens in between. @default "immediate"
   */
  readonly garbageCollection?: "immediate" | "manual";
}
