import { describe, expect, test } from "@jest/globals";
import { RUNNER_EXITS } from "../../src/api/runner-exit-code.js";
import { classifyAttempt, classifyPod, classifyVerdict, isFailureReason } from "../../src/recovery/index.js";
import { emptyProgress, judge } from "../../src/validation/index.js";
import { aFailedVerdict, aVerdict } from "../validation/events.js";
import { aCondition, aNotebook, anEndedPod, aPod, aStatus, LATE } from "./pods.js";

const nothing = { progress: emptyProgress(), termination: undefined };
const terminated = aVerdict({ verdict: "Error", exitCode: 1, reason: "Terminated", message: "asked to stop" });

function drained() {
  return aPod({
    phase: "Failed",
    conditions: [aCondition("DisruptionTarget", "True", { reason: "EvictionByEvictionAPI" })],
    containerStatuses: [aStatus("notebook", { terminated: { exitCode: 1, reason: "Error" } })],
  });
}

describe("a verdict", () => {
  test("that passed is no failure", () => {
    expect(classifyVerdict(judge({ ...nothing, termination: aVerdict(), exitCode: 0 }))).toBeUndefined();
  });

  test("that failed has the runner's reason, words and cell", () => {
    expect(classifyVerdict(judge({ ...nothing, termination: aFailedVerdict(1), exitCode: 10 }))).toMatchObject({
      reason: "NotebookError",
      errorType: "permanent",
      fault: "user",
      cell: 1,
      message: "cell 1 raised ValueError",
    });
  });

  test("about a missing module names the package to add", () => {
    const failing = (errorName: string, message: string) => {
      const failed = { ...aFailedVerdict(1), failingCells: [{ cell: 1, errorName, message }] };
      return classifyVerdict(judge({ ...nothing, termination: failed, exitCode: 10 }));
    };
    expect(failing("ModuleNotFoundError", "No module named 'sklearn'")).toMatchObject({
      reason: "ModuleMissing",
      errorType: "permanent",
      fault: "user",
      cell: 1,
      message: "cell 1 raised ValueError",
      suggestedAction: "Add scikit-learn to requirements.txt, or use an image or a Python that has it",
    });
    expect(failing("ImportError", "No module named 'pandas'")?.suggestedAction).toContain("Add pandas to");
    // Which of a hundred packages it is can't be told by this name.
    expect(failing("ModuleNotFoundError", "No module named 'google.cloud'")).toMatchObject({
      reason: "ModuleMissing",
      suggestedAction: expect.stringContaining("Add its package to requirements.txt"),
    });
    expect(failing("ImportError", "cannot import name 'a' from 'b'")?.reason).toBe("NotebookError");
    expect(failing("ValueError", "No module named 'pandas'")?.reason).toBe("NotebookError");
  });

  test("with a reason that nobody knows is classified by its exit code", () => {
    const termination = aVerdict({ verdict: "Failed", exitCode: 20, reason: "SomethingNew" });
    expect(classifyVerdict(judge({ ...nothing, termination, exitCode: 20 }))?.reason).toBe("CellTimeout");
  });

  test("every exit code of the runner has a reason of the catalogue", () => {
    for (const [code, { reason }] of Object.entries(RUNNER_EXITS)) {
      expect([code, isFailureReason(reason)]).toEqual([code, code !== "0"]);
    }
  });
});

describe("the end of an attempt", () => {
  test("a node that goes away after the verdict does not lose the run", () => {
    const signal = classifyPod(anEndedPod("NodeLost", "gone"), LATE);
    expect(
      classifyAttempt(signal, judge({ ...nothing, termination: aVerdict(), exitCode: undefined })),
    ).toBeUndefined();
  });

  test("a runner that was asked to stop is explained by the kubelet that asked, also when the job itself is at fault", () => {
    const pod = anEndedPod("Evicted", 'Usage of EmptyDir volume "scratch" exceeds the limit "8Mi". ');
    const judged = judge({ ...nothing, termination: terminated, exitCode: 1 });
    expect(classifyAttempt(classifyPod(pod, LATE), judged)).toMatchObject({
      reason: "EphemeralStorageExceeded",
      fault: "user",
      errorType: "permanent",
    });
  });

  test("without a verdict the pod's reason explains it", () => {
    const pod = aNotebook({ terminated: { exitCode: 137, reason: "OOMKilled" } });
    const judged = { ...judge({ ...nothing, exitCode: 137 }), cell: 4 };
    expect(classifyAttempt(classifyPod(pod, LATE), judged)).toMatchObject({ reason: "OOMKilled", cell: 4 });
  });

  test("without a verdict and without a reason of the pod it is the missing verdict", () => {
    const pod = aNotebook({ terminated: { exitCode: 77, reason: "Error" } });
    expect(classifyAttempt(classifyPod(pod, LATE), judge({ ...nothing, exitCode: 77 }))?.reason).toBe("VerdictMissing");
  });

  test("a verdict that contradicts the evidence is not excused by the pod", () => {
    const judged = judge({ ...nothing, termination: aVerdict(), exitCode: 137 });
    const pod = aNotebook({ terminated: { exitCode: 137, reason: "OOMKilled" } });
    expect(classifyAttempt(classifyPod(pod, LATE), judged)?.reason).toBe("VerdictInconsistent");
  });

  test("a run that a drain stopped costs the job nothing, though the runner could still say so", () => {
    const judged = judge({ ...nothing, termination: terminated, exitCode: 1 });
    expect(classifyAttempt(classifyPod(drained(), LATE), judged)).toMatchObject({
      reason: "Evicted",
      budget: "platform",
    });
  });

  test("a notebook that failed by itself during a drain has failed", () => {
    const judged = judge({ ...nothing, termination: aFailedVerdict(), exitCode: 10 });
    expect(classifyAttempt(classifyPod(drained(), LATE), judged)?.reason).toBe("NotebookError");
  });

  test("a drain whose pod is not yet marked as failed is a drain", () => {
    const pod = { ...drained(), status: { ...drained().status, phase: "Running" } };
    expect(classifyAttempt(classifyPod(pod, LATE), judge({ ...nothing, exitCode: 1 }))?.reason).toBe("Evicted");
  });

  test("a pod that somebody deleted costs the job nothing", () => {
    const pod = aNotebook({ terminated: { exitCode: 143, reason: "Error" } });
    pod.metadata = { ...pod.metadata, deletionTimestamp: "2026-11-21T10:10:00Z" };
    expect(classifyAttempt(classifyPod(pod, LATE), judge({ ...nothing, exitCode: 143 }))).toMatchObject({
      reason: "PodDeleted",
      budget: "platform",
    });
  });
});
