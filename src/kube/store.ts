import type { IndexFunction, Lister } from "./informer-options.js";
import { freezeJson } from "./json.js";
import type { KubernetesObject, ObjectKey } from "./object.js";
import { keyOf, keyText } from "./object-key.js";

interface Index<T> {
  readonly valuesOf: IndexFunction<T>;
  readonly objects: Map<string, Map<string, T>>;
}

/** An in-memory table of objects by namespace and name, with named secondary indexes. Objects are frozen when they enter. */
export class Store<T extends KubernetesObject> implements Lister<T> {
  readonly #objects = new Map<string, T>();
  readonly #byNamespace = new Map<string, Map<string, T>>();
  readonly #indexes = new Map<string, Index<T>>();
  readonly #onError: (error: unknown) => void;

  /** @param onError told when an index function throws; the object is then missing in that index only */
  constructor(indexes: Readonly<Record<string, IndexFunction<T>>> = {}, onError: (error: unknown) => void = () => {}) {
    for (const [name, valuesOf] of Object.entries(indexes)) this.#indexes.set(name, { valuesOf, objects: new Map() });
    this.#onError = onError;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: ObjectKey): T | undefined {
    return this.#objects.get(keyText(key));
  }

  list(namespace?: string): T[] {
    return [...((namespace === undefined ? this.#objects : this.#byNamespace.get(namespace))?.values() ?? [])];
  }

  byIndex(index: string, value: string): T[] {
    const found = this.#indexes.get(index);
    if (found === undefined) throw new RangeError(`no index ${JSON.stringify(index)}`);
    return [...(found.objects.get(value)?.values() ?? [])];
  }

  put(object: T): void {
    this.remove(keyOf(object));
    const key = keyText(keyOf(object));
    freezeJson(object);
    this.#objects.set(key, object);
    insert(this.#byNamespace, object.metadata.namespace ?? "", key, object);
    for (const index of this.#indexes.values()) {
      for (const value of this.#valuesOf(index, object)) insert(index.objects, value, key, object);
    }
  }

  remove(key: ObjectKey): void {
    const text = keyText(key);
    const object = this.#objects.get(text);
    if (object === undefined) return;
    this.#objects.delete(text);
    withdraw(this.#byNamespace, object.metadata.namespace ?? "", text);
    for (const index of this.#indexes.values()) {
      for (const value of this.#valuesOf(index, object)) withdraw(index.objects, value, text);
    }
  }

  #valuesOf(index: Index<T>, object: T): readonly string[] {
    try {
      return index.valuesOf(object);
    } catch (error) {
      this.#onError(error);
      return [];
    }
  }
}

function insert<T>(table: Map<string, Map<string, T>>, value: string, key: string, object: T): void {
  const bucket = table.get(value);
  if (bucket === undefined) table.set(value, new Map([[key, object]]));
  else bucket.set(key, object);
}

function withdraw<T>(table: Map<string, Map<string, T>>, value: string, key: string): void {
  const bucket = table.get(value);
  if (bucket?.delete(key) === true && bucket.size === 0) table.delete(value);
}
