import { describe, expect, test } from "@jest/globals";
import {
  aBuildingJob,
  BUILT,
  BuildingStory,
  complete,
  IMAGE_DIGEST,
  LOCKED,
  MINUTE,
  OTHER_DIGEST,
} from "../../kit/a-building-story.js";
import { aPod, ended, running } from "../../kit/an-observation.js";

describe("a notebook that passed", () => {
  const shared = { imageName: "risk", imageTag: "stable" };
  const image = `registry.example.com/team-a/risk@${IMAGE_DIGEST}`;

  function validated(buildConfig: object = shared, spec: object = {}): BuildingStory {
    const story = new BuildingStory(aBuildingJob(buildConfig, spec).build()).building().made(complete(image));
    story.see();
    story.see();
    story.see({ pods: [aPod(story.podName, running())] });
    story.passes();
    return story;
  }

  test("has its tag moved to the image before anybody is told", () => {
    const story = validated();
    expect(story.status).toMatchObject({ phase: "ValidationRunning", reason: "PublishingImage" });
    expect(story.decision.write).toBe("now");
    expect(story.effects("publish-image")).toMatchObject([{ image, tag: "stable" }]);
    story.publication = { kind: "publishing" };
    story.passes();
    expect(story.effects("publish-image")).toEqual([]);
    expect(story.status.phase).toBe("ValidationRunning");
    story.publication = { kind: "published" };
    story.passes();
    expect(story.status).toMatchObject({
      phase: "Succeeded",
      verdict: "Passed",
      buildStatus: { published: true, recommendedImage: image },
    });
  });

  test("stays passed when the registry is in the way", () => {
    const story = validated();
    story.publication = { kind: "failed", message: "The registry refused the push: denied" };
    story.passes();
    expect(story.status).toMatchObject({
      phase: "Succeeded",
      buildStatus: {
        published: false,
        publishMessage: "The registry refused the push: denied",
        recommendedImage: image,
      },
    });
    expect(story.effects("emit").map(({ note }) => note.reason)).toEqual(["Succeeded", "NotPublished"]);
  });

  test("stays passed when the registry never answers, even beyond the run's own time", () => {
    const story = validated(shared, { totalTimeout: "1m" });
    story.publication = { kind: "publishing" };
    story.pass(MINUTE + 1).passes();
    expect(story.status.phase).toBe("ValidationRunning");
    story.pass(MINUTE).passes();
    expect(story.status).toMatchObject({ phase: "Succeeded", buildStatus: { published: false } });
  });

  test("leaves a tag alone under which another job passed with another image", () => {
    const story = new BuildingStory(aBuildingJob(shared).build()).building().made(complete(image));
    story.see();
    story.see();
    story.more = { tagOwner: { job: "risk-nightly", image: `registry.example.com/team-a/risk@${OTHER_DIGEST}` } };
    story.passes();
    expect(story.effects("publish-image")).toEqual([]);
    expect(story.status).toMatchObject({ phase: "Succeeded", buildStatus: { published: false } });
    expect(story.status.buildStatus?.publishMessage).toContain("risk-nightly");
  });

  test("publishes nothing without a tag, and recommends its image all the same", () => {
    const story = new BuildingStory().built();
    story.passes();
    expect(story.kinds()).toEqual(["emit"]);
    expect(story.status).toMatchObject({ phase: "Succeeded", buildStatus: { recommendedImage: BUILT } });
    expect(story.status.buildStatus?.published).toBeUndefined();
  });

  test("on the base image moves no tag, and says why", () => {
    const story = new BuildingStory(aBuildingJob(shared).build());
    story.files = { "notebooks/titanic.ipynb": "{}" };
    story.see();
    story.read().see();
    story.see();
    story.passes();
    expect(story.status).toMatchObject({ phase: "Succeeded", buildStatus: { published: false } });
    expect(story.status.buildStatus?.publishMessage).toContain("nothing was built");
  });

  test("and a notebook that failed leaves the tag where it was", () => {
    const story = new BuildingStory(aBuildingJob(shared).build()).building().made(complete(image));
    story.see();
    story.see();
    story.see({ pods: [aPod(story.podName, ended(1))] });
    expect(story.effects("publish-image")).toEqual([]);
    expect(story.status.buildStatus?.recommendedImage).toBeUndefined();
  });

  test("tells which file pins its packages", () => {
    const story = new BuildingStory();
    story.files = { ...LOCKED, "requirements.txt": `pandas==2.2.3 --hash=sha256:${"a".repeat(64)}\n` };
    story.built();
    story.passes();
    expect(story.status.environment?.lockedBy).toBe("requirements.txt");
  });
});
