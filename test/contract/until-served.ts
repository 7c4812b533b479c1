import { type Cluster, isKubeError, type Resource } from "../../src/kube/index.js";

const SERVED_MS = 20_000;

/** Waits until a resource whose definition was just created is served. */
export async function untilServed(cluster: Cluster, resource: Resource): Promise<void> {
  const until = Date.now() + SERVED_MS;
  for (;;) {
    try {
      await cluster.list(resource);
      return;
    } catch (error) {
      if (!isKubeError(error, "NotFound", "ServiceUnavailable", "TooManyRequests") || Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
