import type { DeleteOptions } from "../cluster.js";
import { isJsonObject } from "../json.js";
import type { ObjectKey, OwnerReference } from "../object.js";
import { keyOf, keyText } from "../object-key.js";
import { apiVersionOf, type Resource } from "../resource.js";
import { NAMESPACES } from "../resources.js";
import { type ResourceDefinition, resourceId, type StoredObject } from "./definition.js";
import type { Change, Storage } from "./storage.js";
import { FOREGROUND, ORPHAN } from "./writer.js";

/** What the collector does to objects. */
export interface CollectorActions {
  delete(definition: ResourceDefinition, key: ObjectKey, options: DeleteOptions): void;
  /** Changes one object's metadata. */
  setMetadata(definition: ResourceDefinition, object: StoredObject, metadata: StoredObject["metadata"]): void;
  /** Removes a namespace that is empty and being deleted. */
  finishNamespace(name: string): void;
}

interface Place {
  readonly resource: Resource;
  readonly key: ObjectKey;
}

/**
 * The parts of kube-controller-manager that clients rely on: owner references (Background, Foreground, Orphan) and the
 * emptying of deleted namespaces. An owner counts only if its UID is the one that the reference names.
 */
export class GarbageCollector {
  readonly #storage: Storage;
  readonly #definitions: ReadonlyMap<string, ResourceDefinition>;
  readonly #actions: CollectorActions;
  /** UID of owner → objects that refer to it. */
  readonly #dependents = new Map<string, Map<string, Place>>();
  /** UID → where that object lives. */
  readonly #places = new Map<string, Place>();
  /** Objects to look at, by text of their place. */
  readonly #queue = new Map<string, Place>();

  /** @param definitions by `resourceId` */
  constructor(storage: Storage, definitions: ReadonlyMap<string, ResourceDefinition>, actions: CollectorActions) {
    this.#storage = storage;
    this.#definitions = definitions;
    this.#actions = actions;
    storage.subscribe((change) => this.#note(change));
  }

  /** Works until there is nothing more to collect. @returns objects looked at */
  run(): number {
    let looked = 0;
    for (const [text, place] of this.#queue) {
      this.#queue.delete(text);
      looked++;
      this.#look(place);
    }
    return looked;
  }

  #note({ type, resource, object, previous }: Change): void {
    const place: Place = { resource, key: keyOf(object) };
    const uid = object.metadata.uid ?? "";
    for (const owner of previous?.metadata.ownerReferences ?? [])
      this.#dependents.get(owner.uid)?.delete(placeText(place));
    if (type === "Deleted") {
      this.#places.delete(uid);
      for (const dependent of this.#dependentsOf(uid)) this.#enqueue(dependent);
      for (const owner of previous?.metadata.ownerReferences ?? []) {
        const home = this.#places.get(owner.uid);
        if (home !== undefined) this.#enqueue(home);
      }
      const { namespace } = object.metadata;
      if (namespace !== undefined) this.#enqueue({ resource: NAMESPACES, key: { name: namespace } });
      return;
    }
    this.#places.set(uid, place);
    for (const owner of object.metadata.ownerReferences ?? []) {
      const dependents = this.#dependents.get(owner.uid) ?? new Map<string, Place>();
      this.#dependents.set(owner.uid, dependents.set(placeText(place), place));
    }
    if (object.metadata.ownerReferences !== undefined || object.metadata.deletionTimestamp !== undefined)
      this.#enqueue(place);
  }

  #enqueue(place: Place): void {
    this.#queue.set(placeText(place), place);
  }

