import { describe, expect, test } from "@jest/globals";
import { aJob } from "../kit/a-job.js";
import { aLog, aPod, ended, running, Story } from "../kit/an-observation.js";
import { passingEvents } from "../kit/fake-runner.js";

describe("suspension", () => {
  test("holds a job before it starts", () => {
    const story = new Story(aJob().suspended().build());
    story.see();
    expect(story.status.phase).toBe("Pending");
    expect(story.condition("Suspended")).toBe("True/Suspended");
    expect(story.condition("Reconciling")).toBe("False/Suspended");
    expect(story.kinds()).toEqual(["emit"]);
  });

  test("removes the pod, and resuming is a fresh attempt of the same run that costs no retry", () => {
    const story = new Story(aJob().build()).running();
    const { runId } = story.status;
    const old = story.podName;
    story.edit({ suspend: true }).see({ pods: [aPod(old, running())] });
    expect(story.kinds()).toContain("delete-pod");
    expect(story.status.attempts?.[0]).toMatchObject({ outcome: "Cancelled", reason: "Suspended" });
    story.edit({ suspend: false }).see();
    expect(story.status).toMatchObject({ phase: "ValidationRunning", runId, retryCount: 0 });
    expect(story.podName).toMatch(/-2$/);
    expect(story.condition("Suspended")).toBe("False/Resumed");
  });

  test("does nothing to a job that is finished", () => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents()) });
    story.edit({ suspend: true }).see();
    expect(story.status.phase).toBe("Succeeded");
  });
});
