import type { BuildCapabilities, BuildPlan, BuildStrategy } from "../build-strategy.js";
import { foreignBuilders } from "../foreign-builders.js";
import { unknownSettings } from "../unknown-settings.js";
import { OPENSHIFT_BUILD } from "./api-kinds.js";
import { observeOpenshiftBuild } from "./observe-build.js";
import { openshiftBuild } from "./openshift-build.js";
import { BUILDER_IMAGE } from "./s2i-settings.js";

const CAPABILITIES: BuildCapabilities = {
  target: false,
  registryCache: false,
  workspaceCache: false,
  buildArgs: true,
  pullSecret: true,
  gitCredentials: true,
  tolerations: false,
};

/**
 * OpenShift's own builds, `build.openshift.io/v1`: a Build with the generated Dockerfile inline, the repository's own,
 * or an s2i builder image. OpenShift makes the pods, so that the namespace needs no privileges.
 */
export const s2iStrategy: BuildStrategy = {
  name: "s2i",
  needs: [OPENSHIFT_BUILD],
  watches: [],
  capabilities: CAPABILITIES,
  judge: (plan) => ({ refused: refused(plan), warnings: warnings(plan) }),
  objects: (plan) => [openshiftBuild(plan)],
  observe: (build) => observeOpenshiftBuild(build),
  // Builds have no status subresource: this is how `oc cancel-build` does it, too.
  cancelPatch: { status: { cancelled: true } },
};

function refused({ environment, strategyConfig }: BuildPlan): string[] {
  const { dockerfile } = environment;
  const builder = strategyConfig[BUILDER_IMAGE];
  return [
    ...foreignBuilders(strategyConfig),
    ...(dockerfile.kind === "repository" && dockerfile.target !== undefined
      ? [`an OpenShift Build always builds the last stage: buildConfig.target ${dockerfile.target} can't be chosen`]
      : []),
    ...(builder !== undefined && dockerfile.kind === "repository"
      ? [`strategyConfig.${BUILDER_IMAGE} builds without a Dockerfile, and the job builds by ${dockerfile.path}`]
      : []),
  ];
}

function warnings({ cache, destination, pod, settings, strategyConfig }: BuildPlan): string[] {
  const isIncremental = strategyConfig[BUILDER_IMAGE] !== undefined;
  return [
    ...(cache?.enabled === true
      ? [
          `an OpenShift Build has no layer cache in a ${cache.type}: cache.enabled is ${isIncremental ? "incremental: true" : "noCache: false"} there, and ttl has no effect`,
        ]
      : []),
    ...((pod.tolerations?.length ?? 0) > 0
      ? ["an OpenShift Build has no tolerations: buildConfig.tolerations has no effect"]
      : []),
    ...(pod.storage === undefined
      ? []
      : ["an OpenShift Build chooses its own scratch space: buildConfig.storage has no effect"]),
    ...(destination.isInsecure
      ? [
          "whether OpenShift may push to a registry by plain http is said in the cluster's image.config: registry.insecure has no effect",
        ]
      : []),
    ...(settings.caBundle === ""
      ? []
      : ["an OpenShift Build trusts the cluster's own CA bundle: network.caBundle has no effect"]),
    ...unknownSettings("s2i", strategyConfig, [BUILDER_IMAGE]),
  ];
}
