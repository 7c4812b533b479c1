import { describe, expect, test } from "@jest/globals";
import { toRfc3339 } from "../../../src/api/index.js";
import { aJob, aJobWithNeeds } from "../kit/a-job.js";
import { aLog, aPod, ended, running, START, Story } from "../kit/an-observation.js";
import { failingEvents } from "../kit/fake-runner.js";
import { lacking, patienceOver, waiting } from "./waiting/lacking-pod.js";

const MINUTE = 60_000;
const SPEC_CHANGED = { type: "Normal", reason: "SpecChanged", message: "The spec changed: a new run begins" };

/** The story's pod without a node, or with one. */
function ofNode(story: Story, status: "True" | "False") {
  const about = status === "True" ? {} : { reason: "Unschedulable", message: "0/5 nodes are available" };
  return aPod(story.podName, {
    phase: "Pending",
    conditions: [{ type: "PodScheduled", status, lastTransitionTime: toRfc3339(START), ...about }],
  });
}

describe("a changed spec is told by one event", () => {
  test("where it replaces a run under way", () => {
    const story = new Story(aJob().build()).running();
    story.edit({ validationTimeout: "5m" }).see();
    expect(story.notes()).toEqual([SPEC_CHANGED]);
  });

  test("where it runs a dead letter again", () => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [aPod(story.podName, ended(10))], log: aLog(failingEvents()) });
    story.edit({ validationTimeout: "5m" }).see();
    expect(story.notes()).toEqual([SPEC_CHANGED]);
  });

  test("and a new job's first run by none", () => {
    const story = new Story(aJob().build());
    story.see();
    expect(story.notes()).toEqual([]);
  });
});

test("a job whose time is over is told to go, since nothing else is left of it", () => {
  const story = new Story(aJob().with({ ttlSecondsAfterFinished: 60 }).build()).running();
  story.see({ pods: [aPod(story.podName, ended(10))], log: aLog(failingEvents()) });
  story.pass(MINUTE).see();
  expect(story.kinds()).toEqual(["emit", "delete-job"]);
  expect(story.notes()).toMatchObject([{ type: "Normal", reason: "CleanedUp" }]);
});

test("a node that is found for a kept pod ends the wait at once, and is told once", () => {
  const story = new Story(aJob().build()).started();
  story.see({ pods: [ofNode(story, "False")] });
  story.pass(10 * MINUTE).see({ pods: [ofNode(story, "False")] });
  const { since } = story.status.waitingFor ?? {};
  story.pass(MINUTE).see({ pods: [ofNode(story, "True")] });
  const message = `The run goes on: it had waited for a node with room since ${since}`;
  expect(story.notes()).toEqual([{ type: "Normal", reason: "WaitOver", message }]);
  const startedAt = toRfc3339(story.now);
  story.pass(1000).see({ pods: [aPod(story.podName, running(startedAt))], log: aLog([], false) });
  expect(story.status.waitingFor).toBeUndefined();
  expect(story.notes()).toEqual([]);
});

describe("a trouble that comes after a wait", () => {
  const pulling = (story: Story) =>
    aPod(story.podName, {
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "True", lastTransitionTime: toRfc3339(story.now) }],
      containerStatuses: [
        {
          name: "notebook",
          ready: false,
          restartCount: 0,
          image: "",
          imageID: "",
          state: { waiting: { reason: "ErrImagePull", message: "not known here" } },
        },
      ],
    });

  test("is told, since nobody knows it yet", () => {
    const story = new Story(aJob().build()).started();
    story.see({ pods: [ofNode(story, "False")] });
    story.pass(10 * MINUTE).see({ pods: [ofNode(story, "False")] });
    story.pass(MINUTE).see({ pods: [ofNode(story, "True")] });
    story.pass(1000).see({ pods: [pulling(story)] });
    expect(story.notes()).toMatchObject([{ type: "Warning", reason: "ErrImagePull" }]);
  });

  test("is not told where it is what was waited for", () => {
    const story = waiting();
    story.see({ resolution: { kind: "present" } });
    story.see({ pods: [lacking(story)] });
    expect(story.status.reason).toBe("SecretMissing");
    expect(story.notes()).toEqual([]);
  });
});

