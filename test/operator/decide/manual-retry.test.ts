import { describe, expect, test } from "@jest/globals";
import { ANNOTATION_RETRY_RESET_COUNT, toRfc3339 } from "../../../src/api/index.js";
import { aJob } from "../kit/a-job.js";
import { aLog, aPod, COMMIT, ended, running, START, Story } from "../kit/an-observation.js";
import { failingEvents, passingEvents } from "../kit/fake-runner.js";

function failed(): Story {
  const story = new Story(aJob().build()).running();
  story.pass(60_000).see({ pods: [aPod(story.podName, ended(10))], log: aLog(failingEvents()) });
  return story.pass(600_000);
}

describe("a request for a retry that is granted", () => {
  test("is told by one event, clears the error, and is not granted again when the attempt fails as well", () => {
    const story = failed().askRetry();
    story.see();
    expect(story.notes()).toEqual([{ type: "Normal", reason: "RetryRequested", message: "A retry was requested" }]);
    const { lastError, lastErrorAt, lastErrorType, failureReason, verdict, completionTime } = story.status;
    for (const left of [lastError, lastErrorAt, lastErrorType, failureReason, verdict, completionTime]) {
      expect(left).toBeUndefined();
    }
    const pods = [aPod(story.podName, ended(10))];
    story.see({ pods, log: aLog(failingEvents()) });
    for (let look = 0; look < 3; look++) {
      expect(story.pass(1000).see({ pods }).status).toMatchObject({ phase: "Failed", retryCount: 0 });
    }
    expect(story.podName).toMatch(/-2$/);
  });

  test("grants an attempt beyond a spent budget, and no more than that", () => {
    const story = new Story(
      aJob()
        .with({ retryPolicy: { maxRetries: 0 } })
        .build(),
    ).running();
    const pods = () => [aPod(story.podName, ended(1))];
    story.see({ pods: pods(), log: aLog([]) });
    expect(story.condition("DeadLettered")).toBe("True/RetryLimitExceeded");
    story.pass(1000).askRetry().see();
    expect(story.status).toMatchObject({ phase: "ValidationRunning", retryCount: 0 });
    story.see({ pods: pods(), log: aLog([]) });
    expect(story.status).toMatchObject({ phase: "Failed", retryCount: 0 });
    expect(story.condition("DeadLettered")).toBe("True/RetryLimitExceeded");
  });

  test("grants no more than that to a job whose retries an older operator counted", () => {
    const left = { phase: "Failed", message: "Maximum retry attempts exceeded", retryCount: 3 };
    const story = new Story(aJob().status(left).build());
    story.see();
    story.askRetry().see({ source: { kind: "resolved", commit: COMMIT } });
    story.see({ source: { kind: "resolved", commit: COMMIT } });
    expect(story.status).toMatchObject({ phase: "ValidationRunning" });
    story.see({ pods: [aPod(story.podName, ended(1))], log: aLog([]) });
    expect(story.status).toMatchObject({ phase: "Failed", retryCount: 3, validationRetryCount: 3 });
  });

  test("does not wait for the time of the next attempt", () => {
    const story = new Story(
      aJob()
        .with({ retryPolicy: { jitter: false, backoffBaseSeconds: 3600, maxBackoffSeconds: 7200 } })
        .build(),
    ).running();
    story.see({ pods: [aPod(story.podName, ended(1))], log: aLog([]) });
    expect(story.status).toMatchObject({ phase: "Retrying", retryCount: 1 });
    expect(story.pass(10_000).see().requeueAfterMs).toBeGreaterThan(60_000);
    story.askRetry().see();
    expect(story.status).toMatchObject({ phase: "ValidationRunning", retryCount: 1 });
    expect(story.status.nextRetryTime).toBeUndefined();
    story.see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents()) });
    expect(story.status.phase).toBe("Succeeded");
  });

  test("ends an attempt that is kept waiting for a place on a node", () => {
    const story = new Story(aJob().build()).started();
    const kept = aPod(story.podName);
    const first = story.podName;
    const status = {
      ...story.status,
      phase: "Retrying",
      failureReason: "Unschedulable",
      waitingFor: { kind: "Node", reason: "Unschedulable", since: toRfc3339(START) },
    };
    story.job = { ...story.job, status };
    story
      .pass(60_000)
      .askRetry()
      .see({ pods: [kept] });
    expect(story.decision.effects).toContainEqual({ kind: "delete-pod", name: first, uid: kept.metadata.uid });
    expect(story.status.attempts?.find(({ podName }) => podName === first)).toMatchObject({
      outcome: "Cancelled",
      reason: "RetryRequested",
    });
    story.see();
    expect(story.podName).not.toBe(first);
  });

  test("may be of a clock five minutes behind ours, as laptops have them", () => {
    const story = failed();
    expect(story.askRetry(START - 230_000).see().status.phase).toBe("ValidationRunning");
  });
});

