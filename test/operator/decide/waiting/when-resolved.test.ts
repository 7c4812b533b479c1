import { describe, expect, test } from "@jest/globals";
import type { ResolutionSeen } from "../../../../src/operator/decide/observation.js";
import { aJobWithNeeds } from "../../kit/a-job.js";
import { aPod, Story } from "../../kit/an-observation.js";
import { lacking, patienceOver, waiting } from "./lacking-pod.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A job that has waited for a Secret in vain. */
function failed(spec: Record<string, unknown> = {}): Story {
  const story = waiting(spec);
  story.pass(DAY).see({ resolution: { kind: "absent" } });
  expect(story.status.phase).toBe("Failed");
  return story;
}

/** A job that has waited for Git in vain. */
function failedForGit(spec: Record<string, unknown> = {}): Story {
  const retryPolicy = { jitter: false, maxValidationRetries: 0 };
  const story = new Story(
    aJobWithNeeds()
      .with({ retryPolicy, ...spec })
      .build(),
  );
  story.see();
  while (story.status.phase !== "Failed") {
    story.see({ source: { kind: "failed", reason: "GitNetwork", message: "no route to host" } });
    story.pass(story.decision.requeueAfterMs ?? 0).see();
  }
  return story;
}

const see = (story: Story, resolution: ResolutionSeen) => story.see({ resolution });

describe("a job that waited for a Secret in vain", () => {
  test("has it looked at now and then", () => {
    const story = failed();
    story.see();
    expect(story.effects("ask-resolution")).toMatchObject([{ about: { kind: "Secret", name: "db" }, pace: "slow" }]);
    for (const kind of ["asking", "absent", "unknown"] as const) {
      see(story.pass(DAY), kind === "unknown" ? { kind, message: "forbidden" } : { kind });
      expect(story.status.phase).toBe("Failed");
      expect(story.kinds()).toEqual([]);
    }
  });

  test("begins a new run when it is there, out of the dead letters, told by one event", () => {
    const story = failed();
    see(story.pass(DAY), { kind: "present" });
    expect(story.status).toMatchObject({ phase: "Initializing", runCount: 2, retryCount: 0 });
    expect(story.status.waitingFor).toBeUndefined();
    expect(story.condition("DeadLettered")).toMatch(/^False/);
    expect(story.notes()).toHaveLength(1);
    expect(story.notes()[0]?.message).toContain("for lack of Secret db, which is there now");
    expect(story.status.attempts).toMatchObject([{ reason: "SecretMissing" }]);
  });

  test.each([
    ["retryWhenResolved is off", { retryPolicy: { retryWhenResolved: false } }],
    ["automatic retries are off", { retryPolicy: { enabled: false } }],
    ["smart recovery is off", { recoveryConfig: { enableSmartRecovery: false } }],
    ["waiting is disabled", { recoveryConfig: { disabledRecoveryActions: ["wait-for-resolution"] } }],
  ])("does not when %s", (_why, change) => {
    const story = failed();
    // As if it had been so from the beginning: what decides is the spec as it is now.
    const { generation = 1 } = story.job.metadata;
    story.edit({ ...change }).job = { ...story.job, metadata: { ...story.job.metadata, generation } };
    see(story, { kind: "present" });
    expect(story.status.phase).toBe("Failed");
    expect(story.effects("ask-resolution")).toEqual([]);
  });

  test("does not when the Secret was there and did not help: it would fail like that for ever", () => {
    const story = waiting();
    see(story, { kind: "present" });
    patienceOver(story);
    see(story.pass(DAY), { kind: "present" });
    expect(story.status.phase).toBe("Failed");
    see(story, { kind: "present" });
    expect(story.status.phase).toBe("Failed");
    expect(story.effects("ask-resolution")).toEqual([]);
  });

  test("does not when the try that its coming started was cut off: that counts from its beginning", () => {
    const story = waiting({ totalTimeout: "3m" });
    see(story, { kind: "present" });
    expect(story.status).toMatchObject({ phase: "ValidationRunning", waitingFor: { tries: 1 } });
    const pods = [lacking(story)];
    story.see({ pods });
    story.pass(MINUTE).see({ pods });
    expect(story.status).toMatchObject({ phase: "Failed", waitingFor: { name: "db", tries: 1 } });
    see(story, { kind: "present", wasAbsent: true });
    expect(story.status.phase).toBe("Failed");
    expect(story.effects("ask-resolution")).toEqual([]);
  });

  test.each([
    [true, "came since", "Initializing"],
    [false, "was there all the time", "Failed"],
  ])("after hardly any wait has it looked at at once (wasAbsent: %j): it %s", (wasAbsent, _how, phase) => {
    const story = waiting({ totalTimeout: "121s" });
    see(story.pass(1000), { kind: "asking" });
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "SecretMissing" });
    story.see();
    expect(story.effects("ask-resolution")).toMatchObject([{ about: { name: "db" }, pace: "slow", isFresh: true }]);
    see(story.pass(MINUTE), { kind: "present", wasAbsent });
    expect(story.status.phase).toBe(phase);
  });

  test("does not ask when it failed for something else in the end", () => {
    const story = waiting();
    see(story, { kind: "present" });
    story.see({
      pods: [aPod(story.podName, { phase: "Failed", reason: "Evicted", message: "The node had condition" })],
    });
    expect(story.status.waitingFor?.kind).toBe("Secret");
    story.edit({ suspend: true }).see();
    expect(story.status.waitingFor).toBeUndefined();
  });

  test("is deleted by its time to live all the same", () => {
    const story = failed({ ttlSecondsAfterFinished: 3600 });
    story.pass(60 * MINUTE).see({ resolution: { kind: "absent" } });
    expect(story.kinds()).toEqual(["emit", "delete-job"]);
  });
});

describe("a job that waited for Git in vain", () => {
  test("begins a new run when the repositories of both notebooks can be reached", () => {
    const golden = { url: "https://git.example.com/golden.git", ref: "v1", credentialsSecret: "golden-git" };
    const story = failedForGit({ goldenNotebook: { path: "golden.ipynb", git: golden } });
    story.see();
    const { url, ref } = { url: "https://git.example.com/team/notebooks.git", ref: "main" };
    expect(story.effects("ask-resolution")).toMatchObject([{ about: { kind: "Git", url, ref, golden }, pace: "slow" }]);
    see(story, { kind: "present" });
    expect(story.status).toMatchObject({ phase: "Initializing", runCount: 2 });
  });

  test("does not when the operator reached the repository before, and its pods do not", () => {
    const story = failedForGit();
    const { status } = story.job as { status: object };
    story.job = { ...story.job, status: { ...status, runId: "0123456789ab" } };
    see(story, { kind: "present" });
    expect(story.status.phase).toBe("Failed");
    expect(story.effects("ask-resolution")).toEqual([]);
  });

  test.each([
    [true, "Initializing"],
    [false, "Failed"],
  ])("for a moment only does not run one run after the other where it flaps (wasAbsent: %j)", (wasAbsent, phase) => {
    const story = failedForGit({ totalTimeout: "20s" });
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "GitNetwork", waitingFor: { kind: "Git" } });
    story.see();
    expect(story.effects("ask-resolution")).toMatchObject([{ about: { kind: "Git" }, pace: "slow", isFresh: true }]);
    see(story, { kind: "present", wasAbsent });
    expect(story.status.phase).toBe(phase);
  });
});
