// How a job's environment image is built.
import { z } from "zod";
import {
  duration,
  imageReference,
  listOf,
  mapOf,
  object,
  objectName,
  quantity,
  repositoryPath,
  text,
} from "../schema/index.js";
import { rule } from "../schema/rule.js";
import { Resources } from "./resources.js";
import { NodeSelector, Toleration } from "./scheduling.js";

export const BuildStrategyName = z.enum(["s2i", "tekton", "shipwright", "kaniko", "custom"]);
export type BuildStrategyName = z.infer<typeof BuildStrategyName>;

/** How tags of environments look: the first 12 digits of their digest. An image that has one is reused by it. */
export const ENVIRONMENT_TAG = /^[0-9a-f]{12}$/;

/** What happens when the repository says nothing about its environment. */
export const FallbackStrategy = z.enum(["warn", "fail", "auto"]);
export type FallbackStrategy = z.infer<typeof FallbackStrategy>;

/** Reuse of image layers between builds. */
export const BuildCache = object({
  enabled: z.boolean().exactOptional().describe("Keep layers between builds.").meta({ operatorDefault: "false" }),
  type: z
    .enum(["registry", "workspace"])
    .exactOptional()
    .describe("Where layers are kept: in the registry, or on a volume.")
    .meta({ operatorDefault: "registry" }),
  ttl: duration().exactOptional().describe("How long a layer is kept.").meta({ operatorDefault: "168h" }),
});
export type BuildCache = z.infer<typeof BuildCache>;

