import { describe, expect, test } from "@jest/globals";
import { jobStory } from "../../src/cli/job-story.js";
import { seenJob } from "../../src/cli/seen-job.js";
import { clusterJob, NOW, STATUSES } from "./cluster-jobs.js";

const at = (secondsAgo: number) => new Date(NOW - secondsAgo * 1000).toISOString().replace(".000Z", "Z");
const story = (status: object) => jobStory(seenJob(clusterJob("train", status)), NOW, {});
/** The lines of what happened. */
function happened(status: object): string[] {
  const lines = story(status).split("\n");
  const from = lines.indexOf("  what happened, the oldest first:") + 1;
  return from === 0 ? [] : lines.slice(from, lines.indexOf("", from)).map((line) => line.trim());
}

const PRE_BUILT = "quay.io/jupyter/minimal-notebook:2025-03-14";
/** s2i fails, tekton fails, the pre-built image runs out of memory, and passes with more. */
const LONG_STORY = {
  phase: "Succeeded",
  verdict: "PassedWithWarnings",
  reason: "PassedWithWarnings",
  message: "All 3 cells passed.",
  runId: "abc",
  queuedAt: at(1300),
  startTime: at(1300),
  completionTime: at(60),
  recoveryAttempts: 3,
  retryCount: 1,
  recovery: {
    image: PRE_BUILT,
    memoryLimit: "3Gi",
    abandonedStrategies: ["s2i"],
    actions: [
      { action: "increase-memory", reason: "OOMKilled", time: at(300), detail: "2Gi → 3Gi" },
      { action: "fallback-to-prebuilt", reason: "BuildPushDenied", time: at(600), detail: PRE_BUILT },
      { action: "fallback-build-strategy", reason: "BuildPushDenied", time: at(900), detail: "s2i → tekton" },
    ],
  },
  buildStatus: {
    phase: "Failed",
    attempts: [
      {
        number: 2,
        strategy: "tekton",
        startTime: at(890),
        completionTime: at(600),
        outcome: "Failed",
        reason: "BuildPushDenied",
        message: "The registry refused the image: denied",
      },
      {
        number: 1,
        strategy: "s2i",
        startTime: at(1200),
        completionTime: at(900),
        outcome: "Failed",
        reason: "BuildPushDenied",
        message: "unauthorized",
      },
    ],
  },
  attempts: [
    { number: 2, runId: "abc", stage: "finish", outcome: "PassedWithWarnings", completionTime: at(60), podName: "p-2" },
    {
      number: 1,
      runId: "abc",
      stage: "run",
      outcome: "Error",
      reason: "OOMKilled",
      message: "The notebook ran out of memory",
      action: "increase-memory",
      completionTime: at(300),
      podName: "p-1",
    },
    { number: 2, stage: "build", outcome: "Error", reason: "BuildPushDenied", completionTime: at(600) },
    { number: 1, stage: "build", outcome: "Error", reason: "BuildPushDenied", completionTime: at(900) },
    { number: 3, runId: "old", stage: "run", outcome: "Failed", reason: "NotebookError", completionTime: at(90_000) },
    { number: 2, runId: "old", stage: "run", outcome: "Error", reason: "NodeLost", completionTime: at(91_000) },
  ],
};

