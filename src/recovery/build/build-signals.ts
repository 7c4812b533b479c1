import type { FailureDetails, FailureReason } from "../reasons/catalogue.js";

/** What a reason of a build's controller means. */
export interface BuildSignal {
  readonly reason: FailureReason;
  readonly details?: Pick<FailureDetails, "errorType" | "fault" | "budget" | "suggestedAction" | "recoveries">;
  /** Words of the controller's message or the log may know better; `network`: only such of a network on the way. @default false */
  readonly isVague?: boolean | "network";
}

const PERMANENT = { errorType: "permanent" } as const;
const LOST = { reason: "BuildLost" } as const;
const INVALID = { reason: "BuildFailed", details: PERMANENT } as const;
/** Every strategy would end so, and no other image may slip past what was found. */
const REFUSED = { reason: "BuildFailed", details: { ...PERMANENT, recoveries: [] } } as const;
const MISSING = {
  reason: "BuildFailed",
  details: {
    ...PERMANENT,
    recoveries: [],
    suggestedAction: "Create what the message names, or correct its name in buildConfig",
  },
} as const;
const NO_STRATEGY = {
  reason: "BuildStrategyUnavailable",
  details: {
    fault: "user",
    suggestedAction: "Correct the name in buildConfig.strategyConfig, or apply what it names",
  },
} as const;

/**
 * Reasons of Tekton Pipelines 1.15, Shipwright 0.20 and OpenShift builds, as they stand in an object's condition or
 * status. What is not here tells no more than that the build failed: then its log decides.
 */
export const BUILD_SIGNALS: Readonly<Record<string, BuildSignal>> = {
  // Time.
  ...all(["PipelineRunTimeout", "TaskRunTimeout", "BuildRunTimeout", "BuildPodDeadlineExceeded"], {
    reason: "BuildTimeout",
  }),
  // Memory.
  ...all(["StepOOM", "InitContainerOOM", "SidecarOOM", "StepOutOfMemory", "OutOfMemoryKilled"], {
    reason: "BuildOutOfMemory",
  }),
  // The pod went away.
  ...all(["PodEvicted", "BuildPodEvicted"], { reason: "BuildEvicted" }),
  ...all(
    [
      "CreateRunFailed",
      "TaskRunResolutionFailed",
      "PipelineRunCouldntCancel",
      "PipelineRunCouldntTimeOut",
      "BuildPodDeleted",
      "BuildPodExists",
      "NoBuildContainerStatus",
      "ExceededRetryTimeout",
      "TaskRunIsMissing",
      "TaskRunGenerationFailed",
      "SetOwnerReferenceFailed",
      "ExceededNodeResources",
    ],
    LOST,
  ),
  // It never became a pod.
  ...all(["PodCreationFailed", "PodAdmissionFailed", "CannotCreateBuildPod", "CannotCreateBuildPodSpec"], {
    ...LOST,
    isVague: true,
  }),
  // Images.
  ...all(["PullBuilderImageFailed", "FetchImageContentFailed"], { reason: "BuildImagePull", isVague: true }),
  // Before any step began, so none of them is to blame, nor the job, which names other images than those of steps.
  TaskRunImagePullFailed: {
    reason: "BuildImagePull",
    details: {
      fault: "platform",
      suggestedAction:
        "Check that nodes can pull the image: fetcherImage or build.builderImage of the operator's configuration, or what a Pipeline's step names",
    },
    isVague: "network",
  },
  ...all(["InvalidOutputReference", "InvalidImageReference", "InvalidImageName"], REFUSED),
  // Somebody stopped it.
  ...all(["Cancelled", "CancelledBuild", "PipelineRunCancelled", "TaskRunCancelled", "BuildRunCanceled"], {
    reason: "BuildCancelled",
  }),
  // Shipwright's own fetch.
  ...all(
    [
      "GitAuthInvalidUserOrPass",
      "GitAuthInvalidKey",
      "GitBasicAuthIncomplete",
      "GitSSHAuthUnexpected",
      "GitSSHAuthExpected",
      "AuthUnexpectedHTTP",
    ],
    { reason: "GitAuthFailed" },
  ),
  ...all(["GitRemoteRepositoryNotFound", "GitRemoteRepositoryPrivate"], { reason: "GitNotFound" }),
  GitRevisionNotFound: { reason: "GitRefNotFound" },
  // The Dockerfile.
  ...all(["ManageDockerfileFailed", "InvalidContextDirectory", "ContextDirNotFound"], { reason: "DockerfileInvalid" }),
  DockerfileNotFound: { reason: "DockerfileNotFound" },
  // What is named is not there.
  ...all(
    ["CouldntGetPipeline", "CouldntGetTask", "ClusterBuildStrategyNotFound", "BuildStrategyNotFound"],
    NO_STRATEGY,
  ),
  ...all(
    ["CreateContainerConfigError", "ServiceAccountNotFound", "CannotRetrieveServiceAccount", "MissingPushSecret"],
    MISSING,
  ),
  // The run is none.
  ...all(
    [
      "PipelineValidationFailed",
      "PipelineInvalidGraph",
      "ParameterMissing",
      "ParameterTypeMismatch",
      "ObjectParameterMissKeys",
      "ParamArrayIndexingInvalid",
      "InvalidParamValue",
      "InvalidWorkspaceBindings",
      "InvalidTaskRunSpecs",
      "InvalidMatrixParameterTypes",
      "InvalidTaskResultReference",
      "InvalidPipelineResultReference",
      "CouldntGetPipelineResult",
      "RequiredWorkspaceMarkedOptional",
      "ResourceVerificationFailed",
      "CELEvaluationFailed",
      "TaskRunValidationFailed",
      "TaskValidationFailed",
      "TaskRunResultLargerThanAllowedLimit",
      "MissingParameterValues",
      "UndefinedParameter",
      "RestrictedParametersInUse",
      "WrongParameterValueType",
      "InconsistentParameterValues",
      "EmptyArrayItemParameterValues",
      "UnresolvableEnvironmentVariable",
    ],
    INVALID,
  ),
  // Shipwright's scan of the image that was built.
  VulnerabilitiesFound: REFUSED,
  // The image is there, but nobody said which it is: the registry is asked before it is built again.
  ImageNotReported: { reason: "BuildFailed", details: { errorType: "transient", fault: "platform" } },
};

function all(names: readonly string[], signal: BuildSignal): Record<string, BuildSignal> {
  return Object.fromEntries(names.map((name) => [name, signal]));
}
