import { describe, expect, test } from "@jest/globals";
import { type FailureReason, failureOf } from "../../../../src/recovery/index.js";
import {
  aBuildingJob,
  BUILT,
  BuildingStory,
  complete,
  MINUTE,
  OTHER_DIGEST,
  REPOSITORY,
  runningBuild,
} from "../../kit/a-building-story.js";
import { aLog, aPod, ended, stuck } from "../../kit/an-observation.js";

const PREBUILT = "registry.example.com/data-science:2026.1";
const SIGNAL = { kind: "failed", signal: { reason: "Failed", message: "exit 1", step: "build" } } as const;

/** Builds in a cluster with OpenShift Builds and Tekton, the former first. */
function onOpenShift(spec: object = {}, buildConfig: object = {}): BuildingStory {
  const podConfig = { containerImage: PREBUILT, buildConfig: { enabled: true, ...buildConfig } };
  const job = aBuildingJob().with({ retryPolicy: { jitter: false, maxBuildRetries: 1 }, podConfig, ...spec });
  const story = new BuildingStory(job.build());
  story.available = ["s2i", "tekton"];
  return story;
}

/** The build that was just asked for is made, and fails. */
function failBuild(story: BuildingStory, reason: FailureReason = "BuildNotStarted"): void {
  story.made(runningBuild()).see();
  story.becomes(SIGNAL, { failure: failureOf(reason) }).see();
}

/** From a retry that is due to the build that it makes. */
function untilBuild(story: BuildingStory): void {
  for (let looks = 0; looks < 6 && story.effects("start-build").length === 0; looks++) {
    story.pass(1000).see();
    story.registryAnswers();
  }
}

/** The notebook's container of the current attempt never came to run. */
function crash(story: BuildingStory, reason = "RunContainerError", message = "exec format error"): void {
  story.pass(10 * MINUTE).see({ pods: [aPod(story.podName, stuck(reason, message))] });
}

test("an attempt after many failed builds has a number of its own, though the history has forgotten the one before", () => {
  const story = onOpenShift({ retryPolicy: { jitter: false, maxBuildRetries: 25 } }).built();
  const first = story.podName;
  story.pass(MINUTE).see({ pods: [aPod(first, ended(127))], log: aLog([]) });
  for (let build = 1; build <= 21; build++) {
    untilBuild(story.pass(MINUTE));
    failBuild(story);
  }
  expect(story.status.attempts?.filter(({ podName }) => podName !== undefined)).toEqual([]);
  untilBuild(story.pass(MINUTE));
  story.made(complete(`${REPOSITORY}@${OTHER_DIGEST}`)).see();
  story.see();
  expect(story.effects("start-attempt")).toMatchObject([{ plan: { number: 2 } }]);
  expect(story.podName).not.toBe(first);
});

