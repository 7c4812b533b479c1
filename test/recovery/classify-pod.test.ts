import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Pod } from "kubernetes-types/core/v1.js";
import { classifyPod, type Failure, failureOf } from "../../src/recovery/index.js";
import { aCondition, aNotebook, anEndedPod, aPod, aSource, aStatus, endedBy, failureIn, LATE, SOON } from "./pods.js";

describe("pods that have not failed", () => {
  test.each<[string, Pod]>([
    ["that runs", aNotebook({ running: { startedAt: "2026-11-21T10:01:00Z" } }, { phase: "Running" })],
    ["that fetches its source", aSource({ running: { startedAt: "2026-11-21T10:01:00Z" } })],
    ["whose image is being pulled", aNotebook({ waiting: { reason: "ContainerCreating" } })],
    ["that passed", aNotebook({ terminated: { exitCode: 0, reason: "Completed" } }, { phase: "Succeeded" })],
    [
      "that passed while its node was being drained",
      aNotebook(
        { terminated: { exitCode: 0, reason: "Completed" } },
        {
          phase: "Succeeded",
          conditions: [aCondition("DisruptionTarget", "True", { reason: "EvictionByEvictionAPI" })],
        },
      ),
    ],
    [
      "with an injected sidecar that crashed",
      aPod({
        phase: "Running",
        containerStatuses: [
          aStatus("istio-proxy", { terminated: { exitCode: 1, reason: "Error" } }),
          aStatus("notebook", { running: {} }),
        ],
      }),
    ],
  ])("a pod %s", (_, pod) => {
    expect(classifyPod(pod, LATE)).toEqual({ kind: "none" });
  });
});

describe("what ended a pod", () => {
  test.each<[string, Pod, Partial<Failure>]>([
    [
      "an image without python3",
      aNotebook({
        terminated: {
          exitCode: 128,
          reason: "StartError",
          message: 'exec: "python3": executable file not found in $PATH: unknown',
        },
      }),
      { reason: "CommandNotFound", errorType: "permanent" },
    ],
    [
      "a program that may not run",
      aNotebook({ waiting: { reason: "RunContainerError", message: 'exec: "python3": permission denied' } }),
      { reason: "PermissionDenied" },
    ],
    [
      "a shell without the program",
      aNotebook({ terminated: { exitCode: 127, reason: "Error" } }),
      { reason: "CommandNotFound" },
    ],
    [
      "a crash loop",
      aNotebook({ waiting: { reason: "CrashLoopBackOff", message: "back-off 10s restarting failed container" } }),
      { reason: "CrashLoopBackOff", errorType: "unknown" },
    ],
    [
      "an OOM kill",
      aNotebook({ terminated: { exitCode: 137, reason: "OOMKilled" } }),
      { reason: "OOMKilled", errorType: "permanent", stage: "run", fault: "user" },
    ],
    [
      "an OOM kill of the fetcher",
      aSource({ terminated: { exitCode: 137, reason: "OOMKilled" } }),
      { reason: "OOMKilled", stage: "source", fault: "platform", failedContainer: "source" },
    ],
    [
      "an OOM kill whose container still ended with 0",
      aNotebook({ terminated: { exitCode: 0, reason: "OOMKilled" } }),
      { reason: "OOMKilled" },
    ],
    [
      "node pressure",
      anEndedPod("Evicted", "The node was low on resource: memory. Threshold quantity: 100Mi, available: 55Mi."),
      { reason: "Evicted", budget: "platform" },
    ],
    [
      "node disk pressure",
      anEndedPod("Evicted", "The node was low on resource: ephemeral-storage. Container notebook was using 4Gi"),
      { reason: "Evicted", budget: "platform" },
    ],
    [
      "its own storage limit",
      anEndedPod("Evicted", "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi."),
      { reason: "EphemeralStorageExceeded", budget: "job", errorType: "permanent" },
    ],
    [
      "its own emptyDir limit",
      anEndedPod("Evicted", 'Usage of EmptyDir volume "scratch" exceeds the limit "1Gi".'),
      { reason: "EphemeralStorageExceeded" },
    ],
    [
      "a node that shut down",
      anEndedPod("Terminated", "Pod was terminated in response to imminent node shutdown."),
      { reason: "NodeShutdown", budget: "platform" },
    ],
    [
      "a node that went away",
      aPod({ phase: "Unknown", reason: "NodeLost", message: "Node a which was running pod is unresponsive" }),
      { reason: "NodeLost", budget: "platform" },
    ],
    [
      "a kubelet that made room",
      anEndedPod("Preempting", "Preempted in order to admit critical pod"),
      { reason: "Preempted", budget: "platform" },
    ],
    [
      "a node without room after all",
      anEndedPod("OutOfcpu", "Pod was rejected: Node didn't have enough resource: cpu"),
      { reason: "NodeRefused", budget: "platform" },
    ],
    [
      "a device that vanished",
      anEndedPod("UnexpectedAdmissionError", "Allocate failed due to no healthy devices present"),
      { reason: "NodeRefused" },
    ],
    ["an unknown device", anEndedPod("OutOfexample.com/fpga", "no room"), { reason: "NodeRefused" }],
    [
      "preemption by the scheduler",
      aPod({
        phase: "Failed",
        conditions: [aCondition("DisruptionTarget", "True", { reason: "PreemptionByScheduler" })],
        containerStatuses: [aStatus("notebook", { terminated: { exitCode: 137, reason: "Error" } })],
      }),
      { reason: "Preempted", budget: "platform" },
    ],
    [
      "a drain",
      aPod({
        phase: "Failed",
        conditions: [aCondition("DisruptionTarget", "True", { reason: "EvictionByEvictionAPI" })],
        containerStatuses: [aStatus("notebook", { terminated: { exitCode: 143, reason: "Error" } })],
      }),
      { reason: "Evicted", budget: "platform" },
    ],
    [
      "a taint",
      aPod({
        phase: "Failed",
        conditions: [aCondition("DisruptionTarget", "True", { reason: "DeletionByTaintManager" })],
      }),
      { reason: "NodeLost" },
    ],
    [
      "a container whose state nobody knows",
      aNotebook({
        terminated: {
          exitCode: 137,
          reason: "ContainerStatusUnknown",
          message: "The container could not be located when the pod was terminated",
        },
      }),
      { reason: "NodeLost", budget: "platform" },
    ],
    [
      "a kill from outside",
      aNotebook({ terminated: { exitCode: 137, reason: "Error" } }),
      { reason: "VerdictMissing", errorType: "unknown" },
    ],
    [
      "an exit code nobody knows",
      aNotebook({ terminated: { exitCode: 77, reason: "Error" } }),
      { reason: "Unknown", errorType: "unknown" },
    ],
    ["nothing that it says", aPod({ phase: "Failed" }), { reason: "Unknown" }],
  ])("%s", (_, pod, expected) => {
    expect(failureIn(pod)).toMatchObject(expected);
  });

  test.each([
    [10, "NotebookError", "permanent"],
    [11, "ChecksFailed", "permanent"],
    [12, "ComparisonFailed", "permanent"],
    [13, "ChecksFailed", "permanent"],
    [20, "CellTimeout", "permanent"],
    [21, "ValidationTimeout", "permanent"],
    [30, "KernelDied", "unknown"],
    [31, "OOMKilled", "permanent"],
    [32, "KernelExited", "permanent"],
    [40, "KernelStartFailed", "transient"],
    [41, "KernelMissing", "permanent"],
    [50, "NotebookInvalid", "permanent"],
    [60, "InvalidRunnerConfig", "permanent"],
    [1, "RunnerBug", "unknown"],
  ])("the runner's exit code %i", (exitCode, reason, errorType) => {
    expect(failureIn(aNotebook({ terminated: { exitCode, reason: "Error" } }))).toMatchObject({ reason, errorType });
  });

  test("an OOM kill names the cell that was running", () => {
    const pod = aNotebook({ terminated: { exitCode: 137, reason: "OOMKilled" } });
    expect(endedBy(classifyPod(pod, LATE, { runningCell: 7 }))).toMatchObject({
      cell: 7,
      message: expect.stringContaining("cell 7"),
    });
  });

  test("an OOM kill says how much was held before and how much may be", () => {
    const pod = aNotebook({ terminated: { exitCode: 137, reason: "OOMKilled" } });
    for (const container of pod.spec?.containers ?? []) container.resources = { limits: { memory: "8Gi" } };
    expect(endedBy(classifyPod(pod, LATE, { runningCell: 7, memoryBefore: 1.1 * 2 ** 30 }))?.message).toBe(
      "It ran out of memory: killed while cell 7 was running (1127Mi before, limit 8Gi)",
    );
  });

  test("a password in a message is not passed on", () => {
    const message = JSON.stringify({
      version: "nbv.source.v1",
      reason: "GitNetwork",
      message: "fatal: unable to access 'https://me:hunter2@git.example.com/a.git/'",
    });
    expect(failureIn(aSource({ terminated: { exitCode: 1, message } })).message).not.toContain("hunter2");
  });
});

