import type { BuildObject } from "../../../src/build/index.js";
import { IMAGE_DIGEST, REPOSITORY } from "./a-build-plan.js";
import { AT, type Moment, type Story } from "./played-builder.js";
import { condition } from "./played-tekton.js";

/** Shipwright Build 0.20 at work on a BuildRun. */
export function playShipwright(story: Story, main: BuildObject): readonly Moment[] | undefined {
  const output = { image: `${REPOSITORY}:ab12ab12ab12` };
  const buildSpec = { output, strategy: { kind: "BuildStrategy", name: "nbv-image-0123456789" } };
  const executor = { kind: "TaskRun", name: `${main.metadata.name}-x7k2p` };
  const begun = { buildSpec, executor, taskRunName: executor.name };
  const pending: Moment = { status: { ...begun, conditions: condition("Unknown", "Pending", "Pending") } };
  const working: Moment = {
    status: {
      ...begun,
      startTime: AT.started,
      conditions: condition("Unknown", "Running", "Not all Steps in the Task have finished executing"),
    },
  };
  const location = { pod: `${executor.name}-pod`, container: "step-build" };
  const failed = (reason: string, message: string, failureDetails?: object): Moment => ({
    status: {
      ...begun,
      startTime: AT.started,
      completionTime: AT.ended,
      conditions: condition("False", reason, message),
      ...(failureDetails !== undefined && { failureDetails }),
    },
  });
  const stepFailed = `buildrun step step-build failed in pod ${location.pod}, for detailed information: kubectl logs`;
  switch (story) {
    case "never-appears":
      return [];
    case "waits-for-a-node":
      return [
        pending,
        {
          status: {
            ...begun,
            startTime: AT.created,
            conditions: condition("Unknown", "Pending", 'pod status "PodScheduled":"False"'),
          },
        },
      ];
    case "succeeds":
      return [
        pending,
        working,
        {
          status: {
            ...begun,
            startTime: AT.started,
            completionTime: AT.ended,
            conditions: condition("True", "Succeeded", "All Steps have completed executing"),
            output: { digest: IMAGE_DIGEST, size: 123456789 },
          },
        },
      ];
    case "fails-in-pip":
      return [pending, working, failed("Failed", stepFailed, { location })];
    case "cancelled":
      return [working, failed("BuildRunCanceled", "The BuildRun and underlying TaskRun were canceled successfully.")];
    case "out-of-memory":
      return [working, failed("StepOutOfMemory", "buildrun step step-build failed due to out-of-memory", { location })];
    case "evicted":
      return [
        working,
        failed("PodEvicted", "The node was low on resource: memory.", { location: { pod: location.pod } }),
      ];
    case "image-pull":
      return [failed("TaskRunImagePullFailed", 'the step "build" in TaskRun "x" failed to pull the image ""')];
    case "times-out":
      return [working, failed("BuildRunTimeout", `BuildRun ${main.metadata.name} failed to finish within 24h0m0s`)];
    case "pod-refused":
      return [failed("PodCreationFailed", 'pods "x" is forbidden: violates PodSecurity "restricted:latest"')];
    case "result-too-large":
      return [
        working,
        failed("TaskRunResultLargerThanAllowedLimit", "Termination message is above max allowed size 4096"),
      ];
    case "image-not-reported":
      return [
        working,
        {
          status: {
            ...begun,
            startTime: AT.started,
            completionTime: AT.ended,
            conditions: condition("True", "Succeeded", ""),
            output: {},
          },
        },
      ];
  }
}