describe("a build that fails for a reason of its strategy", () => {
  test("is made by the next strategy once its own budget is spent, which has a budget of its own", () => {
    const story = onOpenShift().building();
    expect(story.effects("start-build")).toMatchObject([{ strategy: "s2i" }]);
    failBuild(story);
    expect(story.status).toMatchObject({ phase: "Retrying", buildRetryCount: 1, recoveryAttempts: 0 });
    untilBuild(story);
    failBuild(story);
    expect(story.status).toMatchObject({
      phase: "Retrying",
      reason: "BuildNotStarted",
      buildRetryCount: 1,
      recoveryAttempts: 1,
      recovery: {
        abandonedStrategies: ["s2i"],
        abandonedBuildRetries: 1,
        actions: [{ action: "fallback-build-strategy", reason: "BuildNotStarted", detail: "s2i → tekton" }],
      },
      attempts: [
        { action: "fallback-build-strategy", number: 2 },
        { action: "retry", number: 1 },
      ],
    });
    expect(story.status.message).toContain("Attempted recovery: fallback to another build strategy (s2i → tekton)");
    expect(story.effects("emit")).toHaveLength(1);
    untilBuild(story);
    expect(story.effects("start-build")).toMatchObject([{ strategy: "tekton" }]);
    failBuild(story);
    expect(story.status).toMatchObject({ phase: "Retrying", buildRetryCount: 2, recoveryAttempts: 1 });
    expect(story.status.message).toContain("Retry 1 of 1 follows");
  });

  test("ends on the pre-built image when no strategy is left", () => {
    const story = onOpenShift({ retryPolicy: { jitter: false, maxBuildRetries: 0 } }).building();
    failBuild(story);
    untilBuild(story);
    expect(story.effects("start-build")).toMatchObject([{ strategy: "tekton" }]);
    failBuild(story);
    expect(story.status).toMatchObject({
      recoveryAttempts: 2,
      recovery: {
        image: PREBUILT,
        actions: [{ action: "fallback-to-prebuilt" }, { action: "fallback-build-strategy" }],
      },
    });
    story.see();
    expect(story.effects("start-attempt")).toMatchObject([{ plan: { image: PREBUILT } }]);
  });

  test("passes and publishes like any other when the next strategy builds it", () => {
    const story = onOpenShift({ retryPolicy: { jitter: false, maxBuildRetries: 0 } }).building();
    failBuild(story);
    untilBuild(story);
    story.made(complete()).see();
    story.see();
    story.passes();
    expect(story.status).toMatchObject({
      phase: "Succeeded",
      verdict: "Passed",
      buildStatus: { recommendedImage: BUILT, strategy: "tekton" },
    });
    expect(story.status.message).toContain(
      "Attempted recovery: fallback to another build strategy (s2i → tekton). Result: the notebook passed",
    );
  });

  test("stays with the strategy that the job names unless builds may fall back", () => {
    const retryPolicy = { jitter: false, maxBuildRetries: 0 };
    const free = onOpenShift({ retryPolicy }, { strategy: "s2i" }).building();
    failBuild(free);
    expect(free.status.recovery?.abandonedStrategies).toEqual(["s2i"]);
    const recoveryConfig = { disabledRecoveryActions: ["fallback-build-strategy"] };
    const strict = onOpenShift({ retryPolicy, recoveryConfig }, { strategy: "s2i" }).building();
    failBuild(strict);
    expect(strict.status.recovery?.actions).toMatchObject([{ action: "fallback-to-prebuilt" }]);
  });

  test("of the job's own Pipeline is replaced by no other strategy", () => {
    const buildConfig = { strategy: "custom", strategyConfig: { pipeline: "ours" } };
    const story = onOpenShift({ retryPolicy: { jitter: false, maxBuildRetries: 0 } }, buildConfig);
    story.available = ["tekton", "custom"];
    story.building();
    expect(story.effects("start-build")).toMatchObject([{ strategy: "custom" }]);
    failBuild(story);
    expect(story.status.recovery?.actions).toMatchObject([{ action: "fallback-to-prebuilt" }]);
  });

  test("because the job asks for what its strategy can't do is the user's to mend", () => {
    const story = onOpenShift({}, { strategy: "s2i", strategyConfig: { pipeline: "ours" } });
    story.see();
    story.see();
    story.read().see();
    expect(story.status).toMatchObject({ phase: "Failed", reason: "BuildStrategyUnavailable", fault: "user" });
  });

  test("is planned alike by an operator that was restarted and knows the repository's facts no more", () => {
    const told = onOpenShift({ retryPolicy: { jitter: false, maxBuildRetries: 0 } }).building();
    told.made(runningBuild()).see();
    told.environment = { kind: "unasked" };
    told.becomes(SIGNAL, { failure: failureOf("BuildNotStarted") }).see();
    expect(told.status.recovery).toMatchObject({ abandonedStrategies: ["s2i"], actions: [{ detail: "s2i → tekton" }] });
  });
});

describe("a built image that crashes at its start", () => {
  /** Until its pod crashed as often as the job retries. */
  function crashed(spec: object = {}): BuildingStory {
    const retryPolicy = { jitter: false, maxValidationRetries: 0 };
    const story = onOpenShift({ retryPolicy, ...spec }).built();
    crash(story);
    return story;
  }

  test("is built by another strategy", () => {
    const story = crashed();
    expect(story.status).toMatchObject({
      phase: "Retrying",
      reason: "RunContainerError",
      recovery: { abandonedStrategies: ["s2i"], actions: [{ detail: "s2i → tekton" }] },
      attempts: [{ image: BUILT, action: "fallback-build-strategy" }],
    });
    expect(story.status.message).toMatch(/^Validation pod failed: RunContainerError/);
    untilBuild(story);
    expect(story.effects("start-build")).toMatchObject([{ strategy: "tekton" }]);
    const rebuilt = `${REPOSITORY}@${OTHER_DIGEST}`;
    story.made(complete(rebuilt)).see();
    story.see();
    expect(story.effects("start-attempt")).toMatchObject([{ plan: { number: 2, image: rebuilt } }]);
  });

  test("is not taken from the registry again, where its own name leads to it", () => {
    const story = crashed();
    story.images = Object.fromEntries([
      [
        `${REPOSITORY}:${story.digest.slice(7, 19)}`,
        { kind: "present", digest: "sha256:x", environmentDigest: story.digest },
      ],
    ]);
    untilBuild(story);
    expect(story.effects("ask-image")).toEqual([]);
    expect(story.effects("start-build")).toMatchObject([{ strategy: "tekton" }]);
  });

  test("for want of a program gives way at once: no retry could help", () => {
    const story = onOpenShift().built();
    crash(story, "RunContainerError", 'exec: "python3": executable file not found in $PATH');
    expect(story.status).toMatchObject({ validationRetryCount: 0, attempts: [{ action: "fallback-build-strategy" }] });
  });

  test("is the job's own matter where nothing was built for it", () => {
    const story = onOpenShift({ podConfig: { containerImage: PREBUILT } });
    story.see();
    story.see();
    crash(story, "RunContainerError", 'exec: "python3": executable file not found in $PATH');
    expect(story.status).toMatchObject({ phase: "Failed", reason: "CommandNotFound", recoveryAttempts: 0 });
  });
});
