import type { GroupVersion } from "../cluster.js";
import { KubeError } from "../kube-error.js";
import type { ObjectKey } from "../object.js";
import { pathSegmentProblem } from "../object-key.js";
import type { Resource } from "../resource.js";

/** Where a version of an API group is. @throws KubeError `BadRequest` for one that can't be */
export function rootPath({ group, version }: GroupVersion): string {
  return group === "" ? `/api/${pathSegment(version)}` : `/apis/${pathSegment(group)}/${pathSegment(version)}`;
}

/** Where the objects of a resource are: those of one namespace, or all. @throws KubeError `BadRequest` for an impossible namespace */
export function collectionPath(resource: Resource, namespace: string | undefined): string {
  const home = resource.namespaced && namespace !== undefined ? `/namespaces/${pathSegment(namespace)}` : "";
  return `${rootPath(resource)}${home}/${resource.plural}`;
}

/** Where one object is. @throws KubeError `BadRequest` for a name that is missing or impossible */
export function objectPath(resource: Resource, key: ObjectKey): string {
  if (key.name === "")
    throw new KubeError({ reason: "BadRequest", message: `the name of a ${resource.kind} is missing` });
  if (resource.namespaced && !key.namespace) {
    throw new KubeError({ reason: "BadRequest", message: `the namespace of ${resource.kind} ${key.name} is missing` });
  }
  return `${collectionPath(resource, key.namespace)}/${pathSegment(key.name)}`;
}

/** @throws KubeError `BadRequest` for what would name something else: URLs are normalized on their way */
function pathSegment(name: string): string {
  const problem = pathSegmentProblem(name);
  if (problem !== undefined) throw new KubeError({ reason: "BadRequest", message: problem });
  return encodeURIComponent(name);
}
