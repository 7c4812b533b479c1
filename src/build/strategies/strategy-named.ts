import type { BuildStrategyName } from "../../api/index.js";
import type { BuildStrategy } from "./build-strategy.js";
import { customStrategy } from "./custom/custom-strategy.js";
import { s2iStrategy } from "./s2i/s2i-strategy.js";
import { shipwrightStrategy } from "./shipwright/shipwright-strategy.js";
import { tektonStrategy } from "./tekton/tekton-strategy.js";

/** Every strategy, in the order in which they are chosen where a job names none. */
export const BUILD_STRATEGIES: readonly BuildStrategy[] = [
  s2iStrategy,
  tektonStrategy,
  shipwrightStrategy,
  customStrategy,
];

/** The strategy of a name that a job may use; kaniko, which is archived, maps to tekton. */
export function strategyNamed(name: BuildStrategyName): BuildStrategy | undefined {
  const wanted = name === "kaniko" ? "tekton" : name;
  return BUILD_STRATEGIES.find((strategy) => strategy.name === wanted);
}
