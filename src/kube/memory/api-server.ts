import { systemClock } from "../clock.js";
import type {
  ApplyOptions,
  DeleteOptions,
  GroupVersion,
  ListOptions,
  MergePatch,
  ObjectList,
  ServedResource,
  WatchOptions,
  WriteOptions,
} from "../cluster.js";
import { FIELD_MANAGER } from "../cluster.js";
import { cloneJson, type JsonObject } from "../json.js";
import { KubeError } from "../kube-error.js";
import { applyMergePatch } from "../merge-patch.js";
import type { KubernetesObject, ObjectKey } from "../object.js";
import { systemRandom } from "../random.js";
import { apiVersionOf, type Resource } from "../resource.js";
import { NAMESPACES } from "../resources.js";
import { builtInDefinitions } from "./built-in.js";
import { defineCustomResource } from "./custom-resource.js";
import { qualifiedPlural, type ResourceDefinition, resourceId, type StoredObject } from "./definition.js";
import { GarbageCollector } from "./garbage-collector.js";
import { listPage } from "./list-page.js";
import { applyConfig, type Writer, withoutFields } from "./managed-fields.js";
import type { MemoryClusterOptions } from "./memory-options.js";
import { Namespaces } from "./namespaces.js";
import { badRequest, internalError, notFound, requireKind, requireValid } from "./object-rules.js";
import { answerReview, onlyCreated } from "./reviews.js";
import { compileSelection } from "./selection.js";
import { Storage, type StoredRecord } from "./storage.js";
import { WatchFeed } from "./watch-feed.js";
import { appliesUnstored, ObjectWriter, SERVER } from "./writer.js";

/** The requests of the embedded API server, each done at once and completely. What comes out is stored state: not to be changed. */
export class ApiServer {
  readonly storage: Storage;
  readonly collector: GarbageCollector;
  readonly #options: MemoryClusterOptions;
  readonly #writer: ObjectWriter;
  readonly #namespaces: Namespaces;
  readonly #definitions = new Map<string, ResourceDefinition>();