  #dependentsOf(uid: string): Place[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])];
  }

  #look({ resource, key }: Place): void {
    const definition = this.#definitions.get(resourceId(resource));
    let object = this.#storage.get(resource, key)?.object;
    if (definition === undefined || object === undefined) return;
    if (object.metadata.deletionTimestamp !== undefined) {
      if (resourceId(resource) === resourceId(NAMESPACES)) return this.#emptyNamespace(object);
      this.#finishDeletion(definition, object);
      object = this.#storage.get(resource, key)?.object;
    }
    if (object !== undefined) this.#checkOwners(definition, object);
  }

  #finishDeletion(definition: ResourceDefinition, object: StoredObject): void {
    const { uid = "", finalizers = [] } = object.metadata;
    const dependents = this.#dependentsOf(uid).flatMap((place) => this.#read(place));
    if (finalizers.includes(ORPHAN)) {
      for (const dependent of dependents) {
        const left = (dependent.object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid);
        this.#actions.setMetadata(dependent.definition, dependent.object, {
          ...dependent.object.metadata,
          ownerReferences: left,
        });
      }
      this.#dropFinalizer(definition, object, ORPHAN);
    } else if (finalizers.includes(FOREGROUND)) {
      for (const dependent of dependents) {
        if (dependent.object.metadata.deletionTimestamp !== undefined) continue;
        this.#deleteDependent(dependent.definition, dependent.object);
      }
      const blocking = this.#dependentsOf(uid)
        .flatMap((place) => this.#read(place))
        .some(({ object: left }) =>
          (left.metadata.ownerReferences ?? []).some((owner) => owner.uid === uid && owner.blockOwnerDeletion),
        );
      if (!blocking) this.#dropFinalizer(definition, object, FOREGROUND);
    }
  }

  #checkOwners(definition: ResourceDefinition, object: StoredObject): void {
    const owners = object.metadata.ownerReferences ?? [];
    if (owners.length === 0 || object.metadata.deletionTimestamp !== undefined) return;
    const alive = owners.filter((owner) => this.#isAlive(owner, object));
    if (alive.length === owners.length) return;
    if (alive.length === 0) this.#deleteDependent(definition, object);
    else this.#actions.setMetadata(definition, object, { ...object.metadata, ownerReferences: alive });
  }

  #deleteDependent(definition: ResourceDefinition, object: StoredObject): void {
    const { uid, finalizers = [] } = object.metadata;
    const propagationPolicy = finalizers.includes(ORPHAN)
      ? "Orphan"
      : finalizers.includes(FOREGROUND)
        ? "Foreground"
        : "Background";
    this.#actions.delete(definition, keyOf(object), { propagationPolicy, ...(uid === undefined ? {} : { uid }) });
  }

  /** Owners of kinds that are not served here are given the benefit of the doubt. */
  #isAlive(owner: OwnerReference, dependent: StoredObject): boolean {
    const definition = [...this.#definitions.values()].find(
      ({ resource }) => resource.kind === owner.kind && apiVersionOf(resource) === owner.apiVersion,
    );
    if (definition === undefined) return true;
    const { namespace } = dependent.metadata;
    if (definition.resource.namespaced && namespace === undefined) return true;
    const key =
      definition.resource.namespaced && namespace !== undefined
        ? { namespace, name: owner.name }
        : { name: owner.name };
    return this.#storage.get(definition.resource, key)?.object.metadata.uid === owner.uid;
  }

  #emptyNamespace(namespace: StoredObject): void {
    const { name } = namespace.metadata;
    let left = 0;
    for (const definition of this.#definitions.values()) {
      if (!definition.resource.namespaced) continue;
      for (const object of this.#storage.all(definition.resource)) {
        if (object.metadata.namespace !== name) continue;
        left++;
        if (object.metadata.deletionTimestamp === undefined) this.#deleteDependent(definition, object);
      }
    }
    // What went at once put the namespace back into the queue.
    if (left === 0 && isJsonObject(namespace["spec"])) this.#actions.finishNamespace(name);
  }

  #dropFinalizer(definition: ResourceDefinition, object: StoredObject, finalizer: string): void {
    const finalizers = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
    this.#actions.setMetadata(definition, object, { ...object.metadata, finalizers });
  }

  #read({ resource, key }: Place): { definition: ResourceDefinition; object: StoredObject }[] {
    const definition = this.#definitions.get(resourceId(resource));
    const object = this.#storage.get(resource, key)?.object;
    return definition === undefined || object === undefined ? [] : [{ definition, object }];
  }
}

function placeText({ resource, key }: Place): string {
  return `${resourceId(resource)}/${keyText(key)}`;
}
