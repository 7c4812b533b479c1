import { describe, expect, test } from "@jest/globals";
import { aBuildingJob, BUILT, BuildingStory, complete, OTHER_DIGEST, REPOSITORY } from "../../kit/a-building-story.js";

const FOREIGN = `evil.example.com/miner@${OTHER_DIGEST}`;
const SHARED = { imageName: "nbv-environments", imageTag: "prod" };

/** Somebody writes into the status, past the operator. */
function edited(story: BuildingStory, buildStatus: object): BuildingStory {
  const { status } = story;
  story.job = { ...story.job, status: { ...status, buildStatus: { ...status.buildStatus, ...buildStatus } } };
  return story;
}

describe("an image of somebody else", () => {
  test("is not validated, though the job's build tells of it", () => {
    const story = new BuildingStory().building().made(complete(FOREIGN));
    story.see();
    expect(story.status.message).toContain(`which is not in ${REPOSITORY}`);
    expect(story.status.phase).not.toBe("BuildComplete");
    story.see();
    expect(story.effects("start-attempt")).toEqual([]);
  });

  test("is not reached by an object that the operator did not make: another number is used", () => {
    const story = new BuildingStory().building().made(complete());
    const [build] = story.builds;
    if (build === undefined) throw new Error("there is no build");
    const { flight: _unproven, ...planted } = build;
    story.builds = [planted];
    story.see();
    expect(story.effects("start-build")).toMatchObject([{ plan: { number: 2 } }]);
  });

  test("does not run because the status was edited", () => {
    const story = new BuildingStory().building().made(complete());
    story.see();
    edited(story, { imageDigest: FOREIGN }).see();
    expect(story.effects("start-attempt")).toEqual([]);
    expect(story.status.phase).toBe("Building");
  });

  test("does not run in the job's own repository either, when its build tells another digest", () => {
    const story = new BuildingStory().building().made(complete());
    story.see();
    edited(story, { imageDigest: `${REPOSITORY}@${OTHER_DIGEST}` }).see();
    expect(story.effects("start-attempt")).toEqual([]);
  });

  test("is neither published nor recommended for what ran on another one", () => {
    const story = new BuildingStory(aBuildingJob(SHARED).build()).built();
    edited(story, { imageDigest: `${REPOSITORY}@${OTHER_DIGEST}` }).passes();
    expect(story.effects("publish-image")).toEqual([]);
    expect(story.status).toMatchObject({ phase: "Succeeded", buildStatus: { published: false } });
    expect(story.status.buildStatus?.recommendedImage).toBeUndefined();
  });

  test("that was put into the pod is not published as the one that was built, nor does the notebook just pass", () => {
    const story = new BuildingStory(aBuildingJob(SHARED).build()).built();
    story.imageOfPod = FOREIGN;
    story.passes();
    expect(story.effects("publish-image")).toEqual([]);
    expect(story.status).toMatchObject({ phase: "Succeeded", verdict: "PassedWithWarnings" });
    expect(story.status.buildStatus?.publishMessage).toContain(FOREIGN);
    expect(story.status.buildStatus?.recommendedImage).toBeUndefined();
  });

  test("is none where a mirror of the registry was put into the pod by the same digest", () => {
    const story = new BuildingStory(aBuildingJob(SHARED).build()).built();
    story.imageOfPod = `mirror.example.com/${BUILT}`;
    story.passes();
    expect(story.status).toMatchObject({ phase: "Succeeded", verdict: "Passed" });
    expect(story.status.buildStatus?.recommendedImage).toBeUndefined();
  });
});

test("a shared tag that looks like an environment's is refused before anything is asked", () => {
  const job = new BuildingStory(aBuildingJob({ imageName: "x", imageTag: "0123456789ab" }).build());
  job.see();
  expect(job.effects("ask-environment")).toEqual([]);
  expect(job.status.phase).toBe("Failed");
  expect(job.status.message).toContain("looks like that of an environment");
});
