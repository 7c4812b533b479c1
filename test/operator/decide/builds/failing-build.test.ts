import { describe, expect, test } from "@jest/globals";
import { failureOf } from "../../../../src/recovery/index.js";
import { aBuildingJob, BuildingStory, complete, MINUTE, REPOSITORY, runningBuild } from "../../kit/a-building-story.js";

describe("a build that fails", () => {
  const failed = {
    kind: "failed",
    signal: { reason: "Failed", message: "step build exited with 1", step: "build" },
  } as const;

  test("for a passing reason is built again under the next number, and paid by the build's own budget", () => {
    const story = new BuildingStory().building().made(runningBuild());
    story.see();
    story.becomes(failed, { failure: failureOf("BuildImagePull") }).see();
    expect(story.status).toMatchObject({
      phase: "Retrying",
      buildRetryCount: 1,
      validationRetryCount: 0,
      retryCount: 1,
      buildStatus: { phase: "Failed", attempts: [{ outcome: "Failed", reason: "BuildImagePull" }] },
    });
    story.pass(1).see();
    expect(story.status.phase).toBe("Building");
    story.see();
    expect(story.effects("start-build")).toMatchObject([{ plan: { number: 2 } }]);
    expect(story.status.buildStatus?.attempts).toHaveLength(2);
    story.made(runningBuild()).see();
    story.becomes(failed, { failure: failureOf("BuildImagePull") }).see();
    // What follows is not of the build's making: see test/operator/decide/recovery.
    expect(story.status).toMatchObject({
      reason: "BuildImagePull",
      buildRetryCount: 1,
      attempts: [{ action: "fallback-to-prebuilt" }, { action: "retry" }],
    });
    expect(story.condition("BuildInProgress")).toBe("False/BuildImagePull");
  });

  test("is retried by as many builds as its budget has, though its history has long forgotten the first", () => {
    const retryPolicy = { jitter: false, maxBuildRetries: 25 };
    const story = new BuildingStory(aBuildingJob({}, { retryPolicy }).build()).building();
    for (let number = 1; number <= 26; number++) {
      expect(story.effects("start-build")).toMatchObject([{ plan: { number } }]);
      story.made(runningBuild()).see();
      story.becomes(failed, { failure: failureOf("BuildImagePull") }).see();
      expect(story.status.buildRetryCount).toBe(Math.min(number, 25));
      for (let look = 0; look < 4 && story.effects("start-build").length === 0; look++) {
        story.pass(MINUTE).see();
        story.registryAnswers();
      }
    }
    expect(story.status.recovery?.actions).toMatchObject([{ action: "fallback-to-prebuilt" }]);
  });

  test("for the user's own reason ends the job", () => {
    const story = new BuildingStory().building().made(failed, { failure: failureOf("DependencyHashMismatch") });
    story.see();
    expect(story.status).toMatchObject({ phase: "Failed", reason: "DependencyHashMismatch", fault: "user" });
    expect(story.condition("BuildComplete")).toBe("False/DependencyHashMismatch");
  });

  test("is not judged before its log is read, nor kept waiting for that log for ever", () => {
    const signal = { ...failed.signal, log: { pod: "p", container: "step-build" } };
    const story = new BuildingStory()
      .building()
      .made({ kind: "failed", signal, completionTime: "2026-01-01T00:00:00Z" });
    story.see();
    expect(story.status).toMatchObject({ phase: "Building", reason: "BuildFailing" });
    story.pass(MINUTE).see();
    expect(["Failed", "Retrying"]).toContain(story.status.phase);
  });

  test("because it was cancelled by somebody ends the job", () => {
    const story = new BuildingStory().building().made({ kind: "cancelled" });
    story.see();
    expect(story.status).toMatchObject({ phase: "Failed", reason: "BuildCancelled" });
  });

  test("because this operator had abandoned it just before the job joined is built again at no cost", () => {
    const story = new BuildingStory().building().made(runningBuild());
    story.see();
    story.becomes(runningBuild(), { isAbandoned: true }).see();
    expect(story.status).toMatchObject({ phase: "Building", retryCount: 0, buildRetryCount: 0 });
    expect(story.effects("start-build")).toMatchObject([{ plan: { number: 2 } }]);
  });

  test("by disappearing is the platform's loss", () => {
    const story = new BuildingStory().building().made(runningBuild());
    story.see();
    story.builds = [];
    story.see();
    expect(story.status).toMatchObject({ phase: "Retrying", reason: "BuildLost", buildRetryCount: 0, retryCount: 1 });
  });

  test("by the API server's refusal ends or goes on as that refusal says", () => {
    const story = new BuildingStory().building();
    story.more = { refusal: failureOf("BuildNotPermitted") };
    story.see();
    expect(story.status).toMatchObject({
      phase: "Retrying",
      reason: "BuildNotPermitted",
      attempts: [{ action: "fallback-to-prebuilt" }],
    });
    const strict = new BuildingStory(aBuildingJob({}, { validationConfig: { level: "staging" } }).build()).building();
    strict.more = { refusal: failureOf("BuildNotPermitted") };
    strict.see();
    expect(strict.status).toMatchObject({ phase: "Failed", reason: "BuildNotPermitted" });
  });

  test("without the digest of its image is no image", () => {
    const story = new BuildingStory().building().made(complete(`${REPOSITORY}:latest`));
    story.see();
    expect(story.kinds()).not.toContain("start-attempt");
    expect(story.status.buildStatus?.phase).toBe("Failed");
  });
});

