import { systemClock } from "../clock.js";
import {
  type ApplyOptions,
  type Cluster,
  type DeleteOptions,
  FIELD_MANAGER,
  type ListOptions,
  type LogOptions,
  type MergePatch,
  type ObjectList,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from "../cluster.js";
import { cloneJson, type JsonObject } from "../json.js";
import { isKubeError, KubeError } from "../kube-error.js";
import { applyMergePatch } from "../merge-patch.js";
import type { KubernetesObject, ObjectKey } from "../object.js";
import { systemRandom } from "../random.js";
import { apiVersionOf, type Resource } from "../resource.js";
import { NAMESPACES, PODS, type Pod } from "../resources.js";
import { builtInDefinitions } from "./built-in.js";
import { defineCustomResource } from "./custom-resource.js";
import { qualifiedPlural, type ResourceDefinition, resourceId, type StoredObject } from "./definition.js";
import { GarbageCollector } from "./garbage-collector.js";
import { listPage } from "./list-page.js";
import { applyConfig, withoutFields, type Writer } from "./managed-fields.js";
import type { ApiCall, LogSource, MemoryClusterOptions } from "./memory-options.js";
import { badRequest, notFound, requireKind } from "./object-rules.js";
import { compileSelection } from "./selection.js";
import { Storage, type StoredRecord } from "./storage.js";
import { watchEvents } from "./watch-events.js";
import { breakFeed, type WatchBreak, WatchFeed } from "./watch-feed.js";
import { ObjectWriter } from "./writer.js";

/** Namespaces that every cluster has. */
const INITIAL_NAMESPACES = ["default", "kube-node-lease", "kube-public", "kube-system"];

/**
 * An API server inside this process: one store, the semantics of Kubernetes, no network. `test/contract/` holds it to the
 * behaviour of a real kube-apiserver; garbage collection and the emptying of namespaces, which a real cluster leaves to
 * kube-controller-manager, are built in.
 */
export class MemoryCluster implements Cluster {
  readonly #options: MemoryClusterOptions;
  readonly #storage: Storage;
  readonly #writer: ObjectWriter;
  readonly #collector: GarbageCollector;
  readonly #definitions = new Map<string, ResourceDefinition>();
  readonly #feeds = new Set<WatchFeed>();
  #logs: LogSource | undefined;

  constructor(options: MemoryClusterOptions = {}) {
    this.#options = options;
    this.#logs = options.logs;
    const definitions = [
      ...builtInDefinitions(options.nodeName),
      ...(options.customResources ?? []).map(defineCustomResource),
    ];
    for (const definition of definitions) this.#definitions.set(resourceId(definition.resource), definition);
    this.#storage = new Storage(options.historyLimit ?? 10_000);
    this.#writer = new ObjectWriter({
      storage: this.#storage,
      clock: options.clock ?? systemClock,
      random: options.random ?? systemRandom,
    });
    this.#collector = new GarbageCollector(this.#storage, this.#definitions, {
      delete: (definition, key, how) => this.#writer.delete(definition, key, how),
      setMetadata: (definition, object, metadata) => this.#setMetadata(definition, object, metadata),
      finishNamespace: (name) => this.#finishNamespace(name),
    });
    for (const name of INITIAL_NAMESPACES) this.#createNamespace(name);
  }

  async get<T extends KubernetesObject>(resource: Resource<T>, key: ObjectKey): Promise<T> {
    return this.#call({ verb: "get", resource, key }, () => this.#record(this.#definition(resource), key).object);
  }

  async list<T extends KubernetesObject>(resource: Resource<T>, options: ListOptions = {}): Promise<ObjectList<T>> {
    const call: ApiCall = { verb: "list", resource, key: selectedKey(options.namespace) };
    return this.#call(call, () => listPage(this.#storage, this.#definition(resource), options), options.signal);
  }

  watch<T extends KubernetesObject>(resource: Resource<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
    const call: ApiCall = { verb: "watch", resource, key: selectedKey(options.namespace) };
    return watchEvents<T>(
      () => this.#intercepted(call, async () => this.#openWatch(resource, options)),
      options.signal,
    );
  }

  async create<T extends KubernetesObject>(resource: Resource<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const call: ApiCall = { verb: "create", resource, key: keyFrom(object) };
    return this.#call(call, () => {
      const definition = this.#definition(resource);
      requireKind(definition, asJson(object));
      const namespace = this.#namespaceFor(definition, object.metadata.namespace);
      return this.#writer.create(
        definition,
        namespace,
        asJson(object),
        writerOf("Update", options),
        options.dryRun === true,
      );
    });
  }

  async replace<T extends KubernetesObject>(resource: Resource<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const call: ApiCall = { verb: "replace", resource, key: keyFrom(object) };
    return this.#call(call, () => {
      const definition = this.#definition(resource);
      const record = this.#record(definition, call.key);
      if (!object.metadata.resourceVersion && !definition.unconditionalReplace) {
        throw new KubeError({
          reason: "Invalid",
          message: `${qualifiedPlural(resource)} "${call.key.name}" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update`,
          causes: [{ field: "metadata.resourceVersion", message: "Invalid value: 0: must be specified for an update" }],
        });
      }
      return this.#update(definition, record, asJson(object), "", options);
    });
  }

  async apply<T extends KubernetesObject>(resource: Resource<T>, object: T, options: ApplyOptions = {}): Promise<T> {
    const call: ApiCall = { verb: "apply", resource, key: keyFrom(object) };
    return this.#call(call, () => this.#apply(this.#definition(resource), call.key, asJson(object), options));
  }

  async patch<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    patch: MergePatch,
    options: WriteOptions = {},
  ): Promise<T> {
    return this.#call({ verb: "patch", resource, key }, () => this.#patch(resource, key, patch, "", options));
  }

  async patchStatus<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    patch: MergePatch,
    options: WriteOptions = {},
  ): Promise<T> {
    return this.#call({ verb: "patchStatus", resource, key }, () => {
      if (!this.#definition(resource).hasStatus) {
        throw new KubeError({ reason: "NotFound", message: "the server could not find the requested resource" });
      }
      return this.#patch(resource, key, patch, "status", options);
    });
  }

  async delete<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    options: DeleteOptions = {},
  ): Promise<void> {
    await this.#call({ verb: "delete", resource, key }, () => {
      const definition = this.#definition(resource);
      this.#writer.delete(definition, key, options);
      if (definition.resource.plural === NAMESPACES.plural) this.#markTerminating(key.name);
    });
  }

  async *logs(pod: ObjectKey, options: LogOptions): AsyncIterable<Uint8Array> {
    const call: ApiCall = { verb: "logs", resource: PODS, key: pod };
    const found = await this.#call<Pod>(call, () => this.#record(this.#definition(PODS), pod).object, options.signal);
    if (this.#logs === undefined) throw badRequest(`no logs are kept for container "${options.container}"`);
    if (options.signal?.aborted) return;
    yield* this.#logs(found, options);
  }

  /** From now on pod logs come from here. */
  setLogs(source: LogSource): void {
    this.#logs = source;
  }

  /** Does what `garbageCollection: "manual"` left undone. @returns how many objects were looked at */
  collectGarbage(): number {
    return this.#collector.run();
  }

  /** Forgets all history, as etcd's compaction does: older resourceVersions and continue tokens are `Gone`. */
  compact(): void {
    this.#storage.compact();
  }

  /**
   * Ends the open watches, of one resource or of all: `close` as the server does, `reset` with a connection error,
   * `expire` with `Gone`, `silent` not at all, but nothing comes any more.
   * @returns how many there were
   */
  breakWatches(how: WatchBreak, resource?: Resource): number {
    const broken = [...this.#feeds].filter(
      (feed) => resource === undefined || resourceId(feed.resource) === resourceId(resource),
    );
    for (const feed of broken) breakFeed(feed, how);
    return broken.length;
  }

  /** How many watches are open. */
  get openWatches(): number {
    return this.#feeds.size;
  }

  /** Version of the latest change. */
  get resourceVersion(): string {
    return String(this.#storage.revision);
  }

  #apply(definition: ResourceDefinition, key: ObjectKey, config: JsonObject, options: ApplyOptions): StoredObject {
    requireKind(definition, config);
    if (!key.name) throw badRequest("name is required for server-side apply");
    const { metadata } = config as { metadata: JsonObject };
    if (Array.isArray(metadata["managedFields"])) throw badRequest("metadata.managedFields must be nil");
    const namespace = this.#namespaceFor(definition, key.namespace);
    const record = this.#storage.get(definition.resource, key);
    const writer = writerOf("Apply", options);
    const dryRun = options.dryRun === true;
    const wanted = definition.hasStatus ? withoutFields(config, "status") : cloneJson(config);
    const apiVersion = apiVersionOf(definition.resource);
    if (record === undefined) {
      const { uid } = metadata;
      if (uid !== undefined) {
        throw new KubeError({
          reason: "Conflict",
          message: `uid mismatch: the provided object specified uid ${String(uid)}, and no existing object was found`,
        });
      }
      const applied = applyConfig({}, [], writer, wanted, definition.rules, true, apiVersion);
      return this.#writer.create(definition, namespace, applied.object, writer, dryRun, applied.managers);
    }
    const applied = applyConfig(
      record.object,
      record.managers,
      writer,
      wanted,
      definition.rules,
      options.force === true,
      apiVersion,
    );
    const { object, managers } = applied;
    return this.#writer.update(definition, record, { object, subresource: "", dryRun, managers, writer });
  }

  #patch(
    resource: Resource,
    key: ObjectKey,
    patch: MergePatch,
    subresource: "" | "status",
    options: WriteOptions,
  ): StoredObject {
    const definition = this.#definition(resource);
    const record = this.#record(definition, key);
    const object = applyMergePatch(record.object, patch) as JsonObject;
    const { name, namespace } = (object["metadata"] ?? {}) as Partial<ObjectKey>;
    if (name !== key.name || (definition.resource.namespaced && namespace !== key.namespace)) {
      throw badRequest("the name and namespace of the object do not match those of the URL");
    }
    return this.#update(definition, record, object, subresource, options);
  }

  #update(
    definition: ResourceDefinition,
    record: StoredRecord,
    object: JsonObject,
    subresource: "" | "status",
    options: WriteOptions,
  ): StoredObject {
    const writer = writerOf("Update", options, subresource);
    return this.#writer.update(definition, record, { object, subresource, dryRun: options.dryRun === true, writer });
  }

  #openWatch<T extends KubernetesObject>(resource: Resource<T>, options: WatchOptions): WatchFeed {
    const { resourceVersion, timeoutSeconds } = options;
    const fromStart = resourceVersion === "" || resourceVersion === "0";
    if (!fromStart && !/^\d+$/.test(resourceVersion))
      throw badRequest(`invalid resource version ${JSON.stringify(resourceVersion)}`);
    const feed: WatchFeed = new WatchFeed({
      storage: this.#storage,
      clock: this.#options.clock ?? systemClock,
      resource,
      selects: compileSelection(this.#definition(resource), options),
      from: fromStart ? undefined : Number(resourceVersion),
      timeoutMs: timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000,
      bookmarkIntervalMs: this.#options.bookmarkIntervalMs ?? 60_000,
      onClose: () => void this.#feeds.delete(feed),
    });
    this.#feeds.add(feed);
    return feed;
  }

  #definition(resource: Resource): ResourceDefinition {
    const definition = this.#definitions.get(resourceId(resource));
    if (definition !== undefined && definition.resource.version === resource.version) return definition;
    throw new KubeError({
      reason: "NotFound",
      message: `the server could not find the requested resource (${qualifiedPlural(resource)})`,
    });
  }

  #record(definition: ResourceDefinition, key: ObjectKey): StoredRecord {
    const record = this.#storage.get(definition.resource, key);
    if (record === undefined) throw notFound(definition, key.name);
    return record;
  }

  /** The namespace that an object is written to. @throws KubeError `NotFound`, `Forbidden` (being deleted), `BadRequest` */
  #namespaceFor(definition: ResourceDefinition, namespace: string | undefined): string | undefined {
    if (!definition.resource.namespaced) return undefined;
    if (!namespace) throw badRequest("an empty namespace may not be set during creation");
    const found = this.#storage.get(NAMESPACES, { name: namespace });
    if (found === undefined && this.#options.autoCreateNamespaces) this.#createNamespace(namespace);
    else if (found === undefined) throw notFound(this.#definition(NAMESPACES), namespace);
    else if (found.object.metadata.deletionTimestamp !== undefined) {
      throw new KubeError({
        reason: "Forbidden",
        message: `unable to create new content in namespace ${namespace} because it is being terminated`,
        causes: [
          {
            reason: "NamespaceTerminating",
            field: "metadata.namespace",
            message: `namespace ${namespace} is being terminated`,
          },
        ],
      });
    }
    return namespace;
  }

  #createNamespace(name: string): void {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
    this.#writer.create(this.#definition(NAMESPACES), undefined, namespace, SERVER, false);
  }

  #markTerminating(name: string): void {
    const record = this.#storage.get(NAMESPACES, { name });
    if (record === undefined) return;
    this.#storage.put(NAMESPACES, { ...record.object, status: { phase: "Terminating" } }, record.managers);
  }

  #finishNamespace(name: string): void {
    const definition = this.#definition(NAMESPACES);
    const record = this.#record(definition, { name });
    const object = { ...record.object, spec: {} };
    this.#writer.update(definition, record, { object, subresource: "", dryRun: false, writer: SERVER });
  }

  #setMetadata(definition: ResourceDefinition, object: StoredObject, metadata: StoredObject["metadata"]): void {
    const record = this.#storage.get(definition.resource, object.metadata);
    if (record === undefined) return;
    this.#writer.update(definition, record, {
      object: { ...object, metadata },
      subresource: "",
      dryRun: false,
      writer: SERVER,
    });
  }

  async #call<R>(
    call: ApiCall,
    work: () => StoredObject | ObjectList<StoredObject> | void,
    signal?: AbortSignal,
  ): Promise<R> {
    if (signal?.aborted) throw new KubeError({ reason: "Aborted", message: "the call was aborted" });
    return this.#intercepted(call, async () => {
      try {
        return cloneJson(work()) as R;
      } finally {
        if (this.#options.garbageCollection !== "manual") this.#collector.run();
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

/** Writes of the server itself. */
const SERVER: Writer = { name: "kube-controller-manager", operation: "Update", subresource: "" };

function writerOf(
  operation: Writer["operation"],
  options: WriteOptions,
  subresource: Writer["subresource"] = "",
): Writer {
  return { name: options.fieldManager ?? FIELD_MANAGER, operation, subresource };
}

function asJson(object: KubernetesObject): JsonObject {
  return object as unknown as JsonObject;
}

function selectedKey(namespace: string | undefined): ObjectKey {
  return namespace === undefined ? { name: "" } : { namespace, name: "" };
}

function keyFrom(object: KubernetesObject): ObjectKey {
  const { namespace, name } = object.metadata;
  return namespace ? { namespace, name: name ?? "" } : { name: name ?? "" };
}
