import { fromRfc3339, type Instant } from "../../api/index.js";
import type { BuildObservation, BuildStrategy } from "../../build/index.js";
import type { OperatorMetrics } from "../operator-metrics.js";
import type { ImageSizes } from "./image-sizes.js";
import type { StoredBuild } from "./stored-build.js";

type Result = "success" | "failure" | "cancelled" | "timeout";

/** Counts a build that came to its end before the eyes of this process. */
export function recordBuild(
  { metrics, sizes }: { readonly metrics: OperatorMetrics; readonly sizes: ImageSizes },
  { metadata }: StoredBuild,
  observation: BuildObservation,
  { name }: BuildStrategy,
  now: Instant,
): void {
  const created = fromRfc3339(metadata.creationTimestamp);
  const ended = fromRfc3339("completionTime" in observation ? observation.completionTime : undefined) ?? now;
  // Kaniko is tekton: no build object is called so.
  const strategy = name === "kaniko" ? "tekton" : name;
  if (created !== undefined) {
    const seconds = Math.max(0, ended - created) / 1000;
    metrics.observe("buildDuration", { strategy, result: resultOf(observation) }, seconds);
  }
  if (observation.kind !== "complete") return;
  sizes.built(observation.image, observation.sizeBytes);
  if (observation.cacheHit !== undefined)
    metrics.count("buildCacheRequests", { result: observation.cacheHit ? "hit" : "miss" });
}

function resultOf(observation: BuildObservation): Result {
  switch (observation.kind) {
    case "complete":
      return "success";
    case "failed":
      return /timeout|timedout/i.test(observation.signal.reason) ? "timeout" : "failure";
    // It vanished before its end.
    case "pending":
    case "running":
    case "cancelled":
      return "cancelled";
    default:
      return unreachable(observation);
  }
}

function unreachable(observation: never): never {
  throw new Error(`unexpected observation ${JSON.stringify(observation)}`);
}
