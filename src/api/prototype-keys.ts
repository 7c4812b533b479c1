import { fieldText, type Problem } from "./problem.js";

/**
 * Fields called `__proto__`, anywhere in a document. JavaScript would take one for an object's prototype, so that a document
 * could show us fields that the API server never sees; no field, label, resource or parameter is called so.
 */
export function prototypeKeys(value: unknown, path: readonly (string | number)[] = []): Problem[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => prototypeKeys(item, [...path, index]));
  return Object.entries(value).flatMap(([key, entry]) => {
    const at = [...path, key];
    if (key !== "__proto__") return prototypeKeys(entry, at);
    return [{ path: at, field: fieldText(at), message: "is not a field", kind: "unknown-field" as const }];
  });
}