/** How a job's environment image is built, named and shared. */
export const BuildConfig = object({
  enabled: z.boolean().default(false).describe("Build an image from the repository before the notebook runs."),
  strategy: BuildStrategyName.exactOptional()
    .describe(
      "Who builds. kaniko is archived and mapped to tekton; custom = the Tekton Pipeline or Shipwright strategy named in strategyConfig.",
    )
    .meta({ operatorDefault: "the first available: s2i on OpenShift, else tekton" }),
  baseImage: imageReference()
    .exactOptional()
    .describe("Image that the environment is installed on.")
    .meta({ operatorDefault: "the operator's defaultImages.base" }),
  dockerfilePath: repositoryPath().exactOptional().describe("Dockerfile to build, relative to the repository's root."),
  dockerfile: repositoryPath()
    .exactOptional()
    .describe("Alias of dockerfilePath, kept for manifests of the Go operator."),
  target: text({
    max: 128,
    min: 1,
    pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
    words: "the name or number of a build stage",
  })
    .exactOptional()
    .describe("Stage of a multi-stage Dockerfile.")
    .meta({ operatorDefault: "the last stage" }),
  buildArgs: mapOf(text({ max: 4096 }), {
    max: 64,
    judgeKey: (key) =>
      /^[A-Za-z_][A-Za-z0-9_]*$/.test(key)
        ? undefined
        : "is not the name of a build argument: use letters, digits and _",
  })
    .exactOptional()
    .describe("Arguments of the Dockerfile. Never put secrets here: they stay in the image."),
  autoGenerateRequirements: z
    .boolean()
    .exactOptional()
    .describe(
      "Search requirements.txt in the notebook's directory, its parents and the root. false = only what requirementsFile and requirementsSources name.",
    )
    .meta({ operatorDefault: "true" }),
  requirementsFile: repositoryPath()
    .exactOptional()
    .describe("The requirements file. It comes before all others, and nothing is searched."),
  requirementsSources: listOf(repositoryPath(), { max: 32 })
    .exactOptional()
    .describe("Requirements files in order of preference: the first that exists is used."),
  preferDockerfile: z
    .boolean()
    .default(false)
    .describe("Use the Dockerfile when the repository has both a Dockerfile and requirements."),
  fallbackStrategy: FallbackStrategy.exactOptional()
    .describe(
      "When nothing is found: warn = base image with a warning, fail = fail the job, auto = infer requirements from the notebook's imports.",
    )
    .meta({ operatorDefault: "warn" }),
  includeSource: z
    .boolean()
    .default(false)
    .describe("Add the repository at the commit as a last layer, for workbenches. Such an image is one of its commit."),
  allowUnpinned: z
    .boolean()
    .exactOptional()
    .describe("false = refuse requirements that are not pinned exactly (==, ===, or a URL with digest or commit).")
    .meta({ operatorDefault: "true; false at level production or in strictMode" }),
  verifyHashes: z
    .boolean()
    .exactOptional()
    .describe("Demand --hash on every requirement and install with --require-hashes.")
    .meta({ operatorDefault: "false" }),
  failOnConflict: z
    .boolean()
    .exactOptional()
    .describe("Refuse contradictory pins, and run pip check in the build.")
    .meta({ operatorDefault: "false" }),
  imageName: text({
    max: 255,
    min: 1,
    pattern: /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/,
    words: "an image name: lower-case letters, digits and the separators . _ - /",
  })
    .exactOptional()
    .describe("Name of the shared image."),
  imageTag: text({ max: 128, min: 1, pattern: /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, words: "an image tag" })
    .with(
      rule({
        cel: `!self.matches('${ENVIRONMENT_TAG.source}')`,
        holds: (tag) => !ENVIRONMENT_TAG.test(tag),
        message: "must not be 12 hex digits: such a tag looks like that of an environment, which is reused by its name",
      }),
    )
    .exactOptional()
    .describe("Tag of the shared image. It moves only after the notebook passed.")
    .meta({ operatorDefault: "the first 12 digits of the environment digest" }),
  publishToRegistry: z
    .boolean()
    .default(false)
    .describe("Push to the shared registry instead of the one inside the cluster."),
  registry: text({
    max: 255,
    min: 1,
    pattern: /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$/,
    words: "a registry host, with a port if need be",
    example: "quay.io",
  })
    .exactOptional()
    .describe("Host of the shared registry.")
    .meta({ operatorDefault: "the operator's registry" }),
  registryNamespace: text({
    max: 255,
    min: 1,
    pattern: /^[a-z0-9]+([._\/-]+[a-z0-9]+)*$/,
    words: "a path in the registry",
  })
    .exactOptional()
    .describe("Organisation or project in the registry.")
    .meta({ operatorDefault: "the job's namespace" }),
  pushSecret: objectName().exactOptional().describe("Secret of type kubernetes.io/dockerconfigjson for the push."),
  reuseIfExists: z
    .boolean()
    .default(false)
    .describe(
      "Use an image that already has this name and tag in the registry, if it was built from the same environment digest.",
    ),
  cache: BuildCache.exactOptional().describe("Reuse of image layers between builds."),
  resources: Resources.exactOptional().describe("Compute resources of the build pod."),
  serviceAccountName: objectName().exactOptional().describe("ServiceAccount of the build pod."),
  nodeSelector: NodeSelector.exactOptional().describe("Labels that the build's node must have."),
  tolerations: listOf(Toleration, { max: 32 }).exactOptional().describe("Taints that the build pod tolerates."),
  storage: quantity()
    .exactOptional()
    .describe("Size of the build's scratch space.")
    .meta({ operatorDefault: "the node's disk" }),
  strategyConfig: mapOf(text({ max: 4096 }), { max: 64 })
    .exactOptional()
    .describe("Settings of one strategy: see docs/build-strategies.md."),
  timeout: duration().exactOptional().describe("Deprecated alias of spec.buildTimeout."),
}).with(
  rule({
    cel: "!(has(self.dockerfile) && has(self.dockerfilePath))",
    holds: (build) => !(build.dockerfile !== undefined && build.dockerfilePath !== undefined),
    field: "dockerfile",
    message: "is an alias of dockerfilePath: set only one of them",
  }),
  rule({
    cel: "!has(self.imageTag) || has(self.imageName)",
    holds: (build) => build.imageTag === undefined || build.imageName !== undefined,
    field: "imageTag",
    summary: "needs imageName",
    message: {
      cel: "'is ' + self.imageTag + ', which needs imageName beside it'",
      text: (build) => `is ${build.imageTag}, which needs imageName beside it`,
    },
  }),
  rule({
    cel: "!self.publishToRegistry || has(self.imageName)",
    holds: (build) => !build.publishToRegistry || build.imageName !== undefined,
    field: "publishToRegistry",
    message: "needs imageName: nobody could find the image",
  }),
);
export type BuildConfig = z.infer<typeof BuildConfig>;
