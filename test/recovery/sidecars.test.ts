import { describe, expect, test } from "@jest/globals";
import type { ContainerState, ContainerStatus, Pod, PodStatus } from "kubernetes-types/core/v1.js";
import { classifyPod } from "../../src/recovery/index.js";
import { aNotebook, aStatus, CREATED, failureIn, LATE } from "./pods.js";

const RUNNING: ContainerState = { running: { startedAt: "2026-11-21T10:01:00Z" } };
const PASSED: ContainerState = { terminated: { exitCode: 0, reason: "Completed" } };
const WAITING: ContainerState = { waiting: { reason: "PodInitializing" } };
const OOM_KILLED = { exitCode: 137, reason: "OOMKilled" };

/** With an init container that somebody injected and that restarts for as long as the pod lives. */
function withNativeSidecar(notebook: ContainerState, sidecar: Partial<ContainerStatus>): Pod {
  const pod = aNotebook(notebook, { phase: "Running" });
  pod.spec?.initContainers?.unshift({ name: "istio-proxy", image: "istio:1", restartPolicy: "Always" });
  pod.status?.initContainerStatuses?.unshift({ ...aStatus("istio-proxy", {}), ...sidecar });
  return pod;
}

/** With a container that somebody injected next to the notebook's. */
function withSidecar(notebook: ContainerState, sidecar: ContainerState, more: PodStatus): Pod {
  const pod = aNotebook(notebook, {
    ...more,
    containerStatuses: [aStatus("agent", sidecar), aStatus("notebook", notebook)],
  });
  pod.spec?.containers.unshift({ name: "agent", image: "agent:1", resources: { limits: { memory: "64Mi" } } });
  return pod;
}

const crashing = (terminated: NonNullable<ContainerState["terminated"]>): Partial<ContainerStatus> => ({
  state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 5m0s restarting failed container" } },
  lastState: { terminated },
});

describe("what somebody injected into a pod", () => {
  test.each<[string, Pod]>([
    ["crashes while the notebook runs", withNativeSidecar(RUNNING, crashing({ exitCode: 1, reason: "Error" }))],
    ["runs out of memory again and again while the notebook runs", withNativeSidecar(RUNNING, crashing(OOM_KILLED))],
    ["crashes when the notebook has passed", withNativeSidecar(PASSED, crashing(OOM_KILLED))],
    [
      "has an image that can't be pulled while the notebook runs",
      withSidecar(RUNNING, { waiting: { reason: "ImagePullBackOff", message: "not found" } }, { phase: "Pending" }),
    ],
    [
      "has an image of no name while the notebook runs",
      withSidecar(RUNNING, { waiting: { reason: "InvalidImageName" } }, { phase: "Pending" }),
    ],
  ])("does no harm when it %s", (_what, pod) => {
    expect(classifyPod(pod, LATE)).toEqual({ kind: "none" });
  });

  test("is told when it keeps the notebook from its beginning, and ends the attempt after the grace", () => {
    const pod = withNativeSidecar(WAITING, crashing({ exitCode: 1, reason: "Error", message: "no such host" }));
    expect(classifyPod(pod, CREATED)).toMatchObject({ kind: "visible" });
    expect(failureIn(pod)).toMatchObject({
      reason: "CrashLoopBackOff",
      message: expect.stringContaining("istio-proxy ended with exit code 1: no such host"),
      recoveries: ["retry"],
    });
  });

  test.each<[string, Pod, string, string]>([
    ["before the notebook began", withNativeSidecar(WAITING, crashing(OOM_KILLED)), "start", "istio-proxy"],
    [
      "and failed the pod with that",
      withSidecar(PASSED, { terminated: OOM_KILLED }, { phase: "Failed" }),
      "run",
      "agent",
    ],
  ])("is to blame for its own memory, not the source's or a cell's: killed %s", (_what, pod, stage, name) => {
    const signal = classifyPod(pod, LATE, { runningCell: 7, memoryBefore: 2 ** 30 });
    expect(signal).toMatchObject({
      kind: "ended",
      failure: {
        reason: "OOMKilled",
        stage,
        fault: "platform",
        failedContainer: name,
        message: expect.stringMatching(new RegExp(`container ${name} was killed(?: \\(limit 64Mi\\))?$`)),
        suggestedAction: expect.stringContaining(`memory limit of the container ${name}`),
        recoveries: [],
      },
    });
    expect(signal).not.toHaveProperty("failure.cell");
  });
});
