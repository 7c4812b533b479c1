import type { KubernetesObject, ObjectKey } from "./object.js";

/** `namespace/name`, or `name` for cluster-scoped objects. */
export function keyText(key: ObjectKey): string {
  return key.namespace ? `${key.namespace}/${key.name}` : key.name;
}

/** The key that {@link keyText} wrote. */
export function keyFromText(text: string): { readonly namespace: string; readonly name: string } {
  const slash = text.indexOf("/");
  return { namespace: text.slice(0, Math.max(0, slash)), name: text.slice(slash + 1) };
}

/** The object's own key. */
export function keyOf(object: KubernetesObject): ObjectKey {
  const { namespace, name } = object.metadata;
  return namespace ? { namespace, name } : { name };
}

/** What keeps `name` from being one segment of a request's path, as the API server says it; `undefined` = nothing. */
export function pathSegmentProblem(name: string): string | undefined {
  if (name === "." || name === "..") return `a name may not be '${name}'`;
  const wrong = ["/", "%"].find((character) => name.includes(character));
  return wrong === undefined ? undefined : `a name may not contain '${wrong}'`;
}

/** `true` when `version` is later than `other`. Versions that are not numbers count as later when they differ. */
export function isLater(version: string, other: string): boolean {
  if (!/^\d+$/.test(version) || !/^\d+$/.test(other)) return version !== other;
  return version.length === other.length ? version > other : version.length > other.length;
}
