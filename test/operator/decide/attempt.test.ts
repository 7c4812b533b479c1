import { describe, expect, test } from "@jest/globals";
import { toRfc3339 } from "../../../src/api/index.js";
import { failureOf } from "../../../src/recovery/index.js";
import { aJob } from "../kit/a-job.js";
import { aLog, aPod, COMMIT, ended, running, START, Story, stuck } from "../kit/an-observation.js";
import { failingEvents, passingEvents } from "../kit/fake-runner.js";

describe("an attempt", () => {
  test("shows its cells while it runs", () => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [aPod(story.podName, running())], log: aLog(passingEvents().slice(0, 4), false) });
    expect(story.status).toMatchObject({ phase: "ValidationRunning", cells: "1/2", validationPodName: story.podName });
    expect(story.status.results?.map(({ status }) => status)).toEqual(["Success", "Running"]);
    expect(story.condition("Reconciling")).toBe("True/NotebookRunning");
  });

  test("passes by its runner's signed verdict", () => {
    const story = new Story(aJob().build()).running();
    story.pass(60_000).see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents()) });
    expect(story.status).toMatchObject({ phase: "Succeeded", verdict: "Passed", duration: "1m" });
    expect(story.condition("Ready")).toBe("True/Passed");
    expect(story.condition("Succeeded")).toBe("True/Passed");
    expect(story.status.attempts?.[0]).toMatchObject({ outcome: "Passed" });
  });

  test("whose whole container ran out of memory names the cell, the limit and what to raise", () => {
    const story = new Story(
      aJob()
        .with({ validationConfig: { educationalMode: true } })
        .build(),
    ).running();
    const events = passingEvents().slice(0, 4);
    const withMemory = events.map((event) =>
      event.type === "cell-end" ? { ...event, memoryBytes: 300 * 2 ** 20 } : event,
    );
    const killed = aPod(story.podName, ended(137, "OOMKilled"));
    const limited =
      killed.spec?.containers.map((each) => ({ ...each, resources: { limits: { memory: "1Gi" } } })) ?? [];
    const pod = { ...killed, spec: { ...killed.spec, containers: limited } };
    story.see({ pods: [pod], log: aLog(withMemory) });
    expect(story.status).toMatchObject({
      phase: "Failed",
      failureReason: "OOMKilled",
      resources: { peakMemory: "300Mi" },
    });
    expect(story.status.message).toContain("killed while cell 1 was running (300Mi before, limit 1Gi)");
    expect(story.status.message).toContain("Raise spec.podConfig.resources.limits.memory");
    expect(story.status.results?.at(-1)).toMatchObject({ cellIndex: 1, status: "Failure", errorName: "OOMKilled" });
    expect(story.status.educationalFeedback?.[0]).toMatchObject({ cell: 1, severity: "error" });
  });

  test("that the platform lost blames no cell for it", () => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [], log: aLog(passingEvents().slice(0, 4)) });
    expect(story.status.attempts?.[0]).toMatchObject({ outcome: "Error", reason: "PodDeleted" });
    expect(story.status.results?.at(-1)).toMatchObject({ cellIndex: 1, status: "Running" });
  });

  test("is not judged before its log was read to the end", () => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents().slice(0, 3), false) });
    expect(story.status.phase).toBe("ValidationRunning");
  });

  test("proves what the job expects when its runner made the check and found nothing against it", () => {
    const asked = { validationConfig: { expectedOutputs: [{ cell: 1, type: "float" as const }] } };
    const story = new Story(aJob().with(asked).build()).running();
    const events = passingEvents().map((event) =>
      event.type === "start" ? { ...event, checks: ["E1", "X1", "X2"] } : event,
    );
    story.pass(60_000).see({ pods: [aPod(story.podName, ended(0))], log: aLog(events) });
    expect(story.status).toMatchObject({ phase: "Succeeded", verdict: "Passed" });
    expect(story.status.validationChecks).toContainEqual({
      type: "OutputVerification",
      status: "Passed",
      message: "1 output is as the job expects",
    });
  });

  test("that leaves out by its own switch what the job lists says so", () => {
    const asked = { validationConfig: { checkOutputTypes: false, expectedOutputs: [{ cell: 1, type: "float" }] } };
    const story = new Story(aJob().with(asked).build()).running();
    story.pass(60_000).see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents()) });
    expect(story.status.verdict).toBe("Passed");
    expect(story.status.validationChecks).toContainEqual(
      expect.objectContaining({ type: "OutputVerification", status: "Skipped" }),
    );
  });

  test("whose runner could not make a check passes with warnings, in the runner's words", () => {
    const message = "All 2 code cells ran. This runner does not make check Z9.";
    const events = passingEvents().map((event) =>
      event.type === "verdict" ? { ...event, verdict: "PassedWithWarnings" as const, message } : event,
    );
    const story = new Story(aJob().build()).running();
    story.pass(60_000).see({ pods: [aPod(story.podName, ended(0))], log: aLog(events) });
    expect(story.status).toMatchObject({ verdict: "PassedWithWarnings", message });
  });

  test("passes by the termination message when its log is lost", () => {
    const story = new Story(aJob().build()).running();
    const { termination } = aLog(passingEvents());
    const lost = { ...aLog([]), ...(termination && { termination }) };
    story.see({ pods: [aPod(story.podName, ended(0))], log: lost });
    expect(story.status).toMatchObject({ phase: "Succeeded", verdict: "Passed" });
  });

  test("that exits with 0 and no verdict never passes", () => {
    const story = new Story(
      aJob()
        .with({ retryPolicy: { enabled: false } })
        .build(),
    ).running();
    story.see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents().slice(0, 5)) });
    expect(story.status).toMatchObject({ phase: "Failed", verdict: "Error", failureReason: "VerdictMissing" });
  });

  test("whose exit code disagrees with its verdict never passes", () => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [aPod(story.podName, ended(10))], log: aLog(passingEvents()) });
    expect(story.status).toMatchObject({ phase: "Failed", verdict: "Error", failureReason: "VerdictInconsistent" });
  });

  test("that fails by the notebook's fault is the last one, and keeps its results", () => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [aPod(story.podName, ended(10))], log: aLog(failingEvents()) });
    expect(story.status).toMatchObject({
      phase: "Failed",
      verdict: "Failed",
      failureReason: "NotebookError",
      retryCount: 0,
    });
    expect(story.status.results?.[1]).toMatchObject({ status: "Failure", errorName: "ValueError" });
    expect(story.condition("Stalled")).toBe("True/NotebookError");
  });

  test("whose node evicts it costs the job's budget nothing, and is tried again when the pod is gone", () => {
    const story = new Story(aJob().build()).running();
    const evicted = aPod(story.podName, { phase: "Failed", reason: "Evicted", message: "low on memory" });
    story.see({ pods: [evicted], log: { ...aLog([]), isFinal: true } });
    expect(story.status).toMatchObject({
      phase: "Retrying",
      retryCount: 1,
      validationRetryCount: 0,
      failureReason: "Evicted",
    });
    story.see({ pods: [evicted] });
    expect(story.status).toMatchObject({ phase: "ValidationRunning", validationRetryCount: 0 });
    expect(story.podName).toMatch(/-2$/);
  });

  test("whose pod somebody deletes is tried again under another name", () => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [] });
    expect(story.status).toMatchObject({ phase: "Retrying", failureReason: "PodDeleted" });
    story.see();
    expect(story.podName).toMatch(/-2$/);
  });

  test("whose finished pod is gone passes all the same if its verdict was read", () => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [], log: aLog(passingEvents()) });
    expect(story.status).toMatchObject({ phase: "Succeeded", verdict: "Passed" });
  });

  test("whose image can't be pulled shows that at once and ends only after the grace", () => {
    const story = new Story(aJob().build()).started();
    const pod = aPod(story.podName, stuck("ImagePullBackOff", "Back-off pulling image"));
    story.pass(1000).see({ pods: [pod] });
    expect(story.status).toMatchObject({ phase: "ValidationRunning", reason: "ImagePullBackOff", retryCount: 0 });
    story.pass(120_000).see({ pods: [pod] });
    expect(story.status).toMatchObject({ phase: "Retrying", validationRetryCount: 1 });
    expect(story.kinds()).toContain("delete-pod");
  });

  test("whose pod no scheduler looks at is looked at again by itself, says so, and waits with it", () => {
    const story = new Story(aJob().build()).started();
    const pods = [aPod(story.podName)];
    expect(story.pass(1_000).see({ pods }).requeueAfterMs).toBe(29_000);
    expect(story.status.reason).toBe("PodStarting");
    expect(story.pass(29_000).see({ pods })).toMatchObject({ write: "now", requeueAfterMs: 300_000 });
    expect(story.status).toMatchObject({ phase: "ValidationRunning", reason: "Unschedulable" });
    expect(story.status.message).toContain("No scheduler has looked at the pod yet");
    expect(story.kinds()).toEqual(["emit"]);
    story.pass(570_000).see({ pods });
    expect(story.status).toMatchObject({ phase: "Retrying", failureReason: "Unschedulable", validationRetryCount: 0 });
    expect(story.kinds()).toEqual(["emit"]);
  });

  test("does not begin while a pod of an earlier one is still going", () => {
    const story = new Story(aJob().build()).running();
    const old = aPod(story.podName, running());
    story.edit({ cellTimeout: "9m" }).see({ pods: [old] });
    story.see({ pods: [old], source: { kind: "resolved", commit: COMMIT } });
    expect(story.status.reason).toBe("WaitingForOldPod");
    expect(story.status.message).toContain(`pod ${old.metadata.name} of an earlier attempt`);
    expect(story.kinds()).toEqual(["delete-pod"]);
    story.see({ pods: [] });
    expect(story.kinds()).toContain("start-attempt");
  });

  test("waits for an earlier one's pod from when that was asked to go, however long the run took", () => {
    const story = new Story(aJob().with({ validationTimeout: "48h" }).build()).running();
    const old = aPod(story.podName, running());
    const DAY = 24 * 3_600_000;
    story.pass(DAY).see({ pods: [old] });
    story.pass(3_600_000).see({ pods: [old], keyLoss: failureOf("AttemptKeyLost") });
    story.pass(600_000).see({ pods: [old] });
    story.pass(DAY - 600_000 - 1).see({ pods: [old] });
    expect(story.status.reason).toBe("WaitingForOldPod");
    const going = aPod(old.metadata.name, running(), { deletionTimestamp: toRfc3339(story.now) });
    story.pass(1).see({ pods: [going] });
    expect(story.status.reason).toBe("WaitingForOldPod");
    story.see({ pods: [old] });
    expect(story.status).toMatchObject({ phase: "Failed", reason: "ApiForbidden" });
  });

  test("that the API server will not have ends with the server's reason", () => {
    const story = new Story(aJob().build()).started();
    story.see({ refusal: failureOf("SecurityContextViolation", { detail: "violates PodSecurity restricted" }) });
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "SecurityContextViolation" });
  });

  test("that the runner does not end is ended by the operator", () => {
    const story = new Story(aJob().with({ validationTimeout: "10m" }).build()).running();
    story.pass(16 * 60_000).see({ pods: [aPod(story.podName, running())], log: aLog([], false) });
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "ValidationTimeout" });
    expect(story.kinds()).toContain("delete-pod");
  });

  test("whose end is announced and does not come is ended by the operator as well", () => {
    const story = new Story(aJob().with({ validationTimeout: "10m" }).build()).running();
    const condition = { type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI" };
    const pods = [aPod(story.podName, { ...running(), conditions: [condition] })];
    story.pass(11 * 60_000).see({ pods, log: aLog([], false) });
    expect(story.status).toMatchObject({ phase: "ValidationRunning", reason: "Evicted" });
    for (let looks = 0; looks < 10 && story.status.phase === "ValidationRunning"; looks += 1) {
      story.pass(story.decision.requeueAfterMs ?? Number.NaN).see({ pods, log: aLog([], false) });
    }
    expect(story.now).toBeLessThanOrEqual(START + 16 * 60_000);
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "ValidationTimeout" });
  });
});
