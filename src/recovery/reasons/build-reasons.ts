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
  BuildStrategyUnavailable: {
    errorType: "permanent",
    fault: "platform",
    stage: "build",
    message: "The cluster can't build by the chosen strategy",
    suggestedAction: "Install its controller, or choose another strategy",
  },
} as const satisfies Record<string, ReasonRow>;

/** Reasons of everything around: models, the API server, the spec. */
export const OTHER_REASONS = {
  ModelsNotReady: {
    errorType: "transient",
    fault: "platform",
    stage: "models",
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
    suggestedAction: "None: it is tried again",
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
