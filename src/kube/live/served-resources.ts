import type { GroupVersion, ServedResource } from "../cluster.js";
import { isJsonObject } from "../json.js";
import { isKubeError, KubeError } from "../kube-error.js";
import type { Resource } from "../resource.js";

/** What a question to discovery is about, for the records of requests. */
export function discoveryOf({ group, version }: GroupVersion): Resource {
  return { group, version, kind: "APIResourceList", plural: "", namespaced: false };
}

/**
 * The resources that an `APIResourceList` names; none when the server does not know the version.
 * @throws KubeError when the server gave another answer than that
 */
export async function servedResources(ask: () => Promise<unknown>): Promise<readonly ServedResource[]> {
  let answer: unknown;
  try {
    answer = await ask();
  } catch (error) {
    if (isKubeError(error, "NotFound")) return [];
    throw error;
  }
  const resources = isJsonObject(answer) ? answer["resources"] : undefined;
  // Go writes an empty list as null.
  if (resources === null) return [];
  if (!Array.isArray(resources)) {
    throw new KubeError({ reason: "ConnectionFailed", message: "the answer is not a list of resources" });
  }
  return resources.flatMap((entry: unknown) => {
    if (!isJsonObject(entry)) return [];
    const { name, kind, namespaced } = entry;
    if (typeof name !== "string" || typeof kind !== "string" || name.includes("/")) return [];
    return [{ plural: name, kind, namespaced: namespaced === true }];
  });
}
