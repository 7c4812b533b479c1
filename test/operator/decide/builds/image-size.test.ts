import { describe, expect, test } from "@jest/globals";
import { aBuildingJob, BUILT, BuildingStory, complete, IMAGE_DIGEST, MINUTE } from "../../kit/a-building-story.js";
import { aLog, aPod, ended, running } from "../../kit/an-observation.js";
import { failingEvents, passingEvents } from "../../kit/fake-runner.js";

const SIZE = 734_003_200;

/** A build by Tekton is complete: no result of it tells a size. */
function afterBuild(): BuildingStory {
  return new BuildingStory().building().made(complete());
}

describe("the size of the image", () => {
  test("is asked of the registry behind the start of the pod, which waits for no answer", () => {
    const story = afterBuild();
    story.see();
    expect(story.status.phase).toBe("BuildComplete");
    expect(story.effects("ask-image")).toMatchObject([{ reference: BUILT, isInsecure: false }]);
    story.see();
    expect(story.kinds()).toEqual(["start-attempt", "ask-image"]);
    story.images[BUILT] = { kind: "asking" };
    story.see({ pods: [aPod(story.podName, running())] });
    expect(story.kinds()).toEqual([]);
    expect(story.status).toMatchObject({ phase: "ValidationRunning", reason: "NotebookRunning" });
  });

  test("is told as soon as it is known, without a write for it alone, and not asked for again", () => {
    const story = afterBuild();
    story.see();
    story.see();
    story.see({ pods: [aPod(story.podName, running())] });
    story.images[BUILT] = { kind: "present", digest: IMAGE_DIGEST, sizeBytes: SIZE };
    story.see({ pods: [aPod(story.podName, running())] });
    expect(story.status.buildStatus?.imageSizeBytes).toBe(SIZE);
    expect(story.decision.write).toBe("soon");
    story.images = {};
    story.see({ pods: [aPod(story.podName, running())] });
    expect(story.kinds()).toEqual([]);
    expect(story.status.buildStatus?.imageSizeBytes).toBe(SIZE);
  });

  test.each([
    ["passes", [0, "Completed"], "Succeeded"],
    ["fails", [10], "Failed"],
  ] as const)("comes with the end of a run that %s when the answer came no earlier", (_how, [code, reason], phase) => {
    const story = afterBuild();
    story.see();
    story.see();
    story.images[BUILT] = { kind: "present", digest: IMAGE_DIGEST, sizeBytes: SIZE };
    const events = code === 0 ? passingEvents() : failingEvents();
    story.see({ pods: [aPod(story.podName, ended(code, reason))], log: aLog(events) });
    expect(story.status).toMatchObject({ phase, buildStatus: { imageSizeBytes: SIZE } });
  });

  test("comes with the end of a run whose time is over, too", () => {
    const story = new BuildingStory(aBuildingJob({}, { totalTimeout: "5m" }).build()).built();
    story.images[BUILT] = { kind: "present", digest: IMAGE_DIGEST, sizeBytes: SIZE };
    story.pass(5 * MINUTE).see({ pods: [aPod(story.podName, running())] });
    expect(story.status).toMatchObject({ reason: "TotalTimeout", buildStatus: { imageSizeBytes: SIZE } });
  });

  test.each([
    ["never answers", { kind: "asking" }],
    ["can't be asked", { kind: "unknown", message: "no route" }],
    ["denies the image", { kind: "absent" }],
    ["does not tell it", { kind: "present", digest: IMAGE_DIGEST }],
  ] as const)("stays unknown, at no cost, when the registry %s", (_how, answer) => {
    const story = afterBuild();
    story.see();
    story.images[BUILT] = answer;
    story.see();
    expect(story.kinds()).toEqual(["start-attempt"]);
    story.passes();
    expect(story.kinds()).toEqual(["emit"]);
    expect(story.status).toMatchObject({ phase: "Succeeded", buildStatus: { recommendedImage: BUILT } });
    expect(story.status.buildStatus?.imageSizeBytes).toBeUndefined();
  });

  test("is not asked for when the build told it, nor for a base image that nothing was built on", () => {
    const told = new BuildingStory().building().made(complete(BUILT, { sizeBytes: SIZE }));
    told.see();
    expect(told.status.buildStatus?.imageSizeBytes).toBe(SIZE);
    expect(told.kinds()).not.toContain("ask-image");
    const base = new BuildingStory();
    base.files = { "notebooks/titanic.ipynb": "{}" };
    base.see();
    base.read().see();
    base.see();
    expect(base.kinds()).toEqual(["start-attempt"]);
  });

  test("is asked for by a process that has just begun and knows nothing of the environment", () => {
    const story = afterBuild();
    story.see();
    story.see();
    story.environment = { kind: "unasked" };
    story.builds = [];
    story.see({ pods: [aPod(story.podName, running())] });
    expect(story.effects("ask-image")).toMatchObject([{ reference: BUILT }]);
  });
});
