import type { ComparisonConfig } from "../api/index.js";
import type { ComparisonSettings } from "./runner-config.js";

/** `config` with the operator's defaults (spec "API", `comparisonConfig`) and its numbers as numbers. */
export function comparisonSettings(config: ComparisonConfig = {}): ComparisonSettings {
  return {
    isExact: config.strategy === "exact",
    absoluteTolerance: Number(config.floatingPointTolerance ?? 0.0001),
    relativeTolerance: Number(config.relativeTolerance ?? 0),
    ignoreTimestamps: config.ignoreTimestamps ?? true,
    ignoreExecutionCount: config.ignoreExecutionCount ?? true,
    customPatterns: config.customTimestampPatterns ?? [],
    ignoredTypes: config.ignoreOutputTypes ?? [],
    ignoredCells: config.ignoreCells ?? [],
    ignoredTags: config.ignoreTags ?? [],
    images: config.images ?? "ignore",
  };
}
