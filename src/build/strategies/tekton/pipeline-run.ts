import type { BuildStrategyName } from "../../../api/index.js";
import { buildMetadata } from "../build-metadata.js";
import type { BuildObject, BuildPlan } from "../build-strategy.js";
import { fetcherArguments } from "../fetcher-arguments.js";
import { OWN_TIME_LIMIT_HOURS } from "../own-time-limit.js";
import { quantityTexts } from "../quantity-texts.js";
import {
  buildSteps,
  buildVolumes,
  DEFAULT_BUILD_RESOURCES,
  DEFAULT_SCRATCH_SPACE,
  STEP_TEMPLATE,
} from "./build-steps.js";
import { cacheSecretOf } from "./cache-secret.js";
import { layerClaimOf } from "./layer-claim.js";
import { type ParameterValue, parameterValues } from "./parameter-values.js";
import { BUILD_PARAMS, BUILD_RESULTS, BUILD_WORKSPACES } from "./pipeline-contract.js";

/** The task's name in the pipeline. */
export const IMAGE_TASK = "image";

/** The run that builds by our own steps, all of them inline: nothing has to be installed but Tekton. */
export function inlinePipelineRun(plan: BuildPlan): BuildObject {
  const { settings } = plan;
  const layerClaim = layerClaimOf(plan);
  return pipelineRun(plan, "tekton", {
    pipelineSpec: {
      params: BUILD_PARAMS.map((param) => ({ ...param })),
      workspaces: BUILD_WORKSPACES.map(({ name }) => ({ name, optional: true })),
      tasks: [
        {
          name: IMAGE_TASK,
          params: BUILD_PARAMS.map(({ name, type }) => ({
            name,
            value: type === "array" ? [`$(params.${name}[*])`] : `$(params.${name})`,
          })),
          workspaces: BUILD_WORKSPACES.map(({ name }) => ({ name, workspace: name })),
          taskSpec: {
            params: BUILD_PARAMS.map((param) => ({ ...param })),
            workspaces: BUILD_WORKSPACES.map(({ name }) => ({
              name,
              optional: true,
              readOnly: true,
              mountPath: `/nbv/workspaces/${name}`,
            })),
            results: BUILD_RESULTS.map(({ name, description }) => ({ name, description, type: "string" })),
            stepTemplate: STEP_TEMPLATE,
            steps: buildSteps({
              fetcherImage: settings.fetcherImage,
              fetcherCommand: settings.fetcherCommand,
              fetcherArguments: fetcherArguments(settings),
              builderImage: settings.builderImage,
              storageDriver: settings.storageDriver,
              resources: plan.pod.resources === undefined ? DEFAULT_BUILD_RESOURCES : quantityTexts(plan.pod.resources),
              environment: settings.environment,
              trust: { knownHosts: settings.knownHosts, caBundle: settings.caBundle },
              ...(settings.plainHttpRegistry !== undefined && { plainHttpRegistry: settings.plainHttpRegistry }),
              ...(layerClaim !== undefined && { layerClaim }),
            }),
            volumes: buildVolumes(plan.pod.storage ?? DEFAULT_SCRATCH_SPACE, layerClaim),
          },
        },
      ],
      results: BUILD_RESULTS.map(({ name }) => ({
        name,
        type: "string",
        value: `$(tasks.${IMAGE_TASK}.results.${name})`,
      })),
    },
  });
}

/** The run of a Pipeline that somebody applied: it gets the same parameters and workspaces, and owes the same results. */
export function referencingPipelineRun(
  plan: BuildPlan,
  pipeline: string,
  extra: readonly ParameterValue[],
): BuildObject {
  return pipelineRun(plan, "custom", { pipelineRef: { name: pipeline } }, extra);
}

function pipelineRun(
  plan: BuildPlan,
  strategy: BuildStrategyName,
  pipeline: { readonly pipelineSpec: object } | { readonly pipelineRef: { readonly name: string } },
  extra: readonly ParameterValue[] = [],
): BuildObject {
  const { destination, source, pod } = plan;
  const podTemplate = {
    ...(pod.nodeSelector !== undefined && { nodeSelector: { ...pod.nodeSelector } }),
    ...(pod.tolerations !== undefined && { tolerations: [...pod.tolerations] }),
  };
  return {
    apiVersion: "tekton.dev/v1",
    kind: "PipelineRun",
    metadata: buildMetadata(plan, strategy),
    spec: {
      ...pipeline,
      params: [...parameterValues(plan).filter(({ name }) => !extra.some((each) => each.name === name)), ...extra],
      workspaces: [
        ...secretWorkspace("git-credentials", source.credentialsSecret),
        ...secretWorkspace("pull-credentials", cacheSecretOf(plan)),
        ...secretWorkspace("push-credentials", destination.pushSecret),
      ],
      timeouts: { pipeline: `${OWN_TIME_LIMIT_HOURS}h0m0s` },
      taskRunTemplate: {
        ...(pod.serviceAccountName !== undefined && { serviceAccountName: pod.serviceAccountName }),
        ...(Object.keys(podTemplate).length > 0 && { podTemplate }),
      },
    },
  };
}

function secretWorkspace(name: string, secretName: string | undefined): { name: string; secret: object }[] {
  return secretName === undefined ? [] : [{ name, secret: { secretName } }];
}
