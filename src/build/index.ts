/** From repository facts to an image: pure. */
export * from "./dockerfile/index.js";
export * from "./environment/environment-plan.js";
export * from "./environment/plan-environment.js";
export * from "./environment/problem-text.js";
export * from "./environment/wanted-files.js";
export * from "./flight-key.js";
export * from "./image/image-destination.js";
export * from "./image/image-reference.js";
export { BuildLog } from "./log/build-log.js";
export * from "./requirements/index.js";
export * from "./source-facts.js";
export { buildMetadata, buildOwner } from "./strategies/build-metadata.js";
export * from "./strategies/build-strategy.js";
export * from "./strategies/strategy-named.js";
export {
  buildSteps,
  buildVolumes,
  DEFAULT_BUILD_RESOURCES,
  DEFAULT_SCRATCH_SPACE,
  STEP_TEMPLATE,
  type Step,
  type StepResources,
} from "./strategies/tekton/build-steps.js";
export { CACHE_SECRET } from "./strategies/tekton/cache-secret.js";
export * from "./strategies/tekton/derived-git-secret.js";
export { wantsDerivedGitSecret } from "./strategies/tekton/git-credentials-setting.js";
export { CACHE_CLAIM } from "./strategies/tekton/layer-claim.js";
export * from "./strategies/tekton/pipeline-contract.js";
