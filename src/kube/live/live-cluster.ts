import type { KubeConfig } from "@kubernetes/client-node";
import {
  type ApplyOptions,
  type Cluster,
  type DeleteOptions,
  FIELD_MANAGER,
  type ListOptions,
  type LogOptions,
  type MergePatch,
  type ObjectList,
  type Selection,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from "../cluster.js";
import { isJsonObject, type JsonObject } from "../json.js";
import { errorFromStatus, KubeError } from "../kube-error.js";
import type { KubernetesObject, ObjectKey } from "../object.js";
import { apiVersionOf, type Resource } from "../resource.js";
import { PODS } from "../resources.js";
import { Connection } from "./connection.js";
import { HttpClient } from "./http-client.js";
import { jsonLines } from "./json-lines.js";

export interface LiveClusterOptions {
  /** Longest wait for an answer to begin, milliseconds. @default 60000 */
  readonly timeoutMs?: number;
}

/** A real API server. Answers are plain JSON as it sent them, without `metadata.managedFields`. */
export class LiveCluster implements Cluster {
  readonly #http: HttpClient;

  /** @param config from `loadKubeConfig`; its current context counts */
  constructor(config: KubeConfig, options: LiveClusterOptions = {}) {
    this.#http = new HttpClient(new Connection(config), options.timeoutMs ?? 60_000);
  }

  async get<T extends KubernetesObject>(resource: Resource<T>, key: ObjectKey): Promise<T> {
    return received(resource, await this.#http.json({ method: "GET", path: objectPath(resource, key) }));
  }

  async list<T extends KubernetesObject>(resource: Resource<T>, options: ListOptions = {}): Promise<ObjectList<T>> {
    const answer = await this.#http.json({
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

  create<T extends KubernetesObject>(resource: Resource<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const path = collectionPath(resource, object.metadata.namespace);
    return this.#write(resource, "POST", path, withoutEmptyName(object), options);
  }

  replace<T extends KubernetesObject>(resource: Resource<T>, object: T, options: WriteOptions = {}): Promise<T> {
    return this.#write(resource, "PUT", objectPath(resource, object.metadata), object, options);
  }

  apply<T extends KubernetesObject>(resource: Resource<T>, object: T, options: ApplyOptions = {}): Promise<T> {
    const path = objectPath(resource, object.metadata);
    return this.#write(resource, "PATCH", path, object, options, "application/apply-patch+yaml");
  }

  patch<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    patch: MergePatch,
    options: WriteOptions = {},
  ): Promise<T> {
    return this.#write(resource, "PATCH", objectPath(resource, key), patch, options, "application/merge-patch+json");
  }

  patchStatus<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    patch: MergePatch,
    options: WriteOptions = {},
  ): Promise<T> {
    const path = `${objectPath(resource, key)}/status`;
    return this.#write(resource, "PATCH", path, patch, options, "application/merge-patch+json");
  }

  async delete<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    options: DeleteOptions = {},
  ): Promise<void> {
    const { uid, resourceVersion, gracePeriodSeconds, propagationPolicy = "Background" } = options;
    await this.#http.json({
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

  logs(pod: ObjectKey, options: LogOptions): AsyncIterable<Uint8Array> {
    const { container, follow, sinceTime, limitBytes, signal } = options;
    const path = `${objectPath(PODS, pod)}/log`;
    return this.#http.stream({ method: "GET", path, query: { container, follow, sinceTime, limitBytes }, signal });
  }

  /** Closes all connections; calls under way fail. */
  async close(): Promise<void> {
    await this.#http.close();
  }

  async #write<T extends KubernetesObject>(
    resource: Resource<T>,
    method: "POST" | "PUT" | "PATCH",
    path: string,
    body: unknown,
    options: ApplyOptions,
    contentType?: string,
  ): Promise<T> {
    const query = {
      fieldManager: options.fieldManager ?? FIELD_MANAGER,
      force: options.force,
      dryRun: options.dryRun ? "All" : undefined,
    };
    const call = { method, path, query, body, ...(contentType === undefined ? {} : { contentType }) };
    return received(resource, await this.#http.json(call));
  }
}

function collectionPath(resource: Resource, namespace: string | undefined): string {
  const root = resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const home = resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${root}${home}/${resource.plural}`;
}

function objectPath(resource: Resource, key: ObjectKey): string {
  if (key.name === "")
    throw new KubeError({ reason: "BadRequest", message: `the name of a ${resource.kind} is missing` });
  if (resource.namespaced && !key.namespace) {
    throw new KubeError({ reason: "BadRequest", message: `the namespace of ${resource.kind} ${key.name} is missing` });
  }
  return `${collectionPath(resource, key.namespace)}/${encodeURIComponent(key.name)}`;
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
