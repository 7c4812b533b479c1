import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Pod } from "kubernetes-types/core/v1.js";
import { classifyPod, type Failure, failureOf, type PodSignal } from "../../src/recovery/index.js";
import { aCondition, aNotebook, anEndedPod, aPod, aSource, aStatus, CREATED, LATE, SOON } from "./pods.js";

function endedBy(signal: PodSignal): Failure {
  if (signal.kind !== "ended") throw new Error(`the signal is ${signal.kind}`);
  return signal.failure;
}

/** What a pod ends as when patience is over. */
function failureIn(pod: Pod): Failure {
  return endedBy(classifyPod(pod, LATE));
}

const pull = (message: string) => aNotebook({ waiting: { reason: "ImagePullBackOff", message } });
const sourceReport = (reason: string) =>
  aSource({
    terminated: {
      exitCode: 1,
      reason: "Error",
      message: JSON.stringify({ version: "nbv.source.v1", reason, message: "git said no" }),
    },
  });

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
      "pulls that back off",
      pull("Back-off pulling image"),
      { reason: "ImagePullBackOff", errorType: "transient", failedContainer: "notebook" },
    ],
    [
      "a first pull",
      aNotebook({ waiting: { reason: "ErrImagePull", message: "rpc error: code = Unknown" } }),
      { reason: "ErrImagePull", errorType: "transient" },
    ],
    [
      "an image that is not there",
      pull("failed to pull: manifest unknown"),
      { reason: "ImagePullBackOff", errorType: "permanent" },
    ],
    [
      "a registry that refuses",
      pull(
        "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
      ),
      { reason: "ImagePullBackOff", errorType: "permanent" },
    ],
    [
      "a registry that limits",
      pull("429 Too Many Requests - toomanyrequests: You have reached your pull rate limit"),
      { reason: "RegistryUnavailable", errorType: "transient", fault: "platform" },
    ],
    [
      "a registry that is away",
      pull("dial tcp 10.0.0.1:443: i/o timeout"),
      { reason: "RegistryUnavailable", errorType: "transient" },
    ],
    [
      "a registry nobody trusts",
      pull("x509: certificate signed by unknown authority"),
      { reason: "ImagePullBackOff", errorType: "permanent", fault: "platform" },
    ],
    [
      "the wrong architecture",
      pull("no match for platform in manifest: not found"),
      { errorType: "permanent", suggestedAction: expect.stringMatching(/architecture/) as never },
    ],
    [
      "an invalid name",
      aNotebook({ waiting: { reason: "InvalidImageName", message: "couldn't parse image reference" } }),
      { reason: "InvalidImageName", errorType: "permanent" },
    ],
    [
      "an image that may not be pulled",
      aNotebook({ waiting: { reason: "ErrImageNeverPull" } }),
      { reason: "ErrImageNeverPull" },
    ],
    [
      "a missing Secret",
      aNotebook({ waiting: { reason: "CreateContainerConfigError", message: 'secret "db" not found' } }),
      { reason: "SecretMissing" },
    ],
    [
      "a missing key",
      aNotebook({
        waiting: { reason: "CreateContainerConfigError", message: "couldn't find key token in Secret team-a/db" },
      }),
      { reason: "SecretMissing" },
    ],
    [
      "a missing ConfigMap",
      aNotebook({ waiting: { reason: "CreateContainerConfigError", message: 'configmap "settings" not found' } }),
      { reason: "ConfigMapMissing" },
    ],
    [
      "an image that runs as root",
      aNotebook({
        waiting: {
          reason: "CreateContainerConfigError",
          message: "container has runAsNonRoot and image will run as root",
        },
      }),
      { reason: "SecurityContextViolation", errorType: "permanent" },
    ],
    [
      "a busy runtime",
      aNotebook({ waiting: { reason: "CreateContainerError", message: "context deadline exceeded" } }),
      { reason: "CreateContainerError", errorType: "transient" },
    ],
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
      "Git credentials",
      sourceReport("GitAuthFailed"),
      { reason: "GitAuthFailed", errorType: "permanent", stage: "source", failedContainer: "source" },
    ],
    ["a missing ref", sourceReport("GitRefNotFound"), { reason: "GitRefNotFound", errorType: "permanent" }],
    [
      "the network to Git",
      sourceReport("GitNetwork"),
      { reason: "GitNetwork", errorType: "transient", fault: "platform" },
    ],
    [
      "a missing notebook",
      sourceReport("NotebookNotFound"),
      { reason: "NotebookNotFound", errorType: "permanent", fault: "user" },
    ],
    ["a source report of a future version", sourceReport("GitSomethingNew"), { stage: "source", reason: "Unknown" }],
    [
      "a fetcher that only left words",
      aSource({
        terminated: {
          exitCode: 128,
          reason: "Error",
          message: "fatal: could not read Username for 'https://git.example.com'",
        },
      }),
      { reason: "GitAuthFailed" },
    ],
    [
      "a fetcher without a word",
      aSource({ terminated: { exitCode: 1, reason: "Error" } }),
      { reason: "InitContainerError", errorType: "unknown" },
    ],
    [
      "a fetcher on a full disk",
      aSource({ terminated: { exitCode: 1, reason: "Error", message: "write: No space left on device" } }),
      { reason: "InitContainerError", errorType: "transient" },
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

  test("the image is named when it can't be pulled", () => {
    expect(failureIn(pull("manifest unknown")).message).toContain("registry.example.com/team/train:1");
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

describe("the pod's own deadline", () => {
  const deadline = {
    phase: "Failed",
    reason: "DeadlineExceeded",
    message: "Pod was active on the node longer than the specified deadline",
  };

  test("is the notebook's matter once the notebook has run", () => {
    const pod = aNotebook(
      { terminated: { exitCode: 137, reason: "Error", startedAt: "2026-11-21T10:05:00Z" } },
      deadline,
    );
    expect(failureIn(pod)).toMatchObject({
      reason: "DeadlineExceeded",
      errorType: "permanent",
      fault: "user",
      stage: "run",
    });
  });

  test("is the platform's while the image is still being pulled", () => {
    const pod = aNotebook({ waiting: { reason: "ContainerCreating" } }, deadline);
    expect(failureIn(pod)).toMatchObject({
      reason: "DeadlineExceeded",
      errorType: "transient",
      fault: "platform",
      stage: "start",
    });
  });
});

describe("patience", () => {
  const notFound = pull("manifest unknown");

  test("a failing pull is visible at once and ends the attempt only after the grace period", () => {
    expect(classifyPod(notFound, SOON)).toMatchObject({
      kind: "visible",
      failure: { reason: "ImagePullBackOff" },
      since: CREATED,
      graceEndsAt: CREATED + 120_000,
    });
    expect(classifyPod(notFound, CREATED + 119_999).kind).toBe("visible");
    expect(classifyPod(notFound, CREATED + 120_000).kind).toBe("ended");
  });

  test("counts from when the reason was first seen, if that is known", () => {
    const seen = (reason: string, since: number) => classifyPod(notFound, LATE, { visible: { reason, since } });
    expect(seen("ImagePullBackOff", LATE - 1000)).toMatchObject({ kind: "visible", since: LATE - 1000 });
    expect(seen("ErrImagePull", LATE - 130_000).kind).toBe("ended");
    expect(seen("Unschedulable", LATE - 130_000)).toMatchObject({ kind: "visible", since: LATE });
    expect(classifyPod(notFound, LATE, { visible: undefined })).toMatchObject({ kind: "visible", since: LATE });
  });

  test("is the operator's to set", () => {
    const patience = { startupGraceMs: 30_000, scheduleTimeoutMs: 60_000 };
    expect(classifyPod(notFound, SOON, { patience }).kind).toBe("ended");
  });

  test("is longer for pods that no node takes: autoscalers and queues need time", () => {
    const message = "0/3 nodes are available: 3 Insufficient nvidia.com/gpu. preemption: 0/3 nodes are available";
    const pod = aPod({
      phase: "Pending",
      conditions: [aCondition("PodScheduled", "False", { reason: "Unschedulable", message })],
    });
    expect(classifyPod(pod, CREATED + 599_999)).toMatchObject({
      kind: "visible",
      failure: { reason: "Unschedulable", stage: "schedule" },
    });
    expect(endedBy(classifyPod(pod, CREATED + 600_000)).message).toContain("Insufficient nvidia.com/gpu");
  });

  describe("with silence: of a pod", () => {
    test("that no scheduler looks at, after half a minute", () => {
      const pod = aPod({ phase: "Pending" });
      expect(classifyPod(pod, CREATED + 29_999)).toEqual({ kind: "none", lookAgainAt: CREATED + 30_000 });
      expect(classifyPod(pod, CREATED + 30_000)).toMatchObject({
        kind: "visible",
        failure: { reason: "Unschedulable", fault: "platform", message: expect.stringMatching(/^No scheduler has/) },
        since: CREATED,
        graceEndsAt: CREATED + 600_000,
      });
      expect(endedBy(classifyPod(pod, CREATED + 600_000)).reason).toBe("Unschedulable");
    });

    test("that names a scheduler which nobody runs, by that name", () => {
      const pod = aPod({ phase: "Pending" });
      const named = { ...pod, spec: { containers: [], ...pod.spec, schedulerName: "volcano" } };
      expect(failureIn(named).message).toContain("volcano");
    });

    test("whose node's kubelet does not report it, after the startup grace", () => {
      const pod = aPod({ phase: "Pending", conditions: [aCondition("PodScheduled", "True")] });
      const bound = { ...pod, spec: { containers: [], ...pod.spec, nodeName: "node-7" } };
      expect(classifyPod(bound, SOON)).toEqual({ kind: "none", lookAgainAt: CREATED + 120_000 });
      expect(classifyPod(bound, CREATED + 120_000)).toMatchObject({
        kind: "visible",
        failure: { reason: "NodeLost", stage: "start", message: expect.stringContaining("node-7") },
      });
      expect(endedBy(classifyPod(bound, CREATED + 600_000)).budget).toBe("platform");
    });

    test("that is on its way out nothing is made", () => {
      const pod = aPod({ phase: "Pending" });
      const going = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: "2026-11-21T10:00:30Z" } };
      expect(classifyPod(going, LATE)).toEqual({ kind: "none" });
    });
  });

  test.each(["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"])(
    "%s of the container that fetches the source is the platform's: its image is the operator's choice",
    (reason) => {
      const message = "failed to pull: manifest unknown";
      const failure = failureIn(aSource({ waiting: { reason, message } }));
      expect(failure).toMatchObject({ reason, fault: "platform", failedContainer: "source" });
      expect(failure.message).toContain("init container source, image operator:1");
      expect(failure.suggestedAction).toContain("fetcherImage");
      expect(failureIn(aNotebook({ waiting: { reason, message } }))).toMatchObject({ fault: "user" });
    },
  );

  test("a pod held by a queue is waiting, too", () => {
    const pod = aPod({
      phase: "Pending",
      conditions: [aCondition("PodScheduled", "False", { reason: "SchedulingGated" })],
    });
    expect(classifyPod(pod, SOON)).toMatchObject({ kind: "visible", failure: { reason: "Unschedulable" } });
  });

  test.each([
    ["InvalidImageName", "couldn't parse"],
    ["ErrImageNeverPull", "not present"],
    ["CreateContainerConfigError", "container has runAsNonRoot and image will run as root"],
    ["RunContainerError", "executable file not found in $PATH"],
  ])("is not spent on what can't get better: %s", (reason, message) => {
    expect(classifyPod(aNotebook({ waiting: { reason, message } }), CREATED).kind).toBe("ended");
  });

  test("a mount that fails is told only by events", () => {
    const pod = aNotebook({ waiting: { reason: "ContainerCreating" } });
    const events = [
      { reason: "FailedMount", message: 'MountVolume.SetUp failed for volume "v" : secret "db" not found' },
    ];
    expect(classifyPod(pod, SOON, { events })).toMatchObject({ kind: "visible", failure: { reason: "SecretMissing" } });
    expect(endedBy(classifyPod(pod, LATE, { events })).reason).toBe("SecretMissing");
    const attach = [{ reason: "FailedAttachVolume", message: "Multi-Attach error for volume" }];
    expect(classifyPod(pod, SOON, { events: attach })).toMatchObject({ failure: { reason: "VolumeMountFailed" } });
  });

  test("an announced disruption is visible until the pod has ended", () => {
    const pod = aNotebook(
      { running: {} },
      { phase: "Running", conditions: [aCondition("DisruptionTarget", "True", { reason: "PreemptionByScheduler" })] },
    );
    expect(classifyPod(pod, LATE)).toMatchObject({ kind: "visible", failure: { reason: "Preempted" } });
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
