import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { classifyPod, eventsWantedFrom, type PodEvent } from "../../src/recovery/index.js";
import { aCondition, aNotebook, aPod, aSource, aStatus, CREATED, LATE, SOON } from "./pods.js";

const starting = () => aSource({ waiting: { reason: "PodInitializing" } });
const mount = (why: string): PodEvent => ({
  reason: "FailedMount",
  message: `MountVolume.SetUp failed for volume "data" : ${why}`,
});
const summary: PodEvent = {
  reason: "FailedMount",
  message:
    "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], failed to process volumes=[]: timed out waiting for the condition",
};

function reasonOf(events: readonly PodEvent[], pod = starting()): string | undefined {
  const signal = classifyPod(pod, SOON, { events });
  return signal.kind === "none" ? undefined : signal.failure.reason;
}

describe("what only events tell of a pod", () => {
  test.each([
    ["SecretMissing", mount('secret "db" not found')],
    ["SecretMissing", mount("references non-existent secret key: password")],
    ["SecretMissing", mount('[secret "db" not found, failed to sync configmap cache: timed out waiting]')],
    ["ConfigMapMissing", mount('configmap "settings" not found')],
    ["ConfigMapMissing", mount("references non-existent config key: level")],
    ["VolumeMountFailed", mount("mount failed: exit status 32")],
    ["VolumeMountFailed", { reason: "FailedMount" }],
    ["VolumeMountFailed", { reason: "FailedAttachVolume", message: 'Multi-Attach error for volume "pvc-1"' }],
    ["CreateContainerError", { reason: "FailedCreatePodSandBox", message: "network plugin is not ready" }],
    [undefined, { reason: "Scheduled", message: "Successfully assigned" }],
    [undefined, { reason: "FailedScheduling", message: 'persistentvolumeclaim "x" not found' }],
    [undefined, {}],
  ])("%s: %j", (reason, event) => {
    expect(reasonOf([event])).toBe(reason);
  });

  test("is visible at once, keeps the kubelet's words, and ends the attempt when patience is over", () => {
    const events = [mount('secret "db" not found')];
    const visible = classifyPod(starting(), SOON, { events });
    expect(visible).toMatchObject({ kind: "visible", since: CREATED, graceEndsAt: CREATED + 120_000 });
    expect(visible.kind === "visible" && visible.failure.message).toContain('secret "db" not found');
    expect(classifyPod(starting(), LATE, { events })).toMatchObject({ kind: "ended" });
  });

  test("a kubelet's summary says less than what it sums up, and more than nothing", () => {
    expect(reasonOf([mount('secret "db" not found'), summary])).toBe("SecretMissing");
    expect(reasonOf([summary])).toBe("VolumeMountFailed");
  });

  test("the newest trouble counts", () => {
    expect(reasonOf([mount('secret "db" not found'), mount('configmap "c" not found')])).toBe("ConfigMapMissing");
  });

  test.each(["Pulling", "Pulled", "Created", "Started"])("is over when the pod has come to %s since", (reason) => {
    expect(reasonOf([mount('secret "db" not found'), { reason }])).toBeUndefined();
    expect(reasonOf([{ reason }, mount('secret "db" not found')])).toBe("SecretMissing");
  });

  test("a volume that is attached in the end was no trouble; one that can't be mounted still is", () => {
    const attach = { reason: "FailedAttachVolume", message: "Multi-Attach error" };
    const attached = { reason: "SuccessfulAttachVolume", message: "AttachVolume.Attach succeeded" };
    expect(reasonOf([attach, attached])).toBeUndefined();
    expect(reasonOf([attach, mount("exit status 32"), attached])).toBe("VolumeMountFailed");
  });

  test("explains less than what the status says itself", () => {
    const pod = aSource({ waiting: { reason: "InvalidImageName", message: "couldn't parse" } });
    expect(reasonOf([mount('secret "db" not found')], pod)).toBe("InvalidImageName");
  });

  test("never throws, and says nothing of pods that run", () => {
    const event = fc.record({ reason: fc.string(), message: fc.string() }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.array(event), (events) => {
        expect(classifyPod(aNotebook({ running: {} }, { phase: "Running" }), SOON, { events }).kind).toBe("none");
        classifyPod(starting(), SOON, { events });
      }),
    );
  });
});

describe("events are worth a question", () => {
  const scheduled = [aCondition("PodScheduled", "True")];

  test("once a pod with a node has waited for ten seconds without a word", () => {
    expect(eventsWantedFrom(starting())).toBe(CREATED + 10_000);
    expect(eventsWantedFrom(aPod({ phase: "Pending", conditions: scheduled }))).toBe(CREATED + 10_000);
    const creating = aStatus("source", { waiting: { reason: "ContainerCreating" } });
    const pod = aPod({ phase: "Pending", conditions: scheduled, initContainerStatuses: [creating] });
    expect(eventsWantedFrom(pod)).toBe(CREATED + 10_000);
  });

  test.each([
    ["no node has it yet", aPod({ phase: "Pending", conditions: [aCondition("PodScheduled", "False")] })],
    ["nothing is known of it", aPod({})],
    ["its status says why", aSource({ waiting: { reason: "ImagePullBackOff", message: "no" } })],
    ["the source is being fetched", aSource({ running: {} }, { phase: "Pending" })],
    ["only the notebook's image is still to come", aNotebook({ waiting: { reason: "PodInitializing" } })],
    ["it runs", aNotebook({ running: {} }, { phase: "Running" })],
    ["it has ended", aNotebook({ terminated: { exitCode: 0 } })],
    ["it is being deleted", { ...starting(), metadata: { deletionTimestamp: "2026-11-21T10:00:30Z" } }],
  ])("not when %s", (_, pod) => {
    expect(eventsWantedFrom(pod)).toBeUndefined();
  });
});
