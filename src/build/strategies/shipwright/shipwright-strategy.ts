import { UserError } from "../../../api/index.js";
import type { BuildPlan, BuildStrategy } from "../build-strategy.js";
import { FOREIGN_BUILDERS, foreignBuilders } from "../foreign-builders.js";
import { TASK_RUN } from "../tekton/api-kinds.js";
import { CACHE_SECRET } from "../tekton/cache-secret.js";
import { cacheWarnings, refusedByTekton, TEKTON_CAPABILITIES } from "../tekton/tekton-strategy.js";
import { unknownSettings } from "../unknown-settings.js";
import { BUILD_RUN, SHIPWRIGHT_STRATEGY } from "./api-kinds.js";
import { foreignBuildRun, ownBuildRun } from "./build-run.js";
import { foreignKeys, foreignStrategy } from "./foreign-strategy.js";
import { observeBuildRun } from "./observe-build-run.js";
import { ownShipwrightStrategy } from "./shipwright-steps.js";

const { pipeline } = FOREIGN_BUILDERS;

/** Merge patch that makes Shipwright stop a run. */
export const CANCEL_BUILD_RUN = { spec: { state: "BuildRunCanceled" } } as const;

/**
 * Shipwright, `shipwright.io/v1beta1`: a BuildRun of a BuildStrategy with our own steps, which runs on Tekton. Shipwright
 * pushes the image, and tells its digest and size. Or a BuildRun of the strategy that `strategyConfig` names, which
 * Shipwright fetches the commit for.
 *
 * `objects` throws UserError when `judge` refuses the settings.
 */
export const shipwrightStrategy: BuildStrategy = {
  name: "shipwright",
  needs: [BUILD_RUN, SHIPWRIGHT_STRATEGY],
  watches: [TASK_RUN],
  capabilities: { ...TEKTON_CAPABILITIES, workspaceCache: false },
  judge(plan) {
    const foreign = foreignStrategy(plan);
    return {
      refused: [
        ...(plan.strategyConfig[pipeline] === undefined ? [] : foreignBuilders({ [pipeline]: "" })),
        ...(isRefused(foreign) ? foreign : []),
        ...refusedByTekton(plan),
      ],
      warnings: [
        ...(foreign === undefined ? ownCacheWarnings(plan) : foreignWarnings(plan)),
        ...(plan.settings.caBundle === ""
          ? []
          : ["Shipwright pushes the image itself: the registry's certificate must be one that Shipwright trusts"]),
        ...unknownSettings("shipwright", plan.strategyConfig, [CACHE_SECRET, ...foreignKeys(plan.strategyConfig)]),
      ],
    };
  },
  objects(plan) {
    const foreign = foreignStrategy(plan);
    if (isRefused(foreign))
      throw new UserError({ what: "nobody can build by the strategy shipwright", where: [...foreign] });
    if (foreign !== undefined) return [foreignBuildRun(plan, foreign)];
    const strategy = ownShipwrightStrategy(plan);
    return [strategy, ownBuildRun(plan, strategy.metadata.name)];
  },
  observe: observeBuildRun,
  cancelPatch: CANCEL_BUILD_RUN,
};

function isRefused(foreign: ReturnType<typeof foreignStrategy>): foreign is readonly string[] {
  return Array.isArray(foreign);
}

function ownCacheWarnings(plan: BuildPlan): string[] {
  return plan.cache?.enabled === true && plan.cache.type === "workspace"
    ? ["a build by Shipwright keeps layers in a registry only: cache.type workspace has no effect"]
    : cacheWarnings(plan);
}

/** A foreign strategy takes what it declares, and nothing else can be handed to it. */
function foreignWarnings({ environment, pullSecret, cache, pod, strategyConfig }: BuildPlan): string[] {
  const given = (strategyConfig["parameters"] ?? "").split(" ");
  const lost = [
    ...(environment.dockerfile.kind === "generated" && !given.includes("dockerfile-base64")
      ? ["the generated Dockerfile"]
      : []),
    ...(environment.dockerfile.kind === "repository" && !given.includes("dockerfile")
      ? ["the path of the Dockerfile"]
      : []),
    ...(Object.keys(environment.buildArgs).length > 0 && !given.includes("build-arguments")
      ? ["buildConfig.buildArgs"]
      : []),
    ...(pullSecret === undefined ? [] : ["the pull Secret"]),
    ...(cache?.enabled === true && !given.includes("build-arguments") ? ["buildConfig.cache"] : []),
    ...(pod.resources === undefined ? [] : ["buildConfig.resources"]),
  ];
  return lost.map((what) => `strategyConfig.shipwrightStrategy builds in its own way: ${what} does not reach it`);
}
