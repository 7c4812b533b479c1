import type { KubeConfig } from "@kubernetes/client-node";
import { type Clock, systemClock } from "../clock.js";
import {
  type ApplyOptions,
  type Cluster,
  type DeleteOptions,
  FIELD_MANAGER,
  type GroupVersion,
  type ListOptions,
  type LogOptions,
  type MergePatch,
  type ObjectList,
  type Selection,
  type ServedResource,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from "../cluster.js";
import { isJsonObject, type JsonObject } from "../json.js";
import { errorFromStatus, KubeError } from "../kube-error.js";
import { LogPosition } from "../log-position.js";
import type { KubernetesObject, ObjectKey } from "../object.js";
import { type Random, systemRandom } from "../random.js";
import { apiVersionOf, type Resource } from "../resource.js";
import { PODS } from "../resources.js";
import { Connection } from "./connection.js";
import { type ApiRequest, HttpClient } from "./http-client.js";
import { jsonLines } from "./json-lines.js";
import type { RequestRecord } from "./request-record.js";
import { collectionPath, objectPath, rootPath } from "./resource-path.js";
import { type LogQuery, resumingLog } from "./resuming-log.js";
import type { RetryLimits } from "./retry.js";
import { discoveryOf, servedResources } from "./served-resources.js";

export interface LiveClusterOptions {
  /** How long the server may take to begin an answer, milliseconds; it is told so. @default 60000 */
  readonly timeoutMs?: number;
  /** Longest answer that is read, bytes; watches and logs have no limit. @default 64 MiB */
  readonly maxAnswerBytes?: number;
  /** Connections for requests that are answered at once; more requests wait. @default 64 */
  readonly maxConnections?: number;
  /** Watches and followed logs at a time, one connection each; more are refused. @default 1000 */
  readonly maxStreams?: number;
  /** Patience with a server that says when to come again. @default 4 repetitions, 10 s */
  readonly retry?: Partial<RetryLimits>;
  /** Told about every request when its answer begins or fails to come. Must not throw. @default ignored */
  readonly onRequest?: (record: RequestRecord) => void;
  /** Idle time after which a connection is closed, milliseconds. @default 30000 */
  readonly idleMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** For jitter. @default systemRandom */
  readonly random?: Random;
  /** For proxies and credential plugins. @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
}

/** A real API server. Answers are plain JSON as it sent them, without `metadata.managedFields`. */
export class LiveCluster implements Cluster {
  readonly #http: HttpClient;
  readonly #clock: Clock;
  readonly #random: Random;

  /**
   * @param config from `loadKubeConfig`; its current context counts
   * @throws UserError when the kubeconfig asks for something that cannot be, e.g. a credential plugin that is not there
   */
  constructor(config: KubeConfig, options: LiveClusterOptions = {}) {
    const { clock = systemClock, random = systemRandom, onRequest, environment, maxConnections, idleMs } = options;
    this.#clock = clock;
    this.#random = random;
    const given = { environment, maxConnections, idleMs };
    const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    this.#http = new HttpClient({
      connection: new Connection(config, present),
      clock,
      random,
      onRequest,
      timeoutMs: options.timeoutMs ?? 60_000,
      maxAnswerBytes: options.maxAnswerBytes ?? 64 * 1024 * 1024,
      maxStreams: options.maxStreams ?? 1000,
      retry: { attempts: 4, totalMs: 10_000, ...options.retry },
      userAgent: FIELD_MANAGER,
    });
  }

  async get<T extends KubernetesObject>(resource: Resource<T>, key: ObjectKey): Promise<T> {
    return received(
      resource,
      await this.#http.json({ verb: "get", resource, method: "GET", path: objectPath(resource, key) }),
    );
  }

  async list<T extends KubernetesObject>(resource: Resource<T>, options: ListOptions = {}): Promise<ObjectList<T>> {
    const answer = await this.#http.json({
      verb: "list",
      resource,
      method: "GET",
      path: collectionPath(resource, options.namespace),
      query: { ...selectors(options), limit: options.limit, continue: options.continue },
      signal: options.signal,
    });
    const { items, metadata } = answer as {
      items?: unknown;
      metadata?: { resourceVersion?: string; continue?: string };
    };
    if (metadata?.resourceVersion === undefined) throw unreadable("the answer is not a list");
    return {
      items: (Array.isArray(items) ? items : []).map((item) => received(resource, item)),
      resourceVersion: metadata.resourceVersion,
      ...(metadata.continue ? { continue: metadata.continue } : {}),
    };
  }

  async *watch<T extends KubernetesObject>(resource: Resource<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
    const lines = this.#http.stream({
      verb: "watch",
      resource,
      method: "GET",
      path: collectionPath(resource, options.namespace),
      query: {
        ...selectors(options),
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: options.resourceVersion,
        timeoutSeconds: options.timeoutSeconds,
      },
      signal: options.signal,
    });
    try {
      for await (const line of jsonLines(lines)) yield watchEvent(resource, line);
    } catch (error) {
      if (!options.signal?.aborted) throw error;
    }
  }

  async create<T extends KubernetesObject>(resource: Resource<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const path = collectionPath(resource, object.metadata.namespace);
    return this.#write({ verb: "create", resource, method: "POST", path, body: withoutEmptyName(object) }, options);
  }

  async replace<T extends KubernetesObject>(resource: Resource<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const path = objectPath(resource, object.metadata);
    return this.#write({ verb: "replace", resource, method: "PUT", path, body: object }, options);
  }

  async apply<T extends KubernetesObject>(resource: Resource<T>, object: T, options: ApplyOptions = {}): Promise<T> {
    const path = objectPath(resource, object.metadata);
    const contentType = "application/apply-patch+yaml";
    return this.#write({ verb: "apply", resource, method: "PATCH", path, body: object, contentType }, options);
  }

  async patch<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    patch: MergePatch,
    options: WriteOptions = {},
  ): Promise<T> {
    const path = objectPath(resource, key);
    const contentType = "application/merge-patch+json";
    return this.#write({ verb: "patch", resource, method: "PATCH", path, body: patch, contentType }, options);
  }

  async patchStatus<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    patch: MergePatch,
    options: WriteOptions = {},
  ): Promise<T> {
    const path = `${objectPath(resource, key)}/status`;
    const contentType = "application/merge-patch+json";
    const call = {
      verb: "patch",
      resource,
      subresource: "status",
      method: "PATCH",
      path,
      body: patch,
      contentType,
    } as const;
    return this.#write<T>(call, options);
  }

  async delete<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    options: DeleteOptions = {},
  ): Promise<void> {
    const { uid, resourceVersion, gracePeriodSeconds, propagationPolicy = "Background" } = options;
    await this.#http.json({
      verb: "delete",
      resource,
      method: "DELETE",
      path: objectPath(resource, key),
      body: {
        apiVersion: "v1",
        kind: "DeleteOptions",
        propagationPolicy,
        ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
        ...(uid === undefined && resourceVersion === undefined ? {} : { preconditions: { uid, resourceVersion } }),
      },
    });
  }

  /**
   * A followed log that breaks is taken up again where it broke, without the reader noticing: line by line after the
   * moments that the node gave its lines.
   */
  logs(pod: ObjectKey, options: LogOptions): AsyncIterable<Uint8Array> {
    const { container, follow, sinceTime, limitBytes, signal, position } = options;
    const call = { verb: "logs", resource: PODS, subresource: "log", method: "GET" } as const;
    const path = `${objectPath(PODS, pod)}/log`;
    const read = (query: LogQuery): AsyncIterable<Uint8Array> =>
      this.#http.stream({ ...call, path, query: { container, follow, ...query }, signal });
    if (limitBytes !== undefined || sinceTime !== undefined || (!follow && position === undefined)) {
      return read({ sinceTime, limitBytes });
    }
    return resumingLog({
      read,
      position: position ?? new LogPosition(),
      clock: this.#clock,
      random: this.#random,
      signal,
    });
  }

  async discover(api: GroupVersion, signal?: AbortSignal): Promise<readonly ServedResource[]> {
    const resource = discoveryOf(api);
    const path = rootPath(api);
    return servedResources(() => this.#http.json({ verb: "get", resource, method: "GET", path, signal }));
  }

  /** Closes all connections; calls under way fail. */
  async close(): Promise<void> {
    await this.#http.close();
  }

  async #write<T extends KubernetesObject>(
    call: ApiRequest & { readonly resource: Resource<T> },
    options: ApplyOptions,
  ): Promise<T> {
    const query = {
      fieldManager: options.fieldManager ?? FIELD_MANAGER,
      force: options.force,
      dryRun: options.dryRun ? "All" : undefined,
    };
    return received(call.resource, await this.#http.json({ ...call, query }));
  }
}

