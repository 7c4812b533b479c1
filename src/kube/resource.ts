import type { KubernetesObject } from "./object.js";

/**
 * One resource type of the API server: where its objects live and what they are called.
 * `T` is the type of its objects; it exists for the compiler only.
 */
export interface Resource<T extends KubernetesObject = KubernetesObject> {
  /** API group; `""` for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Lower-case plural name, as in URLs and RBAC rules. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** Its objects are questions, answered in their status: they are created without a name and never stored. @default false */
  readonly review?: boolean;
  /** Never set: carries `T`. */
  readonly object?: T;
}

/** `apiVersion` of a resource's objects: `v1`, `apps/v1`. */
export function apiVersionOf(resource: Resource): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}