describe("what happened to a job", () => {
  test("is told in its order: builds, attempts, and what was done about those that failed", () => {
    expect(happened(LONG_STORY)).toEqual([
      "25h ago  last run   2 attempts, the last one Failed NotebookError",
      "15m ago  build 1    Failed by s2i: BuildPushDenied: unauthorized",
      "15m ago  recovery   fallback to another build strategy (s2i → tekton), because of BuildPushDenied",
      "10m ago  build 2    Failed by tekton: BuildPushDenied: The registry refused the image: denied",
      `10m ago  recovery   fallback to pre-built image (${PRE_BUILT}), because of BuildPushDenied`,
      "5m ago  attempt 1  Error (run): OOMKilled: The notebook ran out of memory",
      "5m ago  recovery   more memory (2Gi → 3Gi), because of OOMKilled",
      "60s ago  attempt 2  PassedWithWarnings (finish)",
    ]);
  });

  test("is beside what the run does otherwise than its spec says", () => {
    const text = story(LONG_STORY);
    expect(text).toContain(`image:       ${PRE_BUILT} (pre-built, in place of the job's own)`);
    expect(text).toContain("memory:      limit raised to 3Gi");
  });

  test("is told in its order where all of it is of one second", () => {
    const [startTime, completionTime] = [at(60), at(60)];
    const failed = { runId: "r1", stage: "run", outcome: "Error", startTime, completionTime };
    const lines = happened({
      ...STATUSES.failed,
      runId: "r1",
      buildStatus: {
        phase: "Complete",
        attempts: [{ number: 1, outcome: "Complete", startTime: at(300), completionTime }],
      },
      attempts: [
        { ...failed, number: 3, podName: "p-3", reason: "OOMKilled", action: "none" },
        { ...failed, number: 2, podName: "p-2", reason: "SecurityContextViolation", action: "skip-init-container" },
        { ...failed, number: 1, podName: "p-1", reason: "OOMKilled", action: "increase-memory" },
      ],
      recovery: {
        actions: [
          { action: "skip-init-container", reason: "SecurityContextViolation", time: completionTime },
          { action: "increase-memory", reason: "OOMKilled", time: completionTime },
        ],
      },
    });
    expect(lines.map((line) => line.replace(/^60s ago +/, ""))).toEqual([
      "build 1    Complete",
      "attempt 1  Error (run): OOMKilled",
      "recovery   more memory, because of OOMKilled",
      "attempt 2  Error (run): SecurityContextViolation",
      "recovery   the copy of the notebook in its image, because of SecurityContextViolation",
      "attempt 3  Error (run): OOMKilled",
    ]);
  });

  test("tells a remedy by its time where nothing else is known of what it answered", () => {
    const attempt = { runId: "r1", outcome: "Error", reason: "NodeLost" };
    const lines = happened({
      ...STATUSES.failed,
      runId: "r1",
      attempts: [
        { ...attempt, number: 8, podName: "p-8", outcome: "Running", startTime: at(60) },
        { ...attempt, number: 7, podName: "p-7", completionTime: at(90) },
      ],
      recovery: { actions: [{ action: "increase-memory", reason: "OOMKilled", time: at(60) }] },
    });
    expect(lines.map((line) => line.split(/ +/)[2])).toEqual(["attempt", "recovery", "attempt"]);
  });

  test("tells plain retries, and failures before there was a pod", () => {
    const lines = happened({
      ...STATUSES.waiting,
      queuedAt: at(60),
      attempts: [
        { number: 2, stage: "source", outcome: "Error", reason: "GitNetwork", action: "retry", completionTime: at(10) },
        { number: 1, stage: "source", outcome: "Error", reason: "GitNetwork", action: "retry", completionTime: at(20) },
      ],
    });
    expect(lines).toEqual([
      "20s ago  source     Error: GitNetwork; tried again",
      "10s ago  source     Error: GitNetwork; tried again",
    ]);
  });

  test("is cut to the newest, with the number of the others", () => {
    const attempts = Array.from({ length: 20 }, (_, index) => ({
      number: 20 - index,
      runId: "r1",
      outcome: "Error",
      podName: `p-${20 - index}`,
      completionTime: at(10 + index * 60),
    }));
    const lines = happened({ ...STATUSES.failed, attempts });
    expect(lines).toHaveLength(13);
    expect(lines[0]).toMatch(/^… +8 more before that$/);
    expect(lines.at(-1)).toContain("attempt 20");
  });

  test("is not told of a job to which only one thing happened", () => {
    expect(happened({ ...STATUSES.succeeded, attempts: [{ number: 1, outcome: "Passed", podName: "p" }] })).toEqual([]);
  });
});

