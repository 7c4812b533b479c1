import { describe, expect, test } from "@jest/globals";
import { failureOf } from "../../../../src/recovery/index.js";
import {
  aBuildingJob,
  BUILT,
  BuildingStory,
  complete,
  IMAGE_DIGEST,
  LOCKED,
  MINUTE,
  OTHER_DIGEST,
  REPOSITORY,
  runningBuild,
} from "../../kit/a-building-story.js";

describe("jobs of one environment", () => {
  test("share one build: the second joins it and owns it, too", () => {
    const first = new BuildingStory().building().made(runningBuild());
    const second = new BuildingStory(aBuildingJob().named("second").build());
    second.builds = first.builds;
    second.building();
    expect(second.buildName).toBe(first.buildName);
    expect(second.effects("join-build")).toMatchObject([{ name: first.buildName, uid: `uid-of-${first.buildName}` }]);
    second.becomes(runningBuild(), { owners: ["job-uid", "team-a-second"] }).see();
    expect(second.effects("join-build")).toEqual([]);
    second.becomes(complete()).see();
    expect(second.status.buildStatus).toMatchObject({ imageDigest: BUILT, reused: false });
  });

  test("build nothing when it was built before, as long as the registry has the image", () => {
    const first = new BuildingStory().building().made(complete());
    const later = new BuildingStory(aBuildingJob().named("later").build());
    later.builds = first.builds;
    later.pass(30 * 24 * 60 * MINUTE);
    later.see();
    later.read().see();
    expect(later.effects("ask-image")).toMatchObject([{ reference: BUILT }]);
    later.registryAnswers({ kind: "present", digest: IMAGE_DIGEST }).see();
    expect(later.status).toMatchObject({ phase: "BuildComplete", buildStatus: { imageDigest: BUILT, reused: true } });
    expect(later.kinds()).toEqual([]);
  });

  test.each([
    ["absent", { kind: "absent" } as const, 2],
    ["in a registry that is down", { kind: "unknown", message: "connection refused" } as const, undefined],
  ])("whose image is %s", (_where, answer, number) => {
    const first = new BuildingStory().building().made(complete());
    const later = new BuildingStory(aBuildingJob().named("later").build());
    later.builds = first.builds;
    later.pass(60 * MINUTE).see();
    later.read().see();
    later.registryAnswers(answer).see();
    later.registryAnswers(answer).see();
    if (number === undefined) expect(later.status.buildStatus).toMatchObject({ reused: true, imageDigest: BUILT });
    else expect(later.effects("start-build")).toMatchObject([{ plan: { number } }]);
  });

  test("build again what is not pinned when it is too old, and not before", () => {
    const unpinned = { ...LOCKED, "requirements.txt": "pandas\n" };
    const first = new BuildingStory();
    first.files = unpinned;
    first.building().made(complete());
    for (const [hours, isReused] of [
      [23, true],
      [25, false],
    ] as const) {
      const later = new BuildingStory(aBuildingJob().named("later").build());
      later.files = unpinned;
      later.builds = first.builds;
      later.pass(hours * 60 * MINUTE).see();
      later.read().see();
      later.registryAnswers({ kind: "present", digest: IMAGE_DIGEST }).see();
      expect([later.effects("start-build").length === 0, later.status.buildStatus?.reused === true]).toEqual([
        isReused,
        isReused,
      ]);
    }
  });

  test("that come a moment after the shared build failed share its failure, not a build each", () => {
    const first = new BuildingStory().building().made(runningBuild());
    first.becomes(
      { kind: "failed", signal: { reason: "Failed", message: "no" } },
      { failure: failureOf("DependencyHashMismatch") },
    );
    const late = new BuildingStory(aBuildingJob().named("late").build());
    late.builds = first.builds;
    late.building();
    expect(late.effects("start-build")).toEqual([]);
    expect(late.status).toMatchObject({ phase: "Failed", reason: "DependencyHashMismatch" });
  });

  test("share the newest failure, and don't walk back through the ones before it", () => {
    const failed = { kind: "failed", signal: { reason: "Failed", message: "no" } } as const;
    const waits = new BuildingStory().building().made(runningBuild());
    for (let round = 0; round < 2; round++) {
      waits.see();
      waits.becomes(failed, { failure: failureOf("BuildImagePull") }).see();
      if (round === 0) {
        waits.pass(1).see();
        waits.see();
        waits.made(runningBuild());
      }
    }
    const late = new BuildingStory(aBuildingJob().named("late").build());
    late.builds = waits.builds;
    late.see();
    late.read().see();
    expect(late.status).toMatchObject({
      phase: "Retrying",
      buildRetryCount: 1,
      buildStatus: { attempts: [{ number: 2 }] },
    });
    late.pass(1).see();
    late.see();
    late.registryAnswers().see();
    expect(late.effects("start-build")).toMatchObject([{ plan: { number: 3 } }]);
  });

  test("that come long after a failed build try their own", () => {
    const first = new BuildingStory().building().made(runningBuild());
    first.becomes(
      { kind: "failed", signal: { reason: "Failed", message: "no" } },
      { failure: failureOf("DependencyHashMismatch") },
    );
    const late = new BuildingStory(aBuildingJob().named("late").build());
    late.builds = first.builds;
    late.pass(MINUTE).building();
    expect(late.effects("start-build")).toMatchObject([{ plan: { number: 2 } }]);
  });

  test("never take a build whose full digest differs, whatever its name says", () => {
    const story = new BuildingStory().building().made(complete(), { environmentDigest: `sha256:${"e".repeat(64)}` });
    story.see();
    expect(story.kinds()).toEqual(["start-build"]);
    expect(story.effects("start-build")).toMatchObject([{ plan: { number: 2 } }]);
  });
});

describe("an image that the registry has by name", () => {
  test("is reused when its label says that it is of the same environment", () => {
    const story = new BuildingStory();
    story.see();
    story.read().see();
    story
      .registryAnswers({ kind: "present", digest: OTHER_DIGEST, environmentDigest: story.digest, sizeBytes: 5 })
      .see();
    expect(story.status).toMatchObject({
      phase: "BuildComplete",
      buildStatus: { reused: true, imageDigest: `${REPOSITORY}@${OTHER_DIGEST}`, imageSizeBytes: 5 },
    });
  });

  test("is not reused under a shared tag of another environment, which is said", () => {
    const shared = { imageName: "risk", imageTag: "stable", reuseIfExists: true };
    const story = new BuildingStory(aBuildingJob(shared).build());
    story.see();
    story.read().see();
    const reference = "registry.example.com/team-a/risk:stable";
    expect(story.effects("ask-image")).toMatchObject([{ reference }]);
    story.images[reference] = { kind: "present", digest: OTHER_DIGEST, environmentDigest: `sha256:${"9".repeat(64)}` };
    story.see();
    story.registryAnswers().see();
    expect(story.effects("start-build")).toHaveLength(1);
    expect(story.status.source?.warnings).toContainEqual(
      expect.stringContaining(`${reference} is of another environment`),
    );
  });

  test("that the registry does not tell about is built, which is said", () => {
    const story = new BuildingStory();
    story.see();
    story.read().see();
    story.registryAnswers({ kind: "unknown", message: "connection refused" }).see();
    expect(story.effects("start-build")).toHaveLength(1);
    expect(story.status.source?.warnings).toContainEqual(expect.stringContaining("connection refused"));
  });
});
