import { describe, expect, test } from "@jest/globals";
import { fromRfc3339 } from "../../../../src/api/index.js";
import { failureOf } from "../../../../src/recovery/index.js";
import { BuildingStory, complete, runningBuild } from "../../kit/a-building-story.js";

const FAILED = {
  kind: "failed",
  signal: { reason: "Failed", message: "step build exited with 1", step: "build" },
} as const;

/** The build that is to start begins, and finds no package index. */
function fails(story: BuildingStory): void {
  story.made(runningBuild()).see();
  story.becomes(FAILED, { failure: failureOf("BuildNetwork") }).see();
}

/** Until the next build starts. @returns how long that took, in seconds */
function nextBuild(story: BuildingStory): number {
  const delayMs = (fromRfc3339(story.status.nextRetryTime) ?? story.now) - story.now;
  story.pass(delayMs).see();
  for (let look = 0; look < 4 && story.effects("start-build").length === 0; look++) story.registryAnswers().see();
  return delayMs / 1000;
}

describe("a build that reaches neither package index nor registry", () => {
  test("is built anew after its retries, more and more rarely, and the run goes on when one is through", () => {
    const story = new BuildingStory().building();
    fails(story);
    expect(story.status).toMatchObject({ phase: "Retrying", buildRetryCount: 1 });
    expect(story.status.waitingFor).toBeUndefined();
    nextBuild(story);
    const delays: number[] = [];
    for (let tries = 0; tries < 8; tries++) {
      fails(story);
      expect(story.status).toMatchObject({
        phase: "Retrying",
        reason: "BuildNetwork",
        waitingFor: { kind: "Registry", tries },
        buildRetryCount: 1,
        retryCount: 1,
      });
      expect(story.condition("BuildComplete")).toBe("Unknown/BuildNetwork");
      delays.push(nextBuild(story));
    }
    expect(delays).toEqual([30, 60, 120, 240, 480, 960, 1800, 1800]);
    expect(story.effects("start-build")).toMatchObject([{ plan: { number: 10 } }]);
    expect(story.status.attempts).toMatchObject([{ action: "wait-for-resolution" }, { action: "retry" }]);
    expect(story.status.attempts).toHaveLength(2);
    story.made(complete()).see();
    story.see();
    expect(story.status.phase).toBe("ValidationRunning");
    story.passes();
    expect(story.status).toMatchObject({ phase: "Succeeded", retryCount: 1 });
    expect(story.status.waitingFor).toBeUndefined();
  });

  test("is built anew for as long as the run may wait, though its history has long forgotten the first builds", () => {
    const story = new BuildingStory().building();
    fails(story);
    const inTime = () => story.now < (fromRfc3339(story.status.waitingFor?.until) ?? Number.POSITIVE_INFINITY);
    for (let number = 2; inTime(); number++) {
      nextBuild(story);
      if (!inTime()) break;
      expect(story.effects("start-build")).toMatchObject([{ plan: { number } }]);
      fails(story);
    }
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "BuildNetwork" });
    expect(story.builds.length).toBe(2 + (story.status.waitingFor?.tries ?? 0));
    expect(story.builds.length).toBeGreaterThan(50);
  });
});