  constructor(options: MemoryClusterOptions) {
    this.#options = options;
    const custom = (options.customResources ?? []).map(defineCustomResource);
    for (const definition of [...builtInDefinitions(options.nodeName), ...custom]) {
      this.#definitions.set(resourceId(definition.resource), definition);
    }
    const { clock = systemClock, random = systemRandom } = options;
    this.storage = new Storage(options.historyLimit ?? 10_000);
    this.#writer = new ObjectWriter({ storage: this.storage, clock, random });
    this.#namespaces = new Namespaces(this.storage, this.#writer, this.definition(NAMESPACES), options);
    this.collector = new GarbageCollector(this.storage, this.#definitions, {
      delete: (definition, key, how) => this.#writer.delete(definition, key, how),
      setMetadata: (definition, object, metadata) => this.#setMetadata(definition, object, metadata),
      finishNamespace: (name) => this.#namespaces.finish(name),
    });
  }

  /** @throws KubeError `NotFound` when the resource is not served */
  definition(resource: Resource): ResourceDefinition {
    if (resource.review) throw onlyCreated();
    const definition = this.#definitions.get(resourceId(resource));
    if (definition !== undefined && definition.resource.version === resource.version) return definition;
    const message = `the server could not find the requested resource (${qualifiedPlural(resource)})`;
    throw new KubeError({ reason: "NotFound", message });
  }

  /** Resources of a version of an API group. */
  served({ group, version }: GroupVersion): ServedResource[] {
    const resources = [...this.#definitions.values()].map(({ resource }) => resource);
    return resources
      .filter((resource) => resource.group === group && resource.version === version)
      .map(({ plural, kind, namespaced }) => ({ plural, kind, namespaced }));
  }

  get(resource: Resource, key: ObjectKey): StoredObject {
    return this.#record(this.definition(resource), key).object;
  }

  list(resource: Resource, options: ListOptions): ObjectList<StoredObject> {
    return listPage(this.storage, this.definition(resource), options);
  }

  create(resource: Resource, object: KubernetesObject, options: WriteOptions): JsonObject {
    if (resource.review) return answerReview(resource, object, this.#options.reviews ?? {});
    const definition = this.definition(resource);
    requireKind(definition, asJson(object));
    const namespace = this.#namespaces.forWriting(definition, object.metadata.namespace);
    const writer = writerOf("Update", options);
    return this.#writer.create(definition, namespace, asJson(object), writer, options.dryRun === true);
  }

  replace(resource: Resource, object: KubernetesObject, options: WriteOptions): StoredObject {
    const definition = this.definition(resource);
    const { name } = object.metadata;
    const record = this.#record(definition, object.metadata);
    if (!object.metadata.resourceVersion && !definition.unconditionalReplace) {
      const message = "Invalid value: 0: must be specified for an update";
      requireValid(definition, name, [{ field: "metadata.resourceVersion", message, reason: "FieldValueInvalid" }]);
    }
    return this.#writer.update(definition, record, {
      object: asJson(object),
      kind: "replace",
      subresource: "",
      dryRun: options.dryRun === true,
      writer: writerOf("Update", options),
    });
  }

  patch(
    resource: Resource,
    key: ObjectKey,
    patch: MergePatch,
    subresource: "" | "status",
    options: WriteOptions,
  ): StoredObject {
    const definition = this.definition(resource);
    if (subresource === "status" && !definition.hasStatus) {
      throw new KubeError({ reason: "NotFound", message: "the server could not find the requested resource" });
    }
    const record = this.#record(definition, key);
    const object = applyMergePatch(record.object, patch) as JsonObject;
    const { name, namespace } = (object["metadata"] ?? {}) as Partial<ObjectKey>;
    if (name !== key.name || (definition.resource.namespaced && namespace !== key.namespace)) {
      throw badRequest("the name and namespace of the object do not match those of the URL");
    }
    return this.#writer.update(definition, record, {
      object,
      kind: "patch",
      subresource,
      dryRun: options.dryRun === true,
      writer: writerOf("Update", options, subresource),
    });
  }

  apply(resource: Resource, wanted: KubernetesObject, options: ApplyOptions): StoredObject {
    const definition = this.definition(resource);
    requireKind(definition, asJson(wanted));
    const { name, uid } = wanted.metadata;
    if (!name) throw badRequest("name is required for server-side apply");
    const namespace = this.#namespaces.forWriting(definition, wanted.metadata.namespace);
    const config = definition.hasStatus ? withoutFields(asJson(wanted), "status") : cloneJson(asJson(wanted));
    const { rules } = definition;
    const writer = writerOf("Apply", options);
    const dryRun = options.dryRun === true;
    const apiVersion = apiVersionOf(resource);
    const record = this.storage.get(resource, wanted.metadata);
    if (record === undefined) {
      if (uid !== undefined) {
        const message = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
        throw new KubeError({ reason: "Conflict", message });
      }
      const { object, managers } = applyConfig({}, [], writer, config, rules, true, apiVersion);
      return this.#writer.create(definition, namespace, object, writer, dryRun, managers);
    }
    const force = options.force === true;
    const { object, managers } = applyConfig(record.object, record.managers, writer, config, rules, force, apiVersion);
    return this.#writer.update(definition, record, {
      object,
      kind: "patch",
      subresource: "",
      dryRun,
      always: appliesUnstored(wanted.metadata, record.object.metadata),
      managers,
      writer,
    });
  }

  delete(resource: Resource, key: ObjectKey, options: DeleteOptions): void {
    const definition = this.definition(resource);
    this.#writer.delete(definition, key, options);
    if (resourceId(resource) === resourceId(NAMESPACES)) this.#namespaces.markTerminating(key.name);
  }

  /** @param onClose called once when the watch ends */
  watch(resource: Resource, options: WatchOptions, onClose: (feed: WatchFeed) => void): WatchFeed {
    const { resourceVersion, timeoutSeconds } = options;
    const fromStart = resourceVersion === "" || resourceVersion === "0";
    if (!fromStart && !/^\d+$/.test(resourceVersion)) {
      throw internalError(`invalid resource version ${JSON.stringify(resourceVersion)}`);
    }
    const feed: WatchFeed = new WatchFeed({
      storage: this.storage,
      clock: this.#options.clock ?? systemClock,
      resource,
      selects: compileSelection(this.definition(resource), options),
      from: fromStart ? undefined : Number(resourceVersion),
      timeoutMs: timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000,
      bookmarkIntervalMs: this.#options.bookmarkIntervalMs ?? 60_000,
      onClose: () => onClose(feed),
    });
    return feed;
  }

  #record(definition: ResourceDefinition, key: ObjectKey): StoredRecord {
    const record = this.storage.get(definition.resource, key);
    if (record === undefined) throw notFound(definition, key.name);
    return record;
  }

  #setMetadata(definition: ResourceDefinition, object: StoredObject, metadata: StoredObject["metadata"]): void {
    const record = this.storage.get(definition.resource, object.metadata);
    if (record === undefined) return;
    const changed = { ...object, metadata };
    this.#writer.update(definition, record, {
      object: changed,
      kind: "patch",
      subresource: "",
      dryRun: false,
      writer: SERVER,
    });
  }
}

function writerOf(operation: Writer["operation"], options: WriteOptions, subresource: "" | "status" = ""): Writer {
  return { name: options.fieldManager ?? FIELD_MANAGER, operation, subresource };
}

function asJson(object: KubernetesObject): JsonObject {
  return object as unknown as JsonObject;
}