describe("a build's time", () => {
  test("is counted from its start, and the end names the step that was running", () => {
    const story = new BuildingStory(aBuildingJob({}, { buildTimeout: "10m" }).build()).building();
    story
      .pass(3 * MINUTE)
      .made(runningBuild("Installing dependencies (5/12 packages)", "2026-01-01T00:03:00Z"))
      .see();
    expect(story.decision.requeueAfterMs).toBeLessThanOrEqual(10 * MINUTE);
    story.pass(10 * MINUTE - 1).see();
    expect(story.status.phase).toBe("Building");
    story.pass(1).see();
    expect(story.status).toMatchObject({ phase: "Failed", reason: "BuildTimeout" });
    expect(story.status.message).toContain("Installing dependencies (5/12 packages)");
    expect(story.status.buildStatus?.attempts).toMatchObject([{ outcome: "TimedOut" }]);
  });

  test("is counted from the joining for a job that joins a build under way", () => {
    const first = new BuildingStory().building().made(runningBuild(undefined, "2026-01-01T00:00:00Z"));
    const late = new BuildingStory(aBuildingJob({}, { buildTimeout: "10m" }).meta({ uid: "late-uid" }).build());
    late.builds = first.builds;
    late.pass(30 * MINUTE).building();
    expect(late.kinds()).toEqual(["join-build"]);
    expect(late.status.phase).toBe("Building");
    late.pass(10 * MINUTE).see();
    expect(late.status.reason).toBe("BuildTimeout");
  });

  test("is over with the run's own", () => {
    const story = new BuildingStory(aBuildingJob({}, { totalTimeout: "5m" }).build())
      .building()
      .made(runningBuild("push"));
    story.see();
    story.pass(5 * MINUTE).see();
    expect(story.status).toMatchObject({
      phase: "Failed",
      reason: "TotalTimeout",
      buildStatus: { phase: "Failed", attempts: [{ outcome: "TimedOut", reason: "TotalTimeout" }] },
    });
  });

  test("does not begin while nothing works on it, but that has an end, too", () => {
    const story = new BuildingStory().building().made({ kind: "pending", message: "0/3 nodes are available" });
    story.see();
    expect(story.status.message).toContain("0/3 nodes are available");
    story.pass(10 * MINUTE).see();
    expect(story.status).toMatchObject({ reason: "BuildNotStarted", buildRetryCount: 1 });
    story.see();
    story.see();
    expect(story.effects("start-build")).toMatchObject([{ plan: { number: 2 } }]);
  });
});
