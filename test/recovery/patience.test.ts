import { describe, expect, test } from "@jest/globals";
import { classifyPod } from "../../src/recovery/index.js";
import { aCondition, aNotebook, aPod, aSource, CREATED, endedBy, failureIn, LATE, pull, SOON } from "./pods.js";

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

    test("before the attempt began, by the calendar of whoever looks, nothing is made", () => {
      const [now, begunAt] = [CREATED + 3_600_000, CREATED + 3_599_000];
      const unseen = aPod({ phase: "Pending" });
      expect(classifyPod(unseen, now, { begunAt })).toEqual({ kind: "none", lookAgainAt: begunAt + 30_000 });
      const bound = { ...unseen, spec: { containers: [], ...unseen.spec, nodeName: "node-7" } };
      expect(classifyPod(bound, now, { begunAt })).toEqual({ kind: "none", lookAgainAt: begunAt + 120_000 });
      expect(endedBy(classifyPod(bound, begunAt + 600_000, { begunAt })).reason).toBe("NodeLost");
    });

    test("that is on its way out nothing is made", () => {
      const pod = aPod({ phase: "Pending" });
      const going = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: "2026-11-21T10:00:30Z" } };
      expect(classifyPod(going, LATE)).toEqual({ kind: "none" });
    });
  });

  describe("by a clock that is not the cluster's", () => {
    const HOUR = 3_600_000;

    test.each([
      ["ahead", 180_000],
      ["far ahead", HOUR],
      ["behind", -HOUR],
    ])("is as long as by the cluster's own: one that is %s", (_, aheadMs) => {
      const begunAt = CREATED + aheadMs;
      const context = { begunAt, aheadAtMostMs: aheadMs };
      expect(classifyPod(notFound, begunAt + 119_999, context)).toMatchObject({
        kind: "visible",
        since: begunAt,
        graceEndsAt: begunAt + 120_000,
      });
      expect(classifyPod(notFound, begunAt + 120_000, context).kind).toBe("ended");
      const unseen = aPod({ phase: "Pending" });
      expect(classifyPod(unseen, begunAt, context)).toEqual({ kind: "none", lookAgainAt: begunAt + 30_000 });
    });

    test("counts from when the reason was first seen by that clock", () => {
      const since = CREATED + HOUR + 500_000;
      const context = { begunAt: CREATED + HOUR, aheadAtMostMs: HOUR, visible: { reason: "ImagePullBackOff", since } };
      expect(classifyPod(notFound, since + 1, context)).toMatchObject({ since, graceEndsAt: since + 120_000 });
    });

    test("is whole for a pod that was made long after its attempt began: that shows no clock that is behind", () => {
      const context = { begunAt: CREATED - HOUR, aheadAtMostMs: 5_000 };
      expect(classifyPod(notFound, SOON, context)).toMatchObject({ since: CREATED, graceEndsAt: CREATED + 120_000 });
      expect(classifyPod(notFound, SOON, { begunAt: CREATED - HOUR })).toMatchObject({ since: CREATED });
    });

    test("never counts from before the attempt began, whatever the times show", () => {
      const context = { begunAt: CREATED - 2_000, aheadAtMostMs: -HOUR };
      expect(classifyPod(notFound, CREATED, context)).toMatchObject({ since: CREATED - 2_000 });
    });

    test("counts by the pod's times when the attempt began after now: the clock was set since", () => {
      const context = { begunAt: LATE + HOUR, aheadAtMostMs: 0 };
      expect(classifyPod(notFound, SOON, context)).toMatchObject({ since: CREATED });
      expect(classifyPod(notFound, LATE, context).kind).toBe("ended");
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
