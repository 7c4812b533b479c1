import { KubeError } from "../kube-error.js";
import type { ObjectKey } from "../object.js";
import { keyOf, keyText } from "../object-key.js";
import type { Resource } from "../resource.js";
import { resourceId, type StoredObject } from "./definition.js";
import type { FieldManager } from "./managed-fields.js";

/** One stored object and the owners of its fields. */
export interface StoredRecord {
  readonly object: StoredObject;
  readonly managers: readonly FieldManager[];
}

/** One committed change. */
export interface Change {
  readonly revision: number;
  readonly type: "Added" | "Modified" | "Deleted";
  readonly resource: Resource;
  /** New state; for deletions the last state, with the revision of the deletion. */
  readonly object: StoredObject;
  readonly previous: StoredObject | undefined;
}

/** What etcd is to a real API server: one revision counter over all resources, current state and a bounded history. */
export class Storage {
  #revision = 1;
  #forgotten = 1;
  #history: Change[] = [];
  readonly #historyLimit: number;
  readonly #tables = new Map<string, Map<string, StoredRecord>>();
  readonly #listeners = new Set<(change: Change) => void>();

  /** @param historyLimit changes that are remembered at least */
  constructor(historyLimit: number) {
    this.#historyLimit = historyLimit;
  }

  /** Revision of the latest change. */
  get revision(): number {
    return this.#revision;
  }

  get(resource: Resource, key: ObjectKey): StoredRecord | undefined {
    return this.#tables.get(resourceId(resource))?.get(keyText(key));
  }

  /** Current objects in no particular order. */
  all(resource: Resource): StoredObject[] {
    return [...(this.#tables.get(resourceId(resource))?.values() ?? [])].map((record) => record.object);
  }

  /** Creates or replaces. @returns the object as stored, with its new resourceVersion */
  put(resource: Resource, object: StoredObject, managers: readonly FieldManager[]): StoredObject {
    const key = keyText(keyOf(object));
    const id = resourceId(resource);
    const table = this.#tables.get(id) ?? new Map<string, StoredRecord>();
    this.#tables.set(id, table);
    const previous = table.get(key)?.object;
    const revision = ++this.#revision;
    const stored = withRevision(object, revision);
    table.set(key, { object: stored, managers });
    this.#commit({ revision, type: previous === undefined ? "Added" : "Modified", resource, object: stored, previous });
    return stored;
  }

  /** Removes an object; nothing happens when it is not there. */
  remove(resource: Resource, key: ObjectKey): void {
    const table = this.#tables.get(resourceId(resource));
    const previous = table?.get(keyText(key))?.object;
    if (table === undefined || previous === undefined) return;
    const revision = ++this.#revision;
    table.delete(keyText(key));
    this.#commit({ revision, type: "Deleted", resource, object: withRevision(previous, revision), previous });
  }

  /**
   * Changes of one resource after a revision, oldest first.
   * @throws KubeError `Gone` when they are forgotten
   */
  changesSince(resource: Resource, revision: number): Change[] {
    if (revision < this.#forgotten) {
      throw new KubeError({ reason: "Gone", message: `too old resource version: ${revision} (${this.#forgotten})` });
    }
    const id = resourceId(resource);
    return this.#history.filter((change) => change.revision > revision && resourceId(change.resource) === id);
  }

  /**
   * Objects of one resource as they were at a revision.
   * @throws KubeError `Gone` when that is forgotten
   */
  allAt(resource: Resource, revision: number): StoredObject[] {
    const state = new Map(this.all(resource).map((object) => [keyText(keyOf(object)), object]));
    for (const change of this.changesSince(resource, revision).reverse()) {
      const key = keyText(keyOf(change.object));
      if (change.previous === undefined) state.delete(key);
      else state.set(key, change.previous);
    }
    return [...state.values()];
  }

  /** Calls `listener` for every change from now on, inside the write. @returns a function that ends this */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Forgets all history: older resourceVersions and continue tokens are `Gone` now. */
  compact(): void {
    this.#history = [];
    this.#forgotten = this.#revision;
  }

  #commit(change: Change): void {
    this.#history.push(change);
    if (this.#history.length > 2 * this.#historyLimit) {
      const dropped = this.#history.splice(0, this.#history.length - this.#historyLimit);
      this.#forgotten = dropped.at(-1)?.revision ?? this.#forgotten;
    }
    for (const listener of [...this.#listeners]) listener(change);
  }
}

function withRevision(object: StoredObject, revision: number): StoredObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}
