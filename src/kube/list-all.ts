import type { Cluster, ObjectList, Selection } from "./cluster.js";
import { isKubeError } from "./kube-error.js";
import type { KubernetesObject } from "./object.js";
import type { Resource } from "./resource.js";

export interface ListAllOptions extends Selection {
  /** Objects per page. @default 500 */
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

/** How often a list is begun anew when its continue token expires, before everything is asked for in one answer. */
const RESTARTS = 3;

/**
 * Everything that a selection holds, read page by page from one snapshot. Begins anew when a continue token expires.
 * @throws KubeError as `Cluster.list` does
 */
export async function listAll<T extends KubernetesObject>(
  cluster: Pick<Cluster, "list">,
  resource: Resource<T>,
  options: ListAllOptions = {},
): Promise<ObjectList<T>> {
  const { pageSize = 500, ...selection } = options;
  for (let restarts = 0; ; restarts++) {
    const limit = restarts < RESTARTS ? { limit: pageSize } : {};
    try {
      let page = await cluster.list(resource, { ...selection, ...limit });
      const first = page;
      const items = page.items;
      while (page.continue) {
        page = await cluster.list(resource, { ...selection, ...limit, continue: page.continue });
        for (const item of page.items) items.push(item);
      }
      return { items, resourceVersion: first.resourceVersion };
    } catch (error) {
      if (!isKubeError(error, "Gone") || restarts >= RESTARTS) throw error;
    }
  }
}
