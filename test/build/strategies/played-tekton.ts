import type { BuildObject } from "../../../src/build/index.js";
import { IMAGE_DIGEST, REPOSITORY } from "./a-build-plan.js";
import { AT, type Moment, type Story } from "./played-builder.js";

const STEPS = ["fetch", "dockerfile", "build", "push"];

/** What a step's container has come to. */
type StepEnd = { readonly exitCode: number; readonly reason: string; readonly terminationReason: string };
const DONE: StepEnd = { exitCode: 0, reason: "Completed", terminationReason: "Completed" };
const ERROR: StepEnd = { exitCode: 1, reason: "Error", terminationReason: "Error" };
const SKIPPED: StepEnd = { exitCode: 1, reason: "Error", terminationReason: "Skipped" };
const OOM: StepEnd = { exitCode: 137, reason: "OOMKilled", terminationReason: "OOMKilled" };

export function condition(status: "True" | "False" | "Unknown", reason: string, message: string) {
  return [{ type: "Succeeded", status, reason, message, lastTransitionTime: AT.ended }];
}

/** A TaskRun of Tekton, as its controller leaves it. `steps` of a pod that never ran: none. */
export function taskRun(
  main: BuildObject,
  status: object,
  ends: readonly (StepEnd | undefined)[] | "no pod",
): BuildObject {
  const steps = ends === "no pod" ? undefined : ends.map((end, index) => step(STEPS[index] ?? "more", end));
  return {
    apiVersion: "tekton.dev/v1",
    kind: "TaskRun",
    metadata: {
      name: `${main.metadata.name}-image`,
      namespace: main.metadata.namespace ?? "",
      creationTimestamp: AT.created,
      labels: { "mlops.dev/role": "build", "tekton.dev/pipelineRun": main.metadata.name },
      ownerReferences: [
        { apiVersion: main.apiVersion, kind: main.kind, name: main.metadata.name, uid: main.metadata.uid ?? "" },
      ],
    },
    spec: { taskSpec: { steps: [{ name: "build", image: "a:1" }] } },
    status: {
      podName: `${main.metadata.name}-image-pod`,
      startTime: AT.created,
      ...status,
      ...(steps !== undefined && { steps }),
    },
  };
}

function step(name: string, end: StepEnd | undefined) {
  const container = { name, container: `step-${name}`, imageID: "registry.example.org/a@sha256:00" };
  if (end === undefined) return { ...container, running: { startedAt: AT.started } };
  const { exitCode, reason, terminationReason } = end;
  return {
    ...container,
    terminationReason,
    terminated: { exitCode, reason, startedAt: AT.started, finishedAt: AT.ended },
  };
}

const RUNNING = condition(
  "Unknown",
  "Running",
  "Tasks Completed: 0 (Failed: 0, Cancelled 0), Incomplete: 1, Skipped: 0",
);
const SUM = "Tasks Completed: 1 (Failed: 1, Cancelled 0), Skipped: 0";
const result = (name: string, value: string) => ({ name, value });

