import { describe, expect, test } from "@jest/globals";
import { aJob } from "../kit/a-job.js";
import { aLog, aPod, COMMIT, ended, running, Story } from "../kit/an-observation.js";
import { failingEvents, passingEvents } from "../kit/fake-runner.js";

/** A job that has passed and was changed since, which starts nothing. */
function heldBack(): Story {
  const spec = { retryPolicy: { retryOnSpecChange: false } };
  const story = new Story(aJob().with(spec).build()).running();
  story.see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents()) });
  story.edit({ cellTimeout: "1m" }).see();
  return story;
}

describe("a run", () => {
  test("that takes too long as a whole is ended, whatever it does", () => {
    const story = new Story(aJob().with({ totalTimeout: "1h" }).build()).running();
    story.pass(3_600_000).see({ pods: [aPod(story.podName, running())], log: aLog([], false) });
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "TotalTimeout", fault: "user" });
    expect(story.kinds()).toContain("delete-pod");
  });

  test("is looked at again when its time as a whole is over", () => {
    const story = new Story(aJob().with({ totalTimeout: "90s" }).build());
    expect(story.see().requeueAfterMs).toBe(90_000);
  });

  test("is replaced when the spec changes in the middle of it", () => {
    const story = new Story(aJob().build()).running();
    const [before, old] = [story.status, story.podName];
    story.edit({ cellTimeout: "1m" }).see({ pods: [aPod(old, running())] });
    expect(story.status).toMatchObject({ phase: "Initializing", runCount: 2, observedGeneration: 2, retryCount: 0 });
    expect(story.status.attempts?.[0]).toMatchObject({ podName: old, outcome: "Cancelled", reason: "SpecChanged" });
    expect(story.kinds()).toContain("delete-pod");
    story.see({ source: { kind: "resolved", commit: COMMIT } });
    expect(story.status.runId).not.toBe(before.runId);
  });

  test("that ended starts anew when the spec changes, with its history kept", () => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [aPod(story.podName, ended(10))], log: aLog(failingEvents()) });
    story.edit({ cellTimeout: "1m" }).see();
    expect(story.status).toMatchObject({ phase: "Initializing", runCount: 2 });
    expect(story.status.attempts).toHaveLength(1);
    expect(story.status.verdict).toBeUndefined();
    expect(story.status.results).toBeUndefined();
  });

  test("that ended stays as it is under retryOnSpecChange: false, but the generation is followed", () => {
    expect(heldBack().status).toMatchObject({ phase: "Succeeded", observedGeneration: 2, runCount: 1 });
  });

  test("that ended starts with what was held back when retryOnSpecChange is switched on again", () => {
    const story = heldBack();
    story.edit({ retryPolicy: { retryOnSpecChange: true } }).see();
    expect(story.status).toMatchObject({ phase: "Initializing", observedGeneration: 3, runCount: 2 });
  });

  test.each([{ priority: 90 }, { ttlSecondsAfterFinished: 5 }])("does not care for a change of %j", (spec) => {
    const story = new Story(aJob().build()).running();
    story.edit(spec).see({ pods: [aPod(story.podName, running())], log: aLog([], false) });
    expect(story.status).toMatchObject({ phase: "ValidationRunning", runCount: 1, observedGeneration: 2 });
    expect(story.kinds()).toEqual([]);
  });

  test("of an older operator keeps its outcome and gets a baseline", () => {
    const story = new Story(
      aJob().status({ phase: "Failed", message: "Maximum retry attempts exceeded", retryCount: 3 }).build(),
    );
    story.see();
    expect(story.status).toMatchObject({ phase: "Failed", retryCount: 3, observedGeneration: 1 });
    expect(story.status.specHash).toBeDefined();
    story.edit({ cellTimeout: "1m" }).see();
    expect(story.status).toMatchObject({ phase: "Initializing", retryCount: 0 });
  });

  test("of the Go operator is not held to the defaults that its CRD filled in, until its spec changes", () => {
    const spec = { modelValidation: { enabled: false }, validationConfig: { detectSilentFailures: true } };
    const story = new Story(aJob().with(spec).status({ phase: "Running" }).build());
    story.see();
    expect(story.condition("SpecValid")).toBe("True/AdoptedFromGoOperator");
    story.see({ source: { kind: "resolved", commit: COMMIT } });
    expect(story.status).toMatchObject({ phase: "ValidationRunning", runCount: 1 });
    story.edit({ cellTimeout: "1m" }).see();
    expect(story.condition("SpecValid")).toBe("True/Valid");
  });

  test("that an older operator left in the middle starts afresh", () => {
    const story = new Story(aJob().status({ phase: "Running", validationPodName: "titanic-validation" }).build());
    story.see();
    expect(story.status).toMatchObject({ phase: "Initializing", runCount: 1 });
  });
});
