import { cloneJson, equalJson, isJsonObject, type JsonObject, own, put } from "./json.js";

/** Applies a JSON merge patch (RFC 7386): `null` deletes, objects merge, everything else replaces. Changes neither argument. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return cloneJson(patch);
  const merged: JsonObject = isJsonObject(target) ? cloneJson(target) : {};
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === undefined) continue;
    if (value === null) delete merged[key];
    else put(merged, key, applyMergePatch(own(merged, key), value));
  }
  return merged;
}

/** The merge patch that turns `from` into `to`; `undefined` when they are equal. Neither may contain `null`. */
export function createMergePatch(from: JsonObject, to: JsonObject): JsonObject | undefined {
  const patch: JsonObject = {};
  for (const key of Object.keys(from)) if (own(to, key) === undefined) put(patch, key, null);
  for (const key of Object.keys(to)) {
    const [before, after] = [own(from, key), to[key]];
    if (after === undefined) continue;
    if (isJsonObject(before) && isJsonObject(after)) {
      const inner = createMergePatch(before, after);
      if (inner !== undefined) put(patch, key, inner);
    } else if (!equalJson(before, after)) {
      put(patch, key, cloneJson(after));
    }
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}