/** Tekton Pipelines 1.15 at work on a PipelineRun. */
export function playTekton(story: Story, main: BuildObject): readonly Moment[] | undefined {
  const child = { apiVersion: "tekton.dev/v1", kind: "TaskRun", name: `${main.metadata.name}-image` };
  const childReferences = [{ ...child, pipelineTaskName: "image" }];
  const pending: Moment = { status: { conditions: condition("Unknown", "Started", "") } };
  const working: Moment = {
    status: { startTime: AT.created, conditions: RUNNING, childReferences },
    related: [
      taskRun(
        main,
        { conditions: condition("Unknown", "Running", "Not all Steps in the Task have finished executing") },
        [DONE, DONE, undefined, undefined],
      ),
    ],
  };
  const failed = (runReason: string, own: object, ends: readonly (StepEnd | undefined)[] | "no pod"): Moment => ({
    status: {
      ...{ startTime: AT.created, completionTime: AT.ended, childReferences },
      conditions: condition("False", runReason, SUM),
    },
    related: [taskRun(main, { completionTime: AT.ended, ...own }, ends)],
  });
  switch (story) {
    case "never-appears":
      return [];
    case "waits-for-a-node": {
      const message = 'pod status "PodScheduled":"False"; message: "0/3 nodes are available: 3 Insufficient memory."';
      return [
        pending,
        {
          status: { startTime: AT.created, conditions: RUNNING },
          related: [taskRun(main, { conditions: condition("Unknown", "Pending", message) }, "no pod")],
        },
      ];
    }
    case "succeeds":
      return [
        pending,
        working,
        {
          status: {
            startTime: AT.created,
            completionTime: AT.ended,
            conditions: condition("True", "Succeeded", "Tasks Completed: 1 (Failed: 0, Cancelled 0), Skipped: 0"),
            results: [
              result("image-url", `${REPOSITORY}:ab12ab12ab12`),
              result("image-digest", IMAGE_DIGEST),
              result("cached-layers", "2"),
              result("layers", "5"),
            ],
          },
          related: [
            taskRun(
              main,
              {
                completionTime: AT.ended,
                conditions: condition("True", "Succeeded", "All Steps have completed executing"),
              },
              [DONE, DONE, DONE, DONE],
            ),
          ],
        },
      ];
    case "fails-in-pip": {
      const message = '"step-build" exited with code 1: Error';
      return [
        pending,
        working,
        failed("Failed", { conditions: condition("False", "StepFailed", message) }, [DONE, DONE, ERROR, SKIPPED]),
      ];
    }
    case "cancelled":
      return [
        working,
        failed("Cancelled", { conditions: condition("False", "TaskRunCancelled", 'TaskRun "x" was cancelled') }, [
          DONE,
          DONE,
          ERROR,
          ERROR,
        ]),
      ];
    case "out-of-memory": {
      const message = '"step-build" exited with code 137: OOMKilled';
      return [
        working,
        failed("Failed", { conditions: condition("False", "StepOOM", message) }, [DONE, DONE, OOM, SKIPPED]),
      ];
    }
    case "evicted": {
      const message = "The node was low on resource: ephemeral-storage.";
      return [working, failed("Failed", { conditions: condition("False", "PodEvicted", message) }, "no pod")];
    }
    case "image-pull": {
      const message =
        'the step "build" in TaskRun "x" failed to pull the image "quay.io/buildah/stable:v9". The pod errored with the message: "Back-off pulling image"';
      return [failed("Failed", { conditions: condition("False", "TaskRunImagePullFailed", message) }, "no pod")];
    }
    case "times-out":
      return [
        working,
        failed(
          "PipelineRunTimeout",
          { conditions: condition("False", "TaskRunTimeout", 'TaskRun "x" failed to finish within "24h0m0s"') },
          [DONE, DONE, ERROR, ERROR],
        ),
      ];
    case "pod-refused": {
      const message =
        'failed to create task run pod "x": pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true. Maybe invalid TaskSpec';
      return [failed("Failed", { conditions: condition("False", "PodCreationFailed", message) }, "no pod")];
    }
    case "result-too-large": {
      const message =
        'TaskRun "x" failed: Termination message is above max allowed size 4096, caused by large task result.';
      return [
        working,
        failed("Failed", { conditions: condition("False", "TaskRunResultLargerThanAllowedLimit", message) }, [
          DONE,
          DONE,
          DONE,
          DONE,
        ]),
      ];
    }
    case "image-not-reported":
      return [
        working,
        {
          status: {
            startTime: AT.created,
            completionTime: AT.ended,
            conditions: condition("True", "Succeeded", ""),
            results: [result("image-url", REPOSITORY), result("image-digest", "sha256:short")],
          },
        },
      ];
  }
}
