/** Operations on JSON values: what Kubernetes objects are made of. */

export type JsonObject = Record<string, unknown>;

/** Whether `value` is a JSON object: not an array, not null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A deep copy without `undefined` fields. Several times faster than `structuredClone` on plain objects. */
export function cloneJson<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(cloneJson) as T;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) {
    const field = (value as JsonObject)[key];
    if (field !== undefined) put(copy, key, cloneJson(field));
  }
  return copy as T;
}

/** Whether two JSON values are the same; the order of fields does not matter, `undefined` fields count as absent. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => equalJson(item, b[index]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  for (const key of Object.keys(a)) if (!equalJson(a[key], own(b, key))) return false;
  for (const key of Object.keys(b)) if (b[key] !== undefined && own(a, key) === undefined) return false;
  return true;
}

/** The own field of that name, never one of `Object.prototype`. */
export function own(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets an own field, whatever its name: also `__proto__`. */
export function put(object: JsonObject, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[key] = value;
  }
}

/** Freezes a JSON value and everything in it, however deep, and returns it. */
export function freezeJson<T>(value: T): T {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== "object" || next === null || Object.isFrozen(next)) continue;
    Object.freeze(next);
    for (const field of Object.values(next)) if (typeof field === "object") open.push(field);
  }
  return value;
}

/** A deep copy without fields that are `null` or `undefined`. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  const kept: JsonObject = {};
  for (const name of Object.keys(value)) {
    if (value[name] !== null && value[name] !== undefined) put(kept, name, withoutNulls(value[name]));
  }
  return kept;
}
