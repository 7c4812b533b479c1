import type { BuildObject } from "../../../src/build/index.js";
import { IMAGE_DIGEST, REPOSITORY } from "./a-build-plan.js";
import { AT, type Moment, type Story } from "./played-builder.js";

/** OpenShift's build controller at work on a Build. */
export function playOpenshift(story: Story, _main: BuildObject): readonly Moment[] | undefined {
  const outputDockerImageReference = `${REPOSITORY}:ab12ab12ab12`;
  const pending: Moment = { status: { phase: "New", outputDockerImageReference } };
  const stages = [{ name: "FetchInputs", startTime: AT.started, durationMilliseconds: 900, steps: [] }];
  const working: Moment = {
    status: { phase: "Running", startTimestamp: AT.started, outputDockerImageReference, stages },
  };
  const failed = (reason: string, message: string, more: object = {}): Moment => ({
    status: { phase: "Failed", reason, message, startTimestamp: AT.started, completionTimestamp: AT.ended, ...more },
  });
  switch (story) {
    case "never-appears":
      return [];
    case "waits-for-a-node":
      return [pending, { status: { phase: "Pending", reason: "Unschedulable", message: "0/3 nodes are available" } }];
    case "succeeds":
      return [
        pending,
        working,
        {
          status: {
            phase: "Complete",
            startTimestamp: AT.started,
            completionTimestamp: AT.ended,
            duration: 182_000_000_000,
            outputDockerImageReference,
            output: { to: { imageDigest: IMAGE_DIGEST } },
          },
        },
      ];
    case "fails-in-pip": {
      const logSnippet =
        "ERROR: No matching distribution found for pandsa==2.1.0\nerror: build error: building at STEP 5/7";
      return [pending, working, failed("DockerBuildFailed", "Dockerfile build strategy has failed.", { logSnippet })];
    }
    case "cancelled":
      return [
        working,
        { status: { phase: "Cancelled", cancelled: true, reason: "CancelledBuild", completionTimestamp: AT.ended } },
      ];
    case "out-of-memory":
      return [working, failed("OutOfMemoryKilled", "The build pod was killed due to an out of memory condition.")];
    case "evicted":
      return [working, failed("BuildPodEvicted", "The node was low on resource: ephemeral-storage.")];
    case "image-pull":
      return [failed("PullBuilderImageFailed", "Failed pulling builder image.")];
    case "times-out":
      return [
        working,
        failed("BuildPodDeadlineExceeded", "Pod was active on the node longer than the specified deadline"),
      ];
    case "pod-refused": {
      const message = 'pods "x-build" is forbidden: unable to validate against any security context constraint';
      return [{ status: { phase: "Error", reason: "CannotCreateBuildPod", message, completionTimestamp: AT.ended } }];
    }
    // Its builder reports through the API, not through a termination message.
    case "result-too-large":
      return undefined;
    case "image-not-reported":
      return [
        working,
        {
          status: {
            phase: "Complete",
            startTimestamp: AT.started,
            completionTimestamp: AT.ended,
            outputDockerImageReference,
            output: {},
          },
        },
      ];
  }
}
