import { expect, test } from "@jest/globals";
import { aBuildingJob, BuildingStory, complete, MINUTE, runningBuild } from "../../kit/a-building-story.js";
import { aPod, stuck } from "../../kit/an-observation.js";

const NOT_FOUND = 'failed to resolve reference "registry.example.com/x@sha256:1": not found';

/** The job's notebook waits for an image that the registry does not know, longer than anybody is patient. */
function withoutImage(): BuildingStory {
  const story = new BuildingStory(
    aBuildingJob()
      .with({ retryPolicy: { jitter: false } })
      .build(),
  );
  story.building().made(runningBuild());
  story.see();
  story.becomes(complete()).see();
  story.see();
  story.pass(10 * MINUTE).see({ pods: [aPod(story.podName, stuck("ImagePullBackOff", NOT_FOUND))] });
  return story;
}

test("an image that was built and that the registry has lost is tried again: what is lost is built anew", () => {
  const { status } = withoutImage();
  expect(status).toMatchObject({ phase: "Retrying", reason: "ImagePullBackOff", validationRetryCount: 1 });
  expect(status.lastErrorType).toBe("transient");
  expect(status.fault).toBe("platform");
});