describe("a job that waits for somebody", () => {
  const waiting = (waitingFor: object, more: object = {}) =>
    story({
      phase: "Retrying",
      reason: "SecretMissing",
      message: "Secret git-credentials is missing",
      observedGeneration: 1,
      waitingFor: { reason: "SecretMissing", since: at(600), until: at(-86_000), ...waitingFor },
      conditions: [
        {
          type: "Stalled",
          status: "True",
          reason: "SecretMissing",
          message: "Secret git-credentials is missing",
          lastTransitionTime: at(600),
        },
      ],
      ...more,
    });

  test("says for what, since when, until when, and how the wait ends", () => {
    const text = waiting({ kind: "Secret", name: "git-credentials", tries: 3 });
    expect(text).toMatch(
      /waiting: +for Secret git-credentials \(SecretMissing\), since 10m, tried anew 3 times, given up in 23h\n/,
    );
    expect(text).toContain(
      "→ create it (kubectl get secret git-credentials -n team-a shows whether it is there); the run then goes on by itself",
    );
    expect(text).toContain("→ or have it tried at once: nbv retry train -n team-a");
  });

  test("says when it is tried anew, which is no retry, and nothing twice", () => {
    const message = "Secret git-credentials is missing";
    const text = waiting(
      { kind: "Git", tries: 0 },
      {
        retryCount: 3,
        validationRetryCount: 3,
        nextRetryTime: at(-28),
        conditions: [
          {
            type: "Stalled",
            status: "True",
            reason: "GitNetwork",
            message: `${message}. Wait`,
            lastTransitionTime: at(9),
          },
          { type: "GitCloneComplete", status: "Unknown", reason: "GitNetwork", message, lastTransitionTime: at(9) },
        ],
      },
    );
    expect(text).toMatch(/waiting: .*, tried anew in 28s, given up in 23h\n/);
    expect(text).toMatch(/retries: +3\n/);
    expect(text).not.toContain("condition:");
  });

  test.each([
    [{ kind: "Secret", name: "s", key: "token" }, "key token of Secret s", "add the key token"],
    [{ kind: "ConfigMap", name: "c" }, "ConfigMap c", "kubectl get configmap c -n team-a"],
    [{ kind: "PersistentVolumeClaim", name: "d" }, "PersistentVolumeClaim d", "kubectl get persistentvolumeclaim d"],
    [{ kind: "Node" }, "a node with room", "kubectl describe pod -n team-a"],
    [{ kind: "Quota" }, "room in the quota", "kubectl describe quota -n team-a"],
    [{ kind: "Volume" }, "its volumes", "kubectl describe pod -n team-a"],
    [{ kind: "Image", name: "r.example.com/a:1" }, "image r.example.com/a:1", "push the image r.example.com/a:1"],
    [{ kind: "Registry" }, "the registry", "see whether the registry answers"],
    [{ kind: "Git", name: "https://git.example.com/a.git" }, "the Git server", "see whether https://git.example.com"],
    [{ kind: "Models" }, "the models", "kubectl get inferenceservices -n team-a"],
  ])("for %j is told what to do", (waitingFor, what, step) => {
    const text = waiting(waitingFor);
    expect(text).toContain(`for ${what}`);
    expect(text).toContain(step);
  });

  test("in vain is told what it was, and how to go on", () => {
    const text = story({
      ...STATUSES.failed,
      failureReason: "SecretMissing",
      lastErrorType: "transient",
      waitingFor: { kind: "Secret", name: "s", reason: "SecretMissing", since: at(90_000), until: at(60) },
    });
    expect(text).toContain("it waited for Secret s in vain: create it");
    expect(text).toContain("then run it again: nbv retry train -n team-a");
    expect(text).not.toContain("waiting:");
  });
});
