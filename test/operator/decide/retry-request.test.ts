import { describe, expect, test } from "@jest/globals";
import { ANNOTATION_RETRY_RESET_COUNT, toRfc3339 } from "../../../src/api/index.js";
import { aJob } from "../kit/a-job.js";
import { aLog, aPod, COMMIT, ended, START, Story } from "../kit/an-observation.js";
import { failingEvents } from "../kit/fake-runner.js";

/** A job that has failed, ten seconds later. */
function failed(): Story {
  const story = new Story(aJob().build()).running();
  story.see({ pods: [aPod(story.podName, ended(10))], log: aLog(failingEvents()) });
  return story.pass(10_000);
}

describe("a retry by hand", () => {
  test("starts one more attempt of the same run at once, and is granted once", () => {
    const story = failed().askRetry();
    const { runId } = story.status;
    story.see();
    expect(story.status).toMatchObject({ phase: "ValidationRunning", runId, retryCount: 0 });
    expect(story.status.lastError).toBeUndefined();
    expect(story.condition("DeadLettered")).toBe("False/RetryRequested");
    expect(story.kinds()).toContain("start-attempt");
    story.see({ pods: [aPod(story.podName, ended(10))], log: aLog(failingEvents()) });
    story.see();
    expect(story.status.phase).toBe("Failed");
    expect(story.podName).toMatch(/-2$/);
  });

  test("with a reset is a new run", () => {
    const story = failed().askRetry(START + 10_000, { [ANNOTATION_RETRY_RESET_COUNT]: "true" });
    story.see();
    expect(story.status).toMatchObject({ phase: "Initializing", runCount: 2 });
    expect(story.condition("DeadLettered")).toBe("False/NewRun");
    story.see({ source: { kind: "resolved", commit: COMMIT } });
    expect(story.status).toMatchObject({ phase: "ValidationRunning", runCount: 2 });
  });

  test("that fails again within one decision tells its outcome again, every time", () => {
    const story = new Story(
      aJob()
        .with({ podConfig: { buildConfig: { enabled: true } } })
        .build(),
    );
    story.see();
    for (let retry = 0; retry < 3; retry++) {
      story.pass(10_000).askRetry().see();
      expect(story.decision.effects).toMatchObject([
        { kind: "emit", note: { type: "Warning", reason: "BuildStrategyUnavailable" } },
      ]);
      expect(story.condition("DeadLettered")).toBe("True/PermanentError");
      expect(story.see().effects).toEqual([]);
    }
  });
});

describe("a request for a retry", () => {
  function asked(at: string, story = failed()): Story {
    story.askRetry(at).see();
    return story;
  }

  test.each([
    ["2026-01-01T00:04:00Z", "ValidationRunning"],
    ["2026-01-01t02:04:00.5+02:00", "ValidationRunning"],
    ["2026-01-01T00:06:00Z", "Failed"],
    ["9999-12-31T23:59:59Z", "Failed"],
    ["9999-12-31T23:59:59-23:59", "Failed"],
    ["2026-02-30T00:00:00Z", "Failed"],
    ["2026-01-01", "Failed"],
    ["+010000-01-01T00:00:00Z", "Failed"],
    ["now", "Failed"],
  ])("at %s leaves the job %s", (at, phase) => {
    const story = asked(at);
    expect(story.status.phase).toBe(phase);
    expect(story.status.lastRetryTime ?? "2026").toMatch(/^2026/);
  });

  test.each([
    ["that is a novel", `password=${"x1".repeat(50)} `.repeat(1_000), "password=[redacted]"],
    ["with half a pair at its end", `${"n".repeat(63)}\ud83d\ude00${"n".repeat(9)}`, "n".repeat(63)],
    ["that is half a pair", "now\ud83d", "now\ufffd"],
  ])("%s is refused once", (_what, at, mark) => {
    const story = asked(at);
    expect(story.status.lastHandledRetryRequest).toBe(mark);
    // As an API server hands it back.
    const kept = JSON.parse(Buffer.from(JSON.stringify(story.status)).toString()) as typeof story.status;
    story.job = { ...story.job, status: kept };
    expect(story.see().effects).toEqual([]);
  });

  test("far ahead does not shut out the next one, even if it was noted once", () => {
    const story = asked("9999-12-31T23:59:59Z");
    expect(asked(toRfc3339(story.now), story).status.phase).toBe("ValidationRunning");
    const edited = asked("9999-12-31T23:59:59Z");
    edited.job = { ...edited.job, status: { ...edited.status, lastRetryTime: "9999-12-31T23:59:59Z" } };
    expect(asked(toRfc3339(edited.now), edited).status).toMatchObject({
      phase: "ValidationRunning",
      lastRetryTime: "2026-01-01T00:00:10.000Z",
    });
  });
});