test("a notebook that passed while its pod is being evicted has passed", () => {
  const conditions = [aCondition("DisruptionTarget", "True", { reason: "EvictionByEvictionAPI" })];
  const pod = aNotebook({ terminated: { exitCode: 0, reason: "Completed" } }, { phase: "Running", conditions });
  expect(classifyPod(pod, LATE)).toEqual({ kind: "none" });
});

test("no status whatever makes classification throw, and grace never ends in the past", () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom("ImagePullBackOff", "Evicted", "OOMKilled", "__proto__", "constructor", "Unschedulable"),
  );
  const state = fc.oneof(
    fc.record({ waiting: fc.record({ reason: text, message: text }) }),
    fc.record({ terminated: fc.record({ exitCode: fc.integer(), reason: text, message: text }) }),
    fc.constant({ running: {} }),
  );
  const statuses = fc.array(
    fc.tuple(fc.constantFrom("source", "notebook", "x"), state).map(([name, each]) => aStatus(name, each)),
  );
  const status = fc.record(
    {
      phase: fc.constantFrom("Pending", "Running", "Succeeded", "Failed", "Unknown"),
      reason: text,
      message: text,
      conditions: fc.array(
        fc.record({
          type: fc.constantFrom("PodScheduled", "DisruptionTarget", "Initialized"),
          status: fc.constantFrom("True", "False"),
          reason: text,
          message: text,
          lastTransitionTime: fc.constantFrom("2026-11-21T10:00:00Z", "nonsense"),
        }),
      ),
      initContainerStatuses: statuses,
      containerStatuses: statuses,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(status, (each) => {
      const signal = classifyPod(aPod(each), SOON);
      if (signal.kind === "visible") expect(signal.graceEndsAt).toBeGreaterThan(SOON);
      if (signal.kind !== "none") expect(Buffer.byteLength(signal.failure.message)).toBeLessThanOrEqual(1024);
    }),
  );
});

test("messages are one line of at most 1 KiB", () => {
  const { message } = failureOf("Unknown", { detail: `${"ä\n".repeat(2000)}` });
  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1024);
  expect(message).not.toContain("\n");
});
