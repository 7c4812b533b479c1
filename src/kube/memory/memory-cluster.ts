import type {
  ApplyOptions,
  Cluster,
  DeleteOptions,
  GroupVersion,
  ListOptions,
  LogOptions,
  MergePatch,
  ObjectList,
  ServedResource,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from "../cluster.js";
import { cloneJson } from "../json.js";
import { isKubeError, KubeError } from "../kube-error.js";
import { afterPosition } from "../log-position.js";
import type { KubernetesObject, ObjectKey } from "../object.js";
import { pathSegmentProblem } from "../object-key.js";
import type { Resource } from "../resource.js";
import { PODS, type Pod } from "../resources.js";
import { ApiServer } from "./api-server.js";
import { resourceId } from "./definition.js";
import type { ApiCall, LogSource, MemoryClusterOptions } from "./memory-options.js";
import { watchEvents } from "./watch-events.js";
import { breakFeed, type WatchBreak, type WatchFeed } from "./watch-feed.js";

/**
 * An API server inside this process: one store, the semantics of Kubernetes, no network. `test/contract/` holds it to the
 * behaviour of a real kube-apiserver; garbage collection and the emptying of namespaces, which a real cluster leaves to
 * kube-controller-manager, are built in.
 */
export class MemoryCluster implements Cluster {
  readonly #options: MemoryClusterOptions;
  readonly #server: ApiServer;
  readonly #feeds = new Set<WatchFeed>();
  #logs: LogSource | undefined;

  constructor(options: MemoryClusterOptions = {}) {
    this.#options = options;
    this.#server = new ApiServer(options);
    this.#logs = options.logs;
  }

  get<T extends KubernetesObject>(resource: Resource<T>, key: ObjectKey): Promise<T> {
    return this.#call({ verb: "get", resource, key }, () => this.#server.get(resource, key));
  }

  list<T extends KubernetesObject>(resource: Resource<T>, options: ListOptions = {}): Promise<ObjectList<T>> {
    const call: ApiCall = { verb: "list", resource, key: keyIn(options.namespace) };
    return this.#call(call, () => this.#server.list(resource, options), options.signal);
  }

  watch<T extends KubernetesObject>(resource: Resource<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
    const call: ApiCall = { verb: "watch", resource, key: keyIn(options.namespace) };
    const open = async (): Promise<WatchFeed> => {
      const feed = this.#server.watch(resource, options, (closed) => void this.#feeds.delete(closed));
      this.#feeds.add(feed);
      return feed;
    };
    return watchEvents<T>(() => this.#intercepted(call, open), options.signal);
  }

  create<T extends KubernetesObject>(resource: Resource<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const call: ApiCall = { verb: "create", resource, key: keyFrom(object) };
    return this.#call(call, () => this.#server.create(resource, object, options));
  }

  replace<T extends KubernetesObject>(resource: Resource<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const call: ApiCall = { verb: "replace", resource, key: keyFrom(object) };
    return this.#call(call, () => this.#server.replace(resource, object, options));
  }

  apply<T extends KubernetesObject>(resource: Resource<T>, object: T, options: ApplyOptions = {}): Promise<T> {
    const call: ApiCall = { verb: "apply", resource, key: keyFrom(object) };
    return this.#call(call, () => this.#server.apply(resource, object, options));
  }

  patch<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    patch: MergePatch,
    options: WriteOptions = {},
  ): Promise<T> {
    return this.#call({ verb: "patch", resource, key }, () => this.#server.patch(resource, key, patch, "", options));
  }

  patchStatus<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    patch: MergePatch,
    options: WriteOptions = {},
  ): Promise<T> {
    const call: ApiCall = { verb: "patchStatus", resource, key };
    return this.#call(call, () => this.#server.patch(resource, key, patch, "status", options));
  }

  delete<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    options: DeleteOptions = {},
  ): Promise<void> {
    return this.#call({ verb: "delete", resource, key }, () => this.#server.delete(resource, key, options));
  }

  async *logs(pod: ObjectKey, options: LogOptions): AsyncIterable<Uint8Array> {
    if (options.signal?.aborted) return;
    const found = await this.#call<Pod>({ verb: "logs", resource: PODS, key: pod }, () => this.#server.get(PODS, pod));
    const source = this.#logs;
    if (source === undefined) return;
    const log = source(found, options);
    yield* options.position === undefined ? log : afterPosition(log, options.position);
  }

  discover(api: GroupVersion, signal?: AbortSignal): Promise<readonly ServedResource[]> {
    const resource = { ...api, kind: "APIResourceList", plural: "", namespaced: false };
    return this.#call({ verb: "discover", resource, key: { name: "" } }, () => this.#server.served(api), signal);
  }

  /** From now on pod logs come from here; without a source they are empty, as those of pods that no node has. */
  setLogs(source: LogSource): void {
    this.#logs = source;
  }

  /** Does what `garbageCollection: "manual"` left undone. @returns how many objects were looked at */
  collectGarbage(): number {
    return this.#server.collector.run();
  }

  /** Forgets all history, as etcd's compaction does: older resourceVersions and continue tokens are `Gone`. */
  compact(): void {
    this.#server.storage.compact();
  }

  /**
   * Does to the open watches, of one resource or of all, what the world does: `close` ends them as the server does,
   * `reset` with a connection error, `expire` with `Gone`; `silent` lets them hang: nothing comes any more.
   * @returns how many there were
   */
  breakWatches(how: WatchBreak, resource?: Resource): number {
    const id = resource === undefined ? undefined : resourceId(resource);
    const broken = [...this.#feeds].filter((feed) => id === undefined || resourceId(feed.resource) === id);
    for (const feed of broken) breakFeed(feed, how);
    return broken.length;
  }

  /** How many watches are open. */
  get openWatches(): number {
    return this.#feeds.size;
  }

  /** Version of the latest change. */
  get resourceVersion(): string {
    return String(this.#server.storage.revision);
  }

  async #call<R>(call: ApiCall, work: () => unknown, signal?: AbortSignal): Promise<R> {
    if (signal?.aborted) throw new KubeError({ reason: "Aborted", message: "the call was aborted" });
    if (call.verb !== "create") requireUrl(call.key);
    return this.#intercepted(call, async () => {
      try {
        return cloneJson(work()) as R;
      } finally {
        if (this.#options.garbageCollection !== "manual") this.#server.collector.run();
      }
    });
  }

  async #intercepted<R>(call: ApiCall, proceed: () => Promise<R>): Promise<R> {
    const { intercept } = this.#options;
    if (intercept === undefined) return proceed();
    try {
      return await intercept(call, proceed);
    } catch (cause) {
      if (isKubeError(cause)) throw cause;
      throw new KubeError({ reason: "ConnectionFailed", message: String(cause), cause });
    }
  }
}

function keyIn(namespace: string | undefined): ObjectKey {
  return namespace === undefined ? { name: "" } : { namespace, name: "" };
}

function keyFrom({ metadata: { namespace, name = "" } }: KubernetesObject): ObjectKey {
  return namespace ? { namespace, name } : { name };
}

/** @throws KubeError `BadRequest` for a key that no URL can name */
function requireUrl({ namespace = "", name = "" }: ApiCall["key"]): void {
  const problem = pathSegmentProblem(namespace) ?? pathSegmentProblem(name);
  if (problem !== undefined) throw new KubeError({ reason: "BadRequest", message: problem });
}
