import type { BuildPlan } from "../build-strategy.js";
import { FOREIGN_BUILDERS } from "../foreign-builders.js";
import { extraParameters, isObjectName, PARAMETER_PREFIX } from "../job-parameters.js";
import { type ParameterValue, parameterValues } from "../tekton/parameter-values.js";

/** Keys of `strategyConfig` by which a job names somebody else's Shipwright strategy. */
export const FOREIGN_SETTINGS = {
  name: FOREIGN_BUILDERS.shipwrightStrategy,
  /** `ClusterBuildStrategy` (default) or `BuildStrategy`. */
  kind: "shipwrightStrategyKind",
  /** Names of our own parameters that the strategy declares, separated by spaces. Shipwright refuses any other. */
  parameters: "parameters",
} as const;

/** A Shipwright strategy that somebody applied, and what it is given. */
export interface ForeignStrategy {
  readonly name: string;
  readonly kind: "BuildStrategy" | "ClusterBuildStrategy";
  readonly parameters: readonly ParameterValue[];
}

/** The strategy that the job names, what is wrong with how it does (one sentence each), or `undefined` for our own. */
export function foreignStrategy(plan: BuildPlan): ForeignStrategy | readonly string[] | undefined {
  const config = plan.strategyConfig;
  const name = config[FOREIGN_SETTINGS.name];
  if (name === undefined) return undefined;
  const kind = config[FOREIGN_SETTINGS.kind] ?? "ClusterBuildStrategy";
  if (!isObjectName(name))
    return [`strategyConfig.${FOREIGN_SETTINGS.name}: ${JSON.stringify(name)} is no object's name`];
  if (kind !== "ClusterBuildStrategy" && kind !== "BuildStrategy") {
    return [
      `strategyConfig.${FOREIGN_SETTINGS.kind} is ClusterBuildStrategy or BuildStrategy, not ${JSON.stringify(kind)}`,
    ];
  }
  const own = parameterValues(plan);
  const wanted = (config[FOREIGN_SETTINGS.parameters] ?? "").split(" ").filter((word) => word !== "");
  const unknown = wanted.filter((word) => !own.some((parameter) => parameter.name === word));
  if (unknown.length > 0) {
    const known = own.map((parameter) => parameter.name).join(", ");
    return [`strategyConfig.${FOREIGN_SETTINGS.parameters}: there is no ${unknown.join(", ")}; known are ${known}`];
  }
  const parameters = [...own.filter((parameter) => wanted.includes(parameter.name)), ...extraParameters(config)];
  return { name, kind, parameters };
}

/** Keys that mean something only beside a foreign strategy. */
export function foreignKeys(config: Readonly<Record<string, string>>): string[] {
  if (config[FOREIGN_SETTINGS.name] === undefined) return [FOREIGN_SETTINGS.name];
  const parameters = extraParameters(config).map(({ name }) => `${PARAMETER_PREFIX}${name}`);
  return [...Object.values(FOREIGN_SETTINGS), ...parameters];
}
