import type { BuildPlan } from "../build-strategy.js";

/** Key of `strategyConfig`: the Secret by which the build step reads base images and writes the layer cache. */
export const CACHE_SECRET = "cacheSecret";

/**
 * Secret that the build step sees. buildah writes the layer cache while it builds, so that with a registry cache this
 * Secret has to be able to push there: the job's push Secret, unless another is named.
 */
export function cacheSecretOf({ cache, strategyConfig, pullSecret, destination }: BuildPlan): string | undefined {
  if (cache?.enabled !== true || cache.type !== "registry") return pullSecret;
  return strategyConfig[CACHE_SECRET] ?? pullSecret ?? destination.pushSecret;
}
