import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { BuildLog, type BuildObject, type BuildStrategy, strategyNamed } from "../../../src/build/index.js";
import { classifyBuild } from "../../../src/recovery/index.js";

/** What a real Tekton said of a real build, and what its steps printed (stories of the node). */
interface Recording {
  readonly run: BuildObject;
  readonly taskRuns: readonly BuildObject[];
  readonly logs: Readonly<Record<string, readonly string[]>>;
}
const tekton = strategyNamed("tekton") as BuildStrategy;

function recording(name: string): Recording {
  return JSON.parse(readFileSync(`test/fixtures/tekton/${name}.json`, "utf8")) as Recording;
}

function recorded(name: string) {
  const { run, taskRuns, logs } = recording(name);
  const observation = tekton.observe(run, taskRuns);
  const pod = `${run.metadata.name}-image-pod`;
  const log = new BuildLog();
  for (const line of logs["build"] ?? []) log.push(line);
  return { observation, logs, pod, progress: log.progress };
}

describe("what a real Tekton says", () => {
  test.each([
    [
      "conflict",
      "DependencyResolution",
      "nbv-wants-old 1.0 depends on nbv-shared==1.0; nbv-wants-new 1.0 depends on nbv-shared==2.0",
    ],
    ["missing", "DependencyNotFound", "nbv-shared==9.9"],
    ["tampered", "DependencyHashMismatch", "Expected sha256 0000"],
    ["greedy", "BuildOutOfMemory", "OOMKilled"],
    ["denied", "BuildPushDenied", "team/denied", "push"],
  ])("a build that failed: %s", (name, reason, words, step = "build") => {
    const { observation, logs, pod } = recorded(name);
    if (observation.kind !== "failed") throw new Error(observation.kind);
    const { log: place, ...signal } = observation.signal;
    expect(signal.step).toBe(step);
    expect(place).toEqual({ pod, container: `step-${step}` });
    const failure = classifyBuild({ ...signal, log: (logs[signal.step ?? ""] ?? []).join("\n") });
    expect(failure).toMatchObject({ reason, errorType: "permanent", fault: "user", stage: "build" });
    expect(failure.message).toContain(words);
    expect(Date.parse(observation.completionTime ?? "")).toBeGreaterThan(Date.parse(observation.startTime ?? ""));
  });

  test("a build that failed, whose TaskRun is not at hand or was last seen at work: what it tells is on its way", () => {
    const { run, taskRuns } = recording("conflict");
    const untold = [{ kind: "TaskRun", name: taskRuns[0]?.metadata.name }];
    const atWork = taskRuns.map((each) => ({
      ...each,
      status: { conditions: [{ type: "Succeeded", status: "Unknown" }] },
    }));
    expect(tekton.observe(run, [])).toMatchObject({ kind: "failed", signal: { untold } });
    expect(tekton.observe(run, atWork)).toMatchObject({ kind: "failed", signal: { untold } });
    expect(tekton.observe(run, taskRuns)).not.toHaveProperty("signal.untold");
  });

  test("a build that is done, with the digest of its image", () => {
    const { observation } = recorded("succeeded");
    if (observation.kind !== "complete") throw new Error(observation.kind);
    expect(observation.image).toMatch(/^10\.98\.0\.2:5000\/[a-z0-9/-]+@sha256:[0-9a-f]{64}$/);
    expect(observation.cacheHit).toBe(false);
    expect(Date.parse(observation.completionTime ?? "")).toBeGreaterThan(Date.parse(observation.startTime ?? ""));
  });

  test("a build whose time was over, when it has ended", () => {
    expect(recorded("timed-out").observation).toMatchObject({ kind: "cancelled" });
  });

  test("a build that was cancelled", () => {
    expect(recorded("cancelled").observation).toEqual({ kind: "cancelled", completionTime: "2026-11-21T21:29:10Z" });
  });

  test("a build at its first step, and one at its third", () => {
    const first = recorded("running");
    expect(first.observation).toEqual({
      kind: "running",
      startTime: "2026-11-21T21:28:57Z",
      progress: { currentStep: "Fetching the source" },
      log: { pod: first.pod, container: "step-fetch" },
    });
    const third = recorded("late");
    expect(third.observation).toMatchObject({
      kind: "running",
      progress: { currentStep: "Building the image" },
      log: { pod: third.pod, container: "step-build" },
    });
    expect(third.progress).toEqual({ currentStep: "Pulling the base image", layersPulled: "2" });
  });
});
