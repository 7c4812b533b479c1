import type { BuildFailureSignal, BuildObject, BuildObservation } from "../build-strategy.js";
import { builtImage } from "../built-image.js";
import { fieldAt, listAt, textAt } from "../read-field.js";

/** By stage, from OpenShift's build API: what the builder did last. */
const ACTIVITIES: Readonly<Record<string, string>> = {
  FetchInputs: "Fetching the source",
  PullImages: "Pulling images",
  Build: "Building the image",
  CommitContainer: "Building the image",
  Assemble: "Building the image",
  PostCommit: "Building the image",
  PushImage: "Pushing the image",
};

/** Which step a reason of OpenShift is about. */
const STEPS: Readonly<Record<string, string>> = {
  FetchSourceFailed: "fetch",
  FetchImageContentFailed: "fetch",
  InvalidContextDirectory: "dockerfile",
  ManageDockerfileFailed: "dockerfile",
  PullBuilderImageFailed: "build",
  DockerBuildFailed: "build",
  GenericBuildFailed: "build",
  PostCommitHookFailed: "build",
  PushImageToRegistryFailed: "push",
};

/** What an OpenShift Build says: it has everything in its own status. */
export function observeOpenshiftBuild(build: BuildObject): BuildObservation {
  const startTime = textAt(build, "status", "startTimestamp");
  const completionTime = textAt(build, "status", "completionTimestamp");
  const times = {
    ...(startTime !== undefined && { startTime }),
    ...(completionTime !== undefined && { completionTime }),
  };
  const reason = textAt(build, "status", "reason");
  const message = textAt(build, "status", "message");
  switch (textAt(build, "status", "phase")) {
    case "Running": {
      if (startTime === undefined) return { kind: "pending" };
      const log = logOf(build);
      return { kind: "running", startTime, progress: progressOf(build), ...(log !== undefined && { log }) };
    }
    case "Complete":
      return complete(build, times);
    case "Failed":
    case "Error":
      return { kind: "failed", signal: failureSignal(build, reason, message), ...times };
    case "Cancelled":
      return { kind: "cancelled", ...(completionTime !== undefined && { completionTime }) };
    // New, Pending, and what a later version may add.
    default:
      return { kind: "pending", ...(reason !== undefined && { reason }), ...(message !== undefined && { message }) };
  }
}

function complete(build: BuildObject, times: { startTime?: string; completionTime?: string }): BuildObservation {
  const url = textAt(build, "status", "outputDockerImageReference") ?? textAt(build, "spec", "output", "to", "name");
  const image = builtImage(url, textAt(build, "status", "output", "to", "imageDigest"));
  if (image !== undefined) return { kind: "complete", image, ...times };
  const message = "the build succeeded without telling its image: status.output.to.imageDigest is missing";
  return { kind: "failed", signal: { reason: "ImageNotReported", message }, ...times };
}

function failureSignal(build: BuildObject, reason = "Failed", message = ""): BuildFailureSignal {
  const step = Object.hasOwn(STEPS, reason) ? STEPS[reason] : undefined;
  const log = logOf(build);
  const logSnippet = textAt(build, "status", "logSnippet");
  return {
    reason,
    message,
    ...(step !== undefined && { step }),
    ...(log !== undefined && { log }),
    ...(logSnippet !== undefined && { logSnippet }),
  };
}

/** Stages are told when they have ended; what comes next is not, so that the last one is all that is known. */
function progressOf(build: BuildObject): { currentStep?: string } {
  const name = textAt(listAt(build, "status", "stages").at(-1), "name");
  const currentStep = name !== undefined && Object.hasOwn(ACTIVITIES, name) ? ACTIVITIES[name] : undefined;
  return currentStep === undefined ? {} : { currentStep };
}

/** OpenShift's build controller names the pod in an annotation, else after the build. */
function logOf({ metadata, spec, status }: BuildObject): { pod: string; container: string } | undefined {
  if (textAt(status, "startTimestamp") === undefined) return undefined;
  const isSource = fieldAt(spec, "strategy", "sourceStrategy") !== undefined;
  return {
    pod: metadata.annotations?.["openshift.io/build.pod-name"] ?? `${metadata.name}-build`,
    container: isSource ? "sti-build" : "docker-build",
  };
}
