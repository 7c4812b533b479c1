import { describe, expect, test } from "@jest/globals";
import { failureOf } from "../../../../src/recovery/index.js";
import { BUILT, BuildingStory, MINUTE, runningBuild } from "../../kit/a-building-story.js";
import { aPod, ended, running } from "../../kit/an-observation.js";
import { aJobWithPrebuilt, PREBUILT } from "./a-job-with-prebuilt.js";

const SIGNAL = { kind: "failed", signal: { reason: "Failed", message: "exit 1", step: "build" } } as const;

/** Its build has just failed for a reason that is not the user's. */
function withBuildFailed(spec: object = {}, buildConfig: object = {}): BuildingStory {
  const story = new BuildingStory(aJobWithPrebuilt(spec, buildConfig).build()).building().made(runningBuild());
  story.see();
  story.becomes(SIGNAL, { failure: failureOf("BuildNotStarted") }).see();
  return story;
}

describe("a job whose environment can't be built", () => {
  test("goes on with its pre-built image, which is noted before anything is done", () => {
    const story = withBuildFailed();
    expect(story.status).toMatchObject({
      phase: "Retrying",
      reason: "BuildNotStarted",
      recoveryAttempts: 1,
      retryCount: 0,
      recovery: {
        image: PREBUILT,
        actions: [{ action: "fallback-to-prebuilt", reason: "BuildNotStarted", detail: PREBUILT }],
      },
      attempts: [{ stage: "build", reason: "BuildNotStarted", action: "fallback-to-prebuilt", number: 1 }],
    });
    expect(story.status.message).toBe(
      `Build failed: BuildNotStarted (Nothing works on the build). Attempted recovery: fallback to pre-built image (${PREBUILT})`,
    );
    expect(story.condition("BuildComplete")).toBe("False/BuildNotStarted");
    expect(story.decision.write).toBe("now");
    expect(story.effects("emit")).toMatchObject([{ note: { type: "Warning", reason: "BuildNotStarted" } }]);
    expect(story.kinds()).not.toContain("start-attempt");
    story.see();
    expect(story.effects("start-attempt")).toMatchObject([{ plan: { number: 1, image: PREBUILT } }]);
    expect(story.effects("emit")).toEqual([]);
  });

  test("runs on the operator's default image where it names none of its own", () => {
    const story = withBuildFailed({ podConfig: { buildConfig: { enabled: true } } });
    story.see();
    const [start] = story.effects("start-attempt");
    expect(start?.plan.image).toBe(story.status.recovery?.image);
    expect(start?.plan.image).toContain("notebook");
  });

  test("passes with warnings at most, publishes nothing, recommends nothing, and says why", () => {
    const story = withBuildFailed({}, { imageName: "risk", imageTag: "stable" });
    story.see();
    story.see({ pods: [aPod(story.podName, running())] });
    story.passes();
    expect(story.kinds()).not.toContain("publish-image");
    expect(story.status).toMatchObject({
      phase: "Succeeded",
      verdict: "PassedWithWarnings",
      reason: "PassedWithWarnings",
      attempts: [{ outcome: "PassedWithWarnings", image: PREBUILT }, {}],
      buildStatus: { published: false },
      validationChecks: expect.arrayContaining([
        expect.objectContaining({
          type: "Dependencies",
          status: "Warning",
          message: expect.stringContaining(PREBUILT),
        }),
      ]),
    });
    expect(story.status.buildStatus?.recommendedImage).toBeUndefined();
    expect(story.status.message).toContain("Attempted recovery: fallback to pre-built image");
    expect(story.status.message).toContain("Result: the notebook passed");
    expect(story.effects("emit").map(({ note }) => note.reason)).toEqual(["Succeeded", "NotPublished"]);
  });

  test.each([
    ["forgets the fallback", {}],
    ["names the environment's own image", { phase: "Complete", imageDigest: BUILT }],
    ["names the pre-built image as the environment's own", { phase: "Complete", imageDigest: PREBUILT }],
  ])("passes with warnings at most though its status %s: what its pod ran on counts", (_words, buildStatus) => {
    const story = withBuildFailed({}, { imageName: "risk", imageTag: "stable" });
    story.see();
    story.see({ pods: [aPod(story.podName, running())] });
    const { recovery: _gone, ...status } = story.status;
    story.job = { ...story.job, status: { ...status, buildStatus: { ...status.buildStatus, ...buildStatus } } };
    story.passes();
    expect(story.kinds()).not.toContain("publish-image");
    expect(story.status).toMatchObject({ phase: "Succeeded", verdict: "PassedWithWarnings" });
    expect(story.status.buildStatus).toMatchObject({ published: false });
    expect(story.status.buildStatus?.recommendedImage).toBeUndefined();
  });

  test("that fails on the pre-built image tells both stories", () => {
    const story = withBuildFailed();
    story.see();
    story.see({ pods: [aPod(story.podName, { phase: "Pending", containerStatuses: [badName()] })] });
    expect(story.status).toMatchObject({ phase: "Failed", reason: "InvalidImageName" });
    expect(story.status.message).toContain("Attempted recovery: fallback to pre-built image");
    expect(story.status.message).toContain("Result: it failed for InvalidImageName instead of BuildNotStarted");
  });

  test.each(["staging", "production"])("does not run on any other at level %s, and is told so", (level) => {
    const story = withBuildFailed({ validationConfig: { level } });
    expect(story.status).toMatchObject({ phase: "Failed", reason: "BuildNotStarted", recoveryAttempts: 0 });
    expect(story.status.message).toContain(
      `At level ${level} no pre-built image stands in for the job's own environment`,
    );
  });

  test.each([
    ["smart recovery is off", { enableSmartRecovery: false }],
    ["builds may not fall back", { enableBuildFallback: false }],
    ["the action is disabled", { disabledRecoveryActions: ["fallback-to-prebuilt"] }],
    ["no recovery is allowed", { maxRecoveryAttempts: 0 }],
  ])("fails when %s", (_words, recoveryConfig) => {
    expect(withBuildFailed({ recoveryConfig }).status).toMatchObject({ phase: "Failed", recoveryAttempts: 0 });
  });

  test("fails when retries are off altogether", () => {
    const { status } = withBuildFailed({ retryPolicy: { enabled: false } });
    expect(status).toMatchObject({ phase: "Failed", recoveryAttempts: 0, retryCount: 0 });
  });

  test.each(["DependencyResolution", "DependencyHashMismatch", "DockerfileInvalid", "BuildPushDenied"] as const)(
    "fails for %s, which is the user's to mend",
    (reason) => {
      const story = new BuildingStory(aJobWithPrebuilt().build()).building().made(runningBuild());
      story.see();
      story.becomes(SIGNAL, { failure: failureOf(reason) }).see();
      expect(story.status).toMatchObject({ phase: "Failed", reason, recoveryAttempts: 0 });
    },
  );

  test("is suspended and resumed on the pre-built image", () => {
    const story = withBuildFailed();
    story.edit({ suspend: true }).see();
    expect(story.status.reason).toBe("Suspended");
    story.edit({ suspend: false }).see();
    expect(story.effects("start-attempt")).toMatchObject([{ plan: { image: PREBUILT } }]);
  });

  test("tries its own environment again in a new run", () => {
    const story = withBuildFailed();
    const spec = story.job.spec as { notebook: object };
    story.edit({ notebook: { ...spec.notebook, parameters: { seed: "2" } } }).see();
    expect(story.status).toMatchObject({ recoveryAttempts: 0 });
    expect(story.status.recovery).toBeUndefined();
  });

  test("does not run what somebody wrote into the status as its pre-built image", () => {
    const story = withBuildFailed();
    const recovery = { ...story.status.recovery, image: "evil.example.com/miner:1" };
    story.job = { ...story.job, status: { ...story.status, recovery } };
    story.see();
    expect(story.effects("start-attempt")).toMatchObject([{ plan: { image: PREBUILT } }]);
  });

  test("builds its own environment at a strict level, whatever somebody wrote into the status", () => {
    const story = new BuildingStory(aJobWithPrebuilt({ validationConfig: { level: "production" } }).build()).building();
    story.job = { ...story.job, status: { ...story.status, phase: "Retrying", recovery: { image: PREBUILT } } };
    story.see();
    expect(story.kinds()).not.toContain("start-attempt");
    expect(story.status.phase).toBe("Building");
  });
});

describe("a manual retry of a job that fell back", () => {
  test("tries its own environment again", () => {
    const story = withBuildFailed();
    story.see();
    story.see({ pods: [aPod(story.podName, { phase: "Pending", containerStatuses: [badName()] })] });
    expect(story.status.phase).toBe("Failed");
    story.askRetry("2026-01-01T00:00:01Z");
    story.pass(MINUTE).see();
    expect(story.status.recovery?.image).toBeUndefined();
    expect(story.status.recovery?.actions).toHaveLength(1);
    expect(story.status.phase).toBe("Building");
    expect(story.kinds()).not.toContain("start-attempt");
  });
});

function badName(): object {
  return { name: "notebook", state: { waiting: { reason: "InvalidImageName", message: "bad" } } };
}

test("an ordinary end needs none of it: a job that builds well says nothing about recovery", () => {
  const story = new BuildingStory(aJobWithPrebuilt().build()).built();
  story.see({ pods: [aPod(story.podName, ended(0, "Completed"))] });
  story.passes();
  expect(story.status).toMatchObject({ phase: "Succeeded", verdict: "Passed", recoveryAttempts: 0 });
  expect(story.status.message).not.toContain("recovery");
});