test("a pod that waits for a node is not said to end with that wait", () => {
  const story = new Story(aJob().build()).started();
  story.see({ pods: [ofNode(story, "False")] });
  expect(story.status.message).toContain("0/5 nodes");
  expect(story.status.message).not.toContain("The attempt ends");
});

describe("a request for a retry", () => {
  test("of a job that waits for a node is told by itself alone, while the kept pod goes", () => {
    const story = new Story(aJob().build()).started();
    const pods = [ofNode(story, "False")];
    story.see({ pods });
    story.pass(10 * MINUTE).see({ pods });
    story.pass(MINUTE).askRetry().see({ pods });
    expect(story.status.reason).toBe("WaitingForOldPod");
    expect(story.notes()).toMatchObject([{ reason: "RetryRequested" }]);
  });

  test("of a job that waits is told as one of a failed job is", () => {
    const story = new Story(aJobWithNeeds().build()).started();
    const pods = [lacking(story)];
    story.see({ pods });
    story.pass(3 * MINUTE).see({ pods });
    expect(story.status.phase).toBe("Retrying");
    story.pass(MINUTE).askRetry().see();
    expect(story.notes()).toEqual([{ type: "Normal", reason: "RetryRequested", message: "A retry was requested" }]);
  });

  test("that is no time is refused with one that is", () => {
    const story = new Story(aJob().build()).running().askRetry("now");
    story.see();
    expect(story.notes()[0]?.message).toContain(`must be an RFC 3339 time, such as ${toRfc3339(START)}`);
  });
});

test("a trouble that is seen and one that ends the run are not told in the same words", () => {
  const story = new Story(
    aJobWithNeeds()
      .with({ retryPolicy: { enabled: false } })
      .build(),
  ).started();
  const pods = [lacking(story)];
  story.see({ pods });
  const [seen] = story.notes();
  expect(seen?.message).toContain(`The attempt ends at ${toRfc3339(START + 2 * MINUTE)} if this stays`);
  story.pass(2 * MINUTE).see({ pods });
  expect(story.status.phase).toBe("Failed");
  expect(story.notes()).toMatchObject([{ reason: "SecretMissing" }]);
  expect(story.notes()[0]?.message).not.toBe(seen?.message);
});

test("a key that a Secret lacks is to be added, not the Secret created", () => {
  const story = new Story(aJobWithNeeds().build()).started();
  story.see({ pods: [lacking(story, "couldn't find key password in Secret team-a/db")] });
  expect(story.status.message).toContain("Add the key password to the Secret db");
  expect(story.status.message).not.toContain("Create the Secret");
});

test("a key that was waited for in vain is still to be added, and told as such when it comes", () => {
  const story = patienceOver(
    new Story(aJobWithNeeds().build()).started(),
    "couldn't find key password in Secret team-a/db",
  );
  story.pass(24 * 60 * MINUTE).see({ resolution: { kind: "absent" } });
  expect(story.status.phase).toBe("Failed");
  expect(story.status.message).toContain("Add the key password to the Secret db");
  story.pass(MINUTE).see({ resolution: { kind: "present" } });
  expect(story.notes()[0]?.message).toBe(
    "The job had failed for lack of key password of Secret db, which is there now. It runs again",
  );
});

test("what the platform lost is tried again in words that tell whose budget that is", () => {
  const story = new Story(aJob().build()).running();
  story.see({
    pods: [aPod(story.podName, { phase: "Failed", reason: "Evicted", message: "The node was low on memory" })],
  });
  expect(story.notes()[0]?.message).toContain("at no cost to the job's own retries (1 of at most 10");
});

describe("a dead letter tells what was tried", () => {
  test.each([
    [1, /Given up after 1 retry\.?$/],
    [2, /Given up after 2 retries\.?$/],
    [0, /No retry was left\.?$/],
  ])("%d retries", (maxValidationRetries, words) => {
    const retryPolicy = { maxValidationRetries, jitter: false };
    const story = new Story(aJob().with({ retryPolicy }).build()).running();
    for (let attempt = 0; attempt <= maxValidationRetries; attempt++) {
      story.see({ pods: [aPod(story.podName, ended(1))], log: aLog([]) });
      story.pass(10 * MINUTE).see();
    }
    expect(story.status.phase).toBe("Failed");
    expect(story.status.conditions?.find(({ type }) => type === "DeadLettered")?.message).toMatch(words);
  });
});
