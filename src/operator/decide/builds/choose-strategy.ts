import type { BuildStrategyName, EffectiveSpec } from "../../../api/index.js";
import type { BuildPlan } from "../../../build/index.js";
import { type Failure, failureOf } from "../../../recovery/index.js";

/** Who builds, or why nobody can. */
export type StrategyChoice =
  | {
      readonly kind: "chosen";
      readonly strategy: BuildStrategyName;
      readonly plan: BuildPlan;
      /** What is done otherwise than the job asks, one sentence each. */
      readonly warnings: readonly string[];
    }
  | { readonly kind: "unavailable"; readonly failure: Failure };

/**
 * Chooses the strategy of a job's build. A name is a decision: another one builds only where the cluster lacks the named
 * one and the job lets builds fall back. `custom` builds what the job's own Pipeline says, so nothing stands in for it,
 * and it stands in for nothing.
 *
 * @param available best first
 * @param planBy the build by a strategy
 */
export function chooseStrategy(
  { build, recovery }: Pick<EffectiveSpec, "build" | "recovery">,
  available: readonly BuildStrategyName[],
  planBy: (strategy: BuildStrategyName) => BuildPlan,
): StrategyChoice {
  const wanted = build?.strategy;
  const chosen = (strategy: BuildStrategyName, warnings: readonly string[] = []): StrategyChoice => {
    return { kind: "chosen", strategy, plan: planBy(strategy), warnings };
  };
  if (wanted !== undefined && available.includes(wanted)) return chosen(wanted);
  const ordinary = available.filter((strategy) => strategy !== "custom");
  const [first] = ordinary;
  if (wanted === undefined && first !== undefined) return chosen(first);
  const mayFallBack =
    wanted !== undefined &&
    wanted !== "custom" &&
    recovery.smart &&
    recovery.buildFallback &&
    !recovery.disabledActions.includes("fallback-build-strategy");
  if (mayFallBack && first !== undefined) {
    return chosen(first, [`The cluster can't build by ${wanted}: ${first} builds in its place`]);
  }
  const others = ordinary.length === 0 ? "It has no other strategy either" : `It can build by ${ordinary.join(", ")}`;
  const failure = failureOf("BuildStrategyUnavailable", {
    message:
      wanted === undefined
        ? "The cluster serves the kinds of no build strategy"
        : `The cluster does not serve the kinds of the strategy ${wanted}. ${others}`,
  });
  return { kind: "unavailable", failure };
}
