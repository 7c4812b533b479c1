import { type BuildStrategyName, LABEL_BUILD_STRATEGY } from "../../api/index.js";
import type { ApiKind, BuildObject, BuildStrategy } from "./build-strategy.js";
import { tektonStrategy } from "./tekton/tekton-strategy.js";

/** Every strategy, in the order in which they are chosen where a job names none. `kaniko` is tekton. */
export const BUILD_STRATEGIES: readonly BuildStrategy[] = [tektonStrategy];

/** The strategy of a name that a job may use; kaniko, which is archived, maps to tekton. */
export function strategyNamed(name: BuildStrategyName): BuildStrategy | undefined {
  const wanted = name === "kaniko" ? "tekton" : name;
  return BUILD_STRATEGIES.find((strategy) => strategy.name === wanted);
}

/** The strategy that made a build's main object; `undefined` when the object is none of ours. */
export function strategyOf(object: BuildObject): BuildStrategy | undefined {
  const name = object.metadata.labels?.[LABEL_BUILD_STRATEGY];
  return BUILD_STRATEGIES.find(
    (strategy) => strategy.name === name && strategy.needs.some((kind) => isOfKind(object, kind)),
  );
}

/** Names of the strategies whose kinds the cluster serves, best first. */
export function availableStrategies(isServed: (kind: ApiKind) => boolean): BuildStrategyName[] {
  return BUILD_STRATEGIES.filter(({ needs }) => needs.every(isServed)).map(({ name }) => name);
}

function isOfKind(object: BuildObject, { group, version, kind }: ApiKind): boolean {
  return object.kind === kind && object.apiVersion === `${group}/${version}`;
}
