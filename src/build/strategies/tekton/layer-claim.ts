import { parseDuration } from "../../../api/index.js";
import type { BuildPlan } from "../build-strategy.js";

/** Key of `strategyConfig`: the PersistentVolumeClaim that keeps layers between builds, for `cache.type: workspace`. */
export const CACHE_CLAIM = "cacheClaim";

/** A claim that keeps buildah's layers between builds. */
export interface LayerClaim {
  readonly name: string;
  /** Seconds after which everything in it is dropped and built anew. */
  readonly ttlSeconds: number;
}

/** Where a plan keeps its layers; `undefined` = nowhere: they go with the build's pod. */
export function layerClaimOf({ cache, strategyConfig }: BuildPlan): LayerClaim | undefined {
  const name = strategyConfig[CACHE_CLAIM];
  if (cache?.enabled !== true || cache.type !== "workspace" || !name) return undefined;
  return { name, ttlSeconds: Math.ceil(parseDuration(cache.ttl) / 1000) };
}
