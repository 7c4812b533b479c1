import { ANNOTATION_RETRY_REQUESTED } from "../../api/index.js";
import type { ReasonRow } from "./row.js";

const USERS_MATTER = { errorType: "permanent", fault: "user", stage: "build" } as const;

/** Reasons of the build stage. */
export const BUILD_REASONS = {
  BuildTimeout: {
    ...USERS_MATTER,
    message: "The build took longer than it may",
    suggestedAction: "Raise spec.buildTimeout, switch on the build cache, or install fewer packages",
  },
  DependencyResolution: {
    ...USERS_MATTER,
    message: "The requirements can't be resolved",
    suggestedAction: "Loosen the pins that the build log names, or lock them together with pip-compile",
  },
  DependencyHashMismatch: {
    ...USERS_MATTER,
    message: "A package does not have the hash that the requirements promise",
    suggestedAction: "Find out why it changed before locking again: it may have been tampered with",
  },
  DependencyNotFound: {
    ...USERS_MATTER,
    message: "A required package or version does not exist for this Python",
    suggestedAction: "Check name and version, and that it supports the Python version of the base image",
  },
  DependencyConflict: {
    ...USERS_MATTER,
    message: "Requirements contradict each other",
    suggestedAction: "Keep one of the contradicting pins",
  },
  UnpinnedDependencies: {
    ...USERS_MATTER,
    message: "Requirements are not pinned, which this level demands",
    suggestedAction: "Pin every requirement with ==, for example with pip-compile",
  },
  DependencyHashMissing: {
    ...USERS_MATTER,
    message: "Requirements lack hashes, which verifyHashes demands",
    suggestedAction: "Lock them with pip-compile --generate-hashes",
  },
  RequirementsNotFound: {
    ...USERS_MATTER,
    message: "The repository has no requirements that the job could use",
    suggestedAction: "Add requirements.txt beside the notebook, or correct buildConfig.requirementsFile",
  },
  RequirementsInvalid: {
    ...USERS_MATTER,
    message: "The requirements can't be read",
    suggestedAction: "Correct the lines that the message names; nbv requirements shows them all",
  },
  DockerfileNotFound: {
    ...USERS_MATTER,
    message: "The repository has no such Dockerfile",
    suggestedAction: "Correct buildConfig.dockerfilePath",
  },
  DockerfileInvalid: {
    ...USERS_MATTER,
    message: "The Dockerfile can't be built",
    suggestedAction: "Correct the line that the build log names",
  },
  BuildPushDenied: {
    ...USERS_MATTER,
    message: "The registry refused the built image",
    suggestedAction: "Check spec.podConfig.buildConfig.pushSecret and its rights on the repository",
  },
  BuildCancelled: {
    ...USERS_MATTER,
    message: "The build was cancelled",
    suggestedAction: `Start the job again: kubectl annotate nvj NAME --overwrite ${ANNOTATION_RETRY_REQUESTED}=$(date -u +%FT%TZ)`,
  },
  BuildFailed: {
    errorType: "unknown",
    fault: "user",
    stage: "build",
    recoveries: ["retry", "fallback-build-strategy", "fallback-to-prebuilt"],
    message: "The build failed",
    suggestedAction: "Read the end of its log in the message",
  },
  BuildOutOfMemory: {
    ...USERS_MATTER,
    message: "The build needed more memory than it may use",
    suggestedAction: "Raise podConfig.buildConfig.resources.limits.memory",
  },
  BuildEvicted: {
    errorType: "transient",
    fault: "platform",
    stage: "build",
    budget: "platform",
    recoveries: ["retry", "fallback-build-strategy", "fallback-to-prebuilt"],
    message: "The build's pod was evicted from its node",
    suggestedAction: "Requests in podConfig.buildConfig.resources that match real use make evictions rarer",
  },
  BuildImagePull: {
    errorType: "transient",
    fault: "user",
    stage: "build",
    recoveries: ["retry", "fallback-build-strategy", "fallback-to-prebuilt"],
    message: "An image that the build needs can't be pulled",
    suggestedAction: "Check buildConfig.baseImage and the pull Secret",
  },
  BuildNetwork: {
    errorType: "transient",
    fault: "platform",
    stage: "build",
    recoveries: ["retry", "wait-for-resolution"],
    waitsFor: "Registry",
    message: "The build could not reach the package index or the registry",
    suggestedAction: "Check that index and registry answer, and network.pipIndexUrl and the proxies",
  },
  BuildNotPermitted: {
    errorType: "permanent",
    fault: "platform",
    stage: "build",
    recoveries: ["fallback-build-strategy", "fallback-to-prebuilt"],
    message: "The namespace does not admit build pods",
    suggestedAction: "Allow Pod Security baseline there, or set build.namespace in the operator's configuration",
  },
  BuildNotStarted: {
    errorType: "transient",
    fault: "platform",
    stage: "build",
    recoveries: ["retry", "fallback-build-strategy", "fallback-to-prebuilt"],
    message: "Nothing works on the build",
    suggestedAction: "Look at its object and whether the controller of the build strategy runs",
  },
  ImageDestinationInvalid: {
    errorType: "permanent",
    fault: "platform",
    stage: "build",
    message: "There is no place that the built image could go to",
    suggestedAction: "Set registry.host in the operator's configuration",
  },
  BuildLost: {
    errorType: "transient",
    fault: "platform",
    stage: "build",
    budget: "platform",
    recoveries: ["retry", "fallback-build-strategy", "fallback-to-prebuilt"],
    message: "The build disappeared before it ended",
    suggestedAction: "Find out who deletes builds: a person, or a clean-up of the namespace",
  },
  BuildStrategyUnavailable: {
    errorType: "permanent",
    fault: "platform",
    stage: "build",
    recoveries: ["fallback-build-strategy", "fallback-to-prebuilt"],
    message: "The cluster can't build by the chosen strategy",
    suggestedAction: "Install the controller of the build strategy, or choose another strategy",
  },
} as const satisfies Record<string, ReasonRow>;

/** Reasons of everything around: models, the API server, the spec. */
export const OTHER_REASONS = {
  ModelsNotReady: {
    errorType: "transient",
    fault: "platform",
    stage: "models",
    recoveries: ["wait-for-resolution", "retry"],
    waitsFor: "Models",
    message: "Models that the notebook needs are not ready",
    suggestedAction: "Look at the models' own status",
  },
  PredictionMismatch: {
    errorType: "permanent",
    fault: "user",
    stage: "models",
    message: "A model predicts something else than expected",
    suggestedAction: "Compare the model's version with spec.modelValidation.predictionValidation",
  },
  ApiTransient: {
    errorType: "transient",
    fault: "platform",
    stage: "start",
    budget: "platform",
    message: "The Kubernetes API is busy or unreachable",
    suggestedAction: "Look at the API server: kubectl get --raw '/readyz?verbose'",
  },
  ApiForbidden: {
    errorType: "permanent",
    fault: "platform",
    stage: "start",
    message: "The cluster refuses what the validation needs",
    suggestedAction: "Read the refusal: a role, an admission policy or a limit of the namespace has to allow it",
  },
  InvalidSpec: {
    errorType: "permanent",
    fault: "user",
    stage: "start",
    message: "The job's spec can't be carried out",
    suggestedAction: "Correct the field that the message names; nbv check finds it before applying",
  },
  Unknown: {
    errorType: "unknown",
    fault: "platform",
    stage: "run",
    message: "It failed for a reason that is not known",
    suggestedAction: "Look at the pod's log and events, and report it",
  },
} as const satisfies Record<string, ReasonRow>;