function selectors({ labelSelector, fieldSelector }: Selection): { labelSelector?: string; fieldSelector?: string } {
  return { ...(labelSelector ? { labelSelector } : {}), ...(fieldSelector ? { fieldSelector } : {}) };
}

/** Items of lists come without apiVersion and kind. */
function received<T extends KubernetesObject>(resource: Resource<T>, value: unknown): T {
  if (!isJsonObject(value) || !isJsonObject(value["metadata"])) throw unreadable("the answer is not an object");
  const { managedFields: _managedFields, ...metadata } = value["metadata"];
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, ...value, metadata } as unknown as T;
}

function watchEvent<T extends KubernetesObject>(resource: Resource<T>, line: unknown): WatchEvent<T> {
  const { type, object } = isJsonObject(line) ? line : {};
  switch (type) {
    case "ADDED":
      return { type: "Added", object: received(resource, object) };
    case "MODIFIED":
      return { type: "Modified", object: received(resource, object) };
    case "DELETED":
      return { type: "Deleted", object: received(resource, object) };
    case "BOOKMARK": {
      const { resourceVersion } = received(resource, object).metadata;
      if (resourceVersion === undefined) throw unreadable("a bookmark has no version");
      return { type: "Bookmark", resourceVersion };
    }
    case "ERROR":
      throw errorFromStatus(500, object);
    default:
      throw unreadable("a watch sent something that is no event");
  }
}

function unreadable(message: string): KubeError {
  return new KubeError({ reason: "ConnectionFailed", message });
}

function withoutEmptyName(object: KubernetesObject): JsonObject {
  const { name, ...metadata } = object.metadata;
  return { ...object, metadata: name ? object.metadata : metadata };
}
