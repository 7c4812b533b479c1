import { describe, expect, test } from "@jest/globals";
import {
  BUILT,
  BuildingStory,
  complete,
  LOCKED,
  MINUTE,
  OTHER_DIGEST,
  REPOSITORY,
} from "../../kit/a-building-story.js";
import { aPod, stuck } from "../../kit/an-observation.js";
import { aJobWithPrebuilt, PREBUILT } from "./a-job-with-prebuilt.js";

/** The current attempt's image can't be pulled, and the time of patience passes. */
function failPull(story: BuildingStory, message = "Back-off pulling image", reason = "ImagePullBackOff"): void {
  story.pass(10 * MINUTE).see({ pods: [aPod(story.podName, stuck(reason, message))] });
}

describe("a built image that can't be pulled", () => {
  test("is looked for again as often as the job retries, before the pre-built image takes its place", () => {
    const spec = { retryPolicy: { jitter: false, maxValidationRetries: 1 } };
    const story = new BuildingStory(aJobWithPrebuilt(spec).build()).built();
    failPull(story);
    expect(story.status).toMatchObject({ phase: "Retrying", validationRetryCount: 1, recoveryAttempts: 0 });
    story.pass(MINUTE).see();
    story.see();
    story.registryAnswers({ kind: "present", digest: BUILT.slice(BUILT.indexOf("@") + 1) });
    story.see();
    story.see();
    expect(story.effects("start-attempt")).toMatchObject([{ plan: { number: 2, image: BUILT } }]);
    failPull(story);
    expect(story.status).toMatchObject({
      phase: "Retrying",
      validationRetryCount: 1,
      recoveryAttempts: 1,
      attempts: [{ action: "fallback-to-prebuilt", image: BUILT }, { action: "retry" }],
    });
    expect(story.status.message).toMatch(
      /^Validation pod failed: ImagePullBackOff \(.*\)\. Attempted recovery: fallback/,
    );
    story.see();
    expect(story.effects("start-attempt")).toMatchObject([{ plan: { number: 3, image: PREBUILT } }]);
  });

  test("because its registry lost it is built again before the pre-built image takes its place", () => {
    const spec = { retryPolicy: { jitter: false, maxValidationRetries: 1 } };
    const story = new BuildingStory(aJobWithPrebuilt(spec).build()).built();
    failPull(story, "manifest unknown");
    expect(story.status).toMatchObject({ phase: "Retrying", validationRetryCount: 1, recoveryAttempts: 0 });
    story.pass(MINUTE).see();
    story.see();
    story.registryAnswers({ kind: "absent" }).see();
    story.registryAnswers({ kind: "absent" }).see();
    expect(story.effects("start-build")).toMatchObject([{ plan: { number: 2 } }]);
    const rebuilt = `${REPOSITORY}@${OTHER_DIGEST}`;
    story.made(complete(rebuilt)).see();
    story.see();
    expect(story.effects("start-attempt")).toMatchObject([{ plan: { image: rebuilt } }]);
    failPull(story, "manifest unknown");
    expect(story.status.attempts).toMatchObject([{ action: "fallback-to-prebuilt" }, { action: "retry" }]);
  });

  test("is never replaced for a reason that a replacement was tried for already", () => {
    const spec = { retryPolicy: { jitter: false, maxValidationRetries: 0 } };
    const story = new BuildingStory(aJobWithPrebuilt(spec).build()).built();
    failPull(story);
    expect(story.status.recoveryAttempts).toBe(1);
    story.see();
    failPull(story);
    expect(story.status.recoveryAttempts).toBe(1);
    expect(story.status.recovery?.actions).toHaveLength(1);
  });

  test("of a base image that is the environment itself is replaced, too", () => {
    const story = new BuildingStory(
      aJobWithPrebuilt({ retryPolicy: { jitter: false, maxValidationRetries: 0 } }).build(),
    );
    story.files = { "notebooks/titanic.ipynb": LOCKED["notebooks/titanic.ipynb"] };
    story.see();
    story.see();
    story.read().see();
    story.see();
    expect(story.status.source?.environmentSource?.kind).toBe("baseImage");
    failPull(story);
    expect(story.status.recovery?.image).toBe(PREBUILT);
  });
});

test("a manual retry of a job that fell back falls back no more for a pull that fails again, in whichever of its two words", () => {
  const spec = { retryPolicy: { jitter: false, maxValidationRetries: 0 } };
  const story = new BuildingStory(aJobWithPrebuilt(spec).build()).built();
  failPull(story);
  story.see();
  failPull(story);
  story.askRetry("2026-01-01T00:00:01Z");
  story.pass(MINUTE).see();
  story.see();
  story.registryAnswers({ kind: "present", digest: BUILT.slice(BUILT.indexOf("@") + 1) }).see();
  story.see();
  expect(story.effects("start-attempt")).toMatchObject([{ plan: { image: BUILT } }]);
  failPull(story, "manifest unknown", "ErrImagePull");
  expect(story.status.attempts?.[0]).toMatchObject({ reason: "ErrImagePull", image: BUILT });
  expect(story.status.recovery?.actions).toHaveLength(1);
});
