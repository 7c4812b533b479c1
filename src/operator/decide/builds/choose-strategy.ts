import type { BuildStrategyName, EffectiveSpec } from "../../../api/index.js";
import { type BuildPlan, strategyNamed } from "../../../build/index.js";
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

/** What a strategy says of a build: see `BuildStrategy.judge`. */
type Judgement = { readonly refused: readonly string[]; readonly warnings: readonly string[] };

/**
 * Chooses the strategy of a job's build. A name is a decision: another one builds only where the cluster lacks the named
 * one, or the run has given it up, and the job lets builds fall back. `custom` builds what the job's own Pipeline says, so nothing stands in for it,
 * and it stands in for nothing. Where the job names none, the first builds that can do all that it asks for.
 *
 * @param available best first
 * @param planBy the build by a strategy
 * @param abandoned what the run has given up
 */
export function chooseStrategy(
  spec: Pick<EffectiveSpec, "build" | "recovery">,
  available: readonly BuildStrategyName[],
  planBy: (strategy: BuildStrategyName) => BuildPlan,
  abandoned: readonly BuildStrategyName[] = [],
): StrategyChoice {
  const wanted = spec.build?.strategy;
  const left = strategiesLeft(spec, available, abandoned);
  const replacing = wanted === undefined || left.includes(wanted) ? [] : [whyReplaced(wanted, abandoned)];
  let refusal: StrategyChoice | undefined;
  for (const strategy of left) {
    const plan = planBy(strategy);
    const { refused, warnings } = judge(strategy, plan);
    const inPlace = replacing.map((why) => `${why}: ${strategy} builds in its place`);
    if (refused.length === 0) return { kind: "chosen", strategy, plan, warnings: [...inPlace, ...warnings] };
    refusal ??= refusedBy(strategy, refused, plan);
  }
  return refusal ?? unavailable(wanted, available.filter(isOrdinary), abandoned);
}

/**
 * Strategies that may build for the job, best first: the one that it names alone, as long as the cluster serves it and
 * the run has not given it up.
 */
export function strategiesLeft(
  spec: Pick<EffectiveSpec, "build" | "recovery">,
  available: readonly BuildStrategyName[],
  abandoned: readonly BuildStrategyName[] = [],
): BuildStrategyName[] {
  const wanted = spec.build?.strategy;
  const open = available.filter((strategy) => !abandoned.includes(strategy));
  if (wanted !== undefined && open.includes(wanted)) return [wanted];
  return wanted === undefined || mayReplace(wanted, spec) ? open.filter(isOrdinary) : [];
}

function isOrdinary(strategy: BuildStrategyName): boolean {
  return strategy !== "custom";
}

function whyReplaced(wanted: BuildStrategyName, abandoned: readonly BuildStrategyName[]): string {
  return abandoned.includes(wanted) ? `The build by ${wanted} was given up` : `The cluster can't build by ${wanted}`;
}

function judge(strategy: BuildStrategyName, plan: BuildPlan): Judgement {
  return strategyNamed(strategy)?.judge(plan) ?? { refused: [`${strategy} is not known here`], warnings: [] };
}

function mayReplace(wanted: BuildStrategyName, { recovery }: Pick<EffectiveSpec, "recovery">): boolean {
  const isAllowed = recovery.smart && recovery.buildFallback;
  return wanted !== "custom" && isAllowed && !recovery.disabledActions.includes("fallback-build-strategy");
}

function refusedBy(strategy: BuildStrategyName, refused: readonly string[], plan: BuildPlan): StrategyChoice {
  const lacksPipeline = strategy === "custom" && plan.strategyConfig["pipeline"] === undefined;
  const failure = failureOf("BuildStrategyUnavailable", {
    fault: "user",
    // What the job asks for is a decision: another strategy is the job's to choose.
    recoveries: [],
    message: `The strategy ${strategy} can't do what the job asks for: ${refused.join("; ")}`,
    suggestedAction: lacksPipeline
      ? "Set buildConfig.strategyConfig.pipeline to the name of a Pipeline in the builds' namespace"
      : "Choose another strategy, or leave out what this one can't do",
  });
  return { kind: "unavailable", failure };
}

function unavailable(
  wanted: BuildStrategyName | undefined,
  others: readonly BuildStrategyName[],
  abandoned: readonly BuildStrategyName[],
): StrategyChoice {
  const isAbsent = wanted === undefined && abandoned.length === 0;
  const failure = failureOf("BuildStrategyUnavailable", {
    message: whyUnavailable(wanted, others, abandoned),
    suggestedAction: isAbsent
      ? "Install Tekton Pipelines or Shipwright Build, or switch buildConfig.enabled off"
      : undefined,
  });
  return { kind: "unavailable", failure };
}

function whyUnavailable(
  wanted: BuildStrategyName | undefined,
  others: readonly BuildStrategyName[],
  abandoned: readonly BuildStrategyName[],
): string {
  if (abandoned.length > 0) return `The run has given up ${abandoned.join(", ")}, and no other strategy is left`;
  if (wanted === undefined) return "The cluster serves the kinds of no build strategy";
  const instead = others.length === 0 ? "It serves those of no other strategy" : `It can build by ${others.join(", ")}`;
  return `The cluster does not serve the kinds of the strategy ${wanted}. ${instead}`;
}
