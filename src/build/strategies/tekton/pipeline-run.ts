import type { BuildStrategyName } from "../../../api/index.js";
import { buildMetadata } from "../build-metadata.js";
import type { BuildObject, BuildPlan } from "../build-strategy.js";
import {
  buildSteps,
  buildVolumes,
  DEFAULT_BUILD_RESOURCES,
  DEFAULT_SCRATCH_SPACE,
  STEP_TEMPLATE,
} from "./build-steps.js";
import { buildahArguments } from "./buildah-arguments.js";
import { cacheSecretOf } from "./cache-secret.js";
import { BUILD_PARAMS, BUILD_RESULTS, BUILD_WORKSPACES } from "./pipeline-contract.js";

/** The task's name in the pipeline. */
export const IMAGE_TASK = "image";

/**
 * Longest run of a build that nobody watches any more. The jobs that wait for it enforce limits of their own, which may
 * differ, and cancel it when the last one has left.
 */
const OWN_TIME_LIMIT = "24h0m0s";

/** The run that builds by our own steps, all of them inline: nothing has to be installed but Tekton. */
export function inlinePipelineRun(plan: BuildPlan): BuildObject {
  const { settings } = plan;
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
              fetcherArguments: fetcherArguments(plan),
              builderImage: settings.builderImage,
              storageDriver: settings.storageDriver,
              resources: plan.pod.resources === undefined ? DEFAULT_BUILD_RESOURCES : amounts(plan.pod.resources),
              environment: settings.environment,
              trust: { knownHosts: settings.knownHosts, caBundle: settings.caBundle },
            }),
            volumes: buildVolumes(plan.pod.storage ?? DEFAULT_SCRATCH_SPACE),
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
export function referencingPipelineRun(plan: BuildPlan, pipeline: string): BuildObject {
  return pipelineRun(plan, "custom", { pipelineRef: { name: pipeline } });
}

function pipelineRun(
  plan: BuildPlan,
  strategy: BuildStrategyName,
  pipeline: { readonly pipelineSpec: object } | { readonly pipelineRef: { readonly name: string } },
): BuildObject {
  const { environment, destination, source, pod } = plan;
  const { dockerfile } = environment;
  const isOwn = dockerfile.kind === "repository";
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
      params: [
        { name: "git-url", value: source.url },
        { name: "git-commit", value: source.commit },
        { name: "git-ref", value: source.ref },
        { name: "image", value: `${destination.repository}:${destination.tag}` },
        { name: "dockerfile", value: isOwn ? dockerfile.path : "Dockerfile" },
        {
          name: "dockerfile-base64",
          value: dockerfile.kind === "generated" ? Buffer.from(dockerfile.text).toString("base64") : "",
        },
        { name: "context", value: environment.context },
        { name: "build-arguments", value: buildahArguments(plan) },
        { name: "tls-verify", value: String(!destination.isInsecure) },
      ],
      workspaces: [
        ...secretWorkspace("git-credentials", source.credentialsSecret),
        ...secretWorkspace("pull-credentials", cacheSecretOf(plan)),
        ...secretWorkspace("push-credentials", destination.pushSecret),
      ],
      timeouts: { pipeline: OWN_TIME_LIMIT },
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

/** Rules of the operator's configuration for every repository. */
function fetcherArguments({ settings }: BuildPlan): string[] {
  return [
    ...(settings.allowLoopback ? ["--allow-loopback"] : []),
    ...settings.plainHttpCredentialHosts.map((host) => `--allow-plain-http=${host}`),
  ];
}

/** Tekton's schema wants texts or integers; numbers with a fraction become texts. */
function amounts(resources: NonNullable<BuildPlan["pod"]["resources"]>): {
  requests?: Record<string, string>;
  limits?: Record<string, string>;
} {
  const texts = (list: Readonly<Record<string, string | number>>) =>
    Object.fromEntries(Object.entries(list).map(([name, amount]) => [name, String(amount)]));
  return {
    ...(resources.requests !== undefined && { requests: texts(resources.requests) }),
    ...(resources.limits !== undefined && { limits: texts(resources.limits) }),
  };
}