describe("a request for a retry that is refused", () => {
  const STORIES: [string, () => Story, RegExp][] = [
    ["of a job that runs", () => new Story(aJob().build()).running(), /the job is under way \(ValidationRunning\)/],
    [
      "of a job that succeeded",
      () => {
        const story = new Story(aJob().build()).running();
        story.see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents()) });
        return story;
      },
      /the job has succeeded/,
    ],
    [
      "of a job that is suspended",
      () => {
        const story = new Story(aJob().suspended().build());
        story.see();
        return story;
      },
      /set spec.suspend to false/,
    ],
  ];

  test.each(STORIES)("%s, is told why, by one event, and not granted later", (_what, begun, why) => {
    const story = begun();
    const before = story.status;
    const seen = { pods: [aPod(story.podName, running())], log: aLog([], false) };
    const isRunning = before.phase === "ValidationRunning";
    const look = () => story.pass(1000).see(isRunning ? seen : {});
    story.askRetry();
    look();
    expect(story.notes()).toEqual([{ type: "Warning", reason: "RetryRefused", message: expect.stringMatching(why) }]);
    expect(story.status).toMatchObject({ phase: before.phase, message: before.message });
    for (let again = 0; again < 3; again++) {
      look();
      expect(story.notes()).toEqual([]);
    }
  });

  test("while the notebook runs, is not granted when that fails", () => {
    const story = new Story(aJob().build()).running();
    story.askRetry().see({ pods: [aPod(story.podName, ended(0))], log: aLog([], false) });
    const pods = [aPod(story.podName, ended(10))];
    story.see({ pods, log: aLog(failingEvents()) });
    expect(story.see({ pods }).status.phase).toBe("Failed");
  });

  test.each([
    ["tomorrow", "must be an RFC 3339 time"],
    ["", "must be an RFC 3339 time"],
    ["x".repeat(10_000), "must be an RFC 3339 time"],
    ["2026-01-01T01:00:00Z", "more than 5 minutes ahead of the operator's clock"],
    ["2025-12-31T23:00:00Z", "before the run ended"],
  ])("for its time %j", (at, why) => {
    const story = failed();
    story.askRetry(at).see();
    expect(story.status.phase).toBe("Failed");
    expect(story.notes()).toMatchObject([{ reason: "RetryRefused", message: expect.stringContaining(why) }]);
    expect(story.see().effects).toEqual([]);
    // And shuts out none that follows.
    story.askRetry().see();
    expect(story.status.phase).toBe("ValidationRunning");
  });

  test("is none at all on a job that is new: its manifest was copied from one that failed", () => {
    const story = new Story(aJob().build()).askRetry(START - 86_400_000, { [ANNOTATION_RETRY_RESET_COUNT]: "true" });
    story.see();
    expect(story.notes()).toEqual([]);
    expect(story.status).toMatchObject({ phase: "Initializing", runCount: 1 });
  });

  test("is none when the spec changed with it: the new run is what was asked for", () => {
    const story = failed().edit({ validationTimeout: "5m" }).askRetry();
    story.see();
    expect(story.notes()).toMatchObject([{ reason: "SpecChanged" }]);
    expect(story.see().effects).toEqual([{ kind: "ask-source", ...(story.decision.effects[0] as object) }]);
  });
});
