import type { BuildCapabilities, BuildPlan, BuildStrategy } from "../build-strategy.js";
import { foreignBuilders } from "../foreign-builders.js";
import { unknownSettings } from "../unknown-settings.js";
import { PIPELINE_RUN, TASK_RUN } from "./api-kinds.js";
import { CACHE_SECRET, cacheSecretOf } from "./cache-secret.js";
import { GIT_CREDENTIALS } from "./git-credentials-setting.js";
import { CACHE_CLAIM, layerClaimOf } from "./layer-claim.js";
import { observePipelineRun } from "./observe-pipeline-run.js";
import { inlinePipelineRun } from "./pipeline-run.js";
import { tektonVariables } from "./tekton-variables.js";

/** Longest CA bundle in bytes: as base64 it has to fit into one variable of a container. */
export const MAX_CA_BUNDLE_BYTES = 90 * 1024;

export const TEKTON_CAPABILITIES: BuildCapabilities = {
  target: true,
  registryCache: true,
  workspaceCache: true,
  buildArgs: true,
  pullSecret: true,
  gitCredentials: true,
  tolerations: true,
};

/** Merge patch that makes Tekton stop a run. */
export const CANCEL_PIPELINE_RUN = { spec: { status: "Cancelled" } } as const;

/**
 * Tekton Pipelines, `tekton.dev/v1`: one PipelineRun with our own steps inline, one pod. buildah runs as
 * root in its container, never privileged: the namespace has to admit Pod Security *baseline*. Layers are kept between
 * builds only where a job names a claim for them.
 */
export const tektonStrategy: BuildStrategy = {
  name: "tekton",
  needs: [PIPELINE_RUN],
  watches: [TASK_RUN],
  capabilities: TEKTON_CAPABILITIES,
  judge(plan) {
    return {
      refused: [...foreignBuilders(plan.strategyConfig), ...refusedByTekton(plan)],
      warnings: [
        ...cacheWarnings(plan),
        ...unknownSettings("tekton", plan.strategyConfig, [CACHE_CLAIM, CACHE_SECRET, GIT_CREDENTIALS]),
      ],
    };
  },
  objects: (plan) => [inlinePipelineRun(plan)],
  observe: observePipelineRun,
  cancelPatch: CANCEL_PIPELINE_RUN,
};

/** What no PipelineRun can carry. */
export function refusedByTekton(plan: BuildPlan): string[] {
  const bytes = Buffer.byteLength(plan.settings.caBundle);
  return [
    ...tektonVariables(plan).map((what) => `${what} holds "$(", which Tekton takes for a variable`),
    ...(bytes > MAX_CA_BUNDLE_BYTES
      ? [`the operator's network.caBundle has ${bytes} bytes: a build can carry ${MAX_CA_BUNDLE_BYTES}`]
      : []),
  ];
}

/** What a registry cache means for the Secrets of the build. */
export function cacheWarnings(plan: BuildPlan): string[] {
  const { cache, destination, strategyConfig, pullSecret } = plan;
  if (cache?.enabled !== true) return [];
  if (cache.type === "workspace") {
    return layerClaimOf(plan) === undefined
      ? [
          `cache.type workspace has no effect without strategyConfig.${CACHE_CLAIM}, a PersistentVolumeClaim for the layers`,
        ]
      : [];
  }
  const secret = cacheSecretOf(plan);
  if (strategyConfig[CACHE_SECRET] !== undefined || secret === undefined) return [];
  return secret === pullSecret && secret !== destination.pushSecret
    ? [
        `the layer cache is written with the pull Secret ${secret}: it has to be able to push to ${destination.cacheRepository}`,
      ]
    : [
        `with the registry cache, build instructions run beside the push Secret ${secret}: strategyConfig.${CACHE_SECRET} can name another`,
      ];
}
