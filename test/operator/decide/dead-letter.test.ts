import { describe, expect, test } from "@jest/globals";
import { LABEL_DEAD_LETTER } from "../../../src/api/index.js";
import { FAILURE_REASONS, failureOf } from "../../../src/recovery/index.js";
import { TRIED_AGAIN } from "../../recovery/tried-again.js";
import { aJob } from "../kit/a-job.js";
import { aLog, aPod, ended, Story } from "../kit/an-observation.js";
import { failingEvents, passingEvents } from "../kit/fake-runner.js";

function failed(metadata: Record<string, unknown> = {}): Story {
  const story = new Story(aJob().meta(metadata).build()).running();
  story.see({ pods: [aPod(story.podName, ended(10))], log: aLog(failingEvents()) });
  return story;
}
const labels = (story: Story) =>
  story.decision.effects.flatMap((effect) => (effect.kind === "label-job" ? [effect.labels] : []));

describe("the message of a job that is given up", () => {
  test.each(FAILURE_REASONS)("for %s says what to do, and not that it is tried again", (reason) => {
    const refusal = failureOf(reason);
    const story = new Story(
      aJob()
        .with({ retryPolicy: { enabled: false } })
        .build(),
    ).started();
    story.see({ refusal });
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: reason });
    expect(story.condition("DeadLettered")).toMatch(/^True/);
    expect(story.status.message).toContain(refusal.suggestedAction);
    expect(story.status.message).not.toMatch(TRIED_AGAIN);
  });
});

describe("the label of dead letters", () => {
  test("is set once the job is given up, after its status and its event", () => {
    const story = failed();
    expect(story.condition("DeadLettered")).toBe("True/PermanentError");
    expect(story.kinds()).toEqual(["emit", "label-job"]);
    expect(labels(story)).toEqual([{ [LABEL_DEAD_LETTER]: "true" }]);
    expect(story.see().effects).toEqual([]);
  });

  test("is said on every look until the job has it, and leaves other labels alone", () => {
    const story = failed({ labels: { team: "a" } });
    expect(story.job.metadata.labels).toEqual({ team: "a", [LABEL_DEAD_LETTER]: "true" });
    story.job = { ...story.job, metadata: { ...story.job.metadata, labels: { team: "a" } } };
    story.see();
    expect(labels(story)).toEqual([{ [LABEL_DEAD_LETTER]: "true" }]);
  });

  test("goes with a retry by hand, and with a changed spec", () => {
    const retried = failed().pass(10_000).askRetry();
    const changed = failed().edit({ validationTimeout: "5m" });
    for (const story of [retried, changed]) {
      story.see();
      expect(labels(story)).toEqual([{ [LABEL_DEAD_LETTER]: null }]);
      expect(story.job.metadata.labels).toEqual({});
      expect(story.see().effects.filter(({ kind }) => kind === "label-job")).toEqual([]);
    }
  });

  test("is never on a job that passes, and one that somebody else wrote there is not fought over while it runs", () => {
    const story = new Story(
      aJob()
        .meta({ labels: { [LABEL_DEAD_LETTER]: "true" } })
        .build(),
    ).running();
    expect(labels(story)).toEqual([]);
    story.see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents()) });
    expect(story.status.phase).toBe("Succeeded");
    expect(labels(story)).toEqual([{ [LABEL_DEAD_LETTER]: null }]);
  });
});
