import { describe, expect, test } from "@jest/globals";
import { toRfc3339 } from "../../../../src/api/index.js";
import { failureOf } from "../../../../src/recovery/index.js";
import { aJob } from "../../kit/a-job.js";
import { aPod, COMMIT, START, Story, stuck } from "../../kit/an-observation.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const refusal = failureOf("QuotaExceeded", { detail: "exceeded quota: small, requested: pods=1" });
const away = { kind: "failed", reason: "GitNetwork", message: "no route to host" } as const;

/** The API server refuses the pod of the attempt that begins now. */
function refused(story: Story): Story {
  story.see({ refusal });
  return story;
}

/** Goes on to the next try, however long that takes. */
function nextTry(story: Story): number {
  const { requeueAfterMs = 0 } = story.decision;
  story.pass(requeueAfterMs).see();
  return requeueAfterMs;
}

const noRetries = { retryPolicy: { jitter: false, maxValidationRetries: 0 } };

describe("what only a new try can tell", () => {
  test("is tried every so often, at no cost to the budget: quota", () => {
    const story = refused(new Story(aJob().build()).started());
    expect(story.status).toMatchObject({ phase: "Retrying", waitingFor: { kind: "Quota", tries: 0 }, retryCount: 0 });
    const delays: number[] = [];
    for (let tries = 1; tries <= 6; tries++) {
      delays.push(nextTry(story) / 1000);
      expect(story.kinds()).toContain("start-attempt");
      refused(story);
      expect(story.status.waitingFor).toMatchObject({ tries, since: toRfc3339(START) });
    }
    expect(delays).toEqual([30, 60, 120, 240, 300, 300]);
    expect(story.status.attempts).toMatchObject([{ number: 7, reason: "QuotaExceeded", startTime: toRfc3339(START) }]);
    expect(story.status.retryCount).toBe(0);
  });

  test("never names two pods alike, though the history has one entry for all tries", () => {
    const story = refused(new Story(aJob().build()).started());
    const names = [story.podName];
    for (let tries = 0; tries < 30; tries++) {
      nextTry(story);
      names.push(story.podName);
      refused(story);
      expect(story.status.attempts).toHaveLength(1);
    }
    expect(new Set(names).size).toBe(31);
  });

  test("tells people once, not with every try", () => {
    const story = refused(new Story(aJob().build()).started());
    expect(story.kinds()).toEqual(["emit"]);
    for (let tries = 0; tries < 5; tries++) {
      nextTry(story);
      expect(story.kinds()).not.toContain("emit");
      refused(story);
      expect(story.kinds()).not.toContain("emit");
    }
  });

  test("keeps its clock however often it is tried, and is given up in the end", () => {
    const story = refused(new Story(aJob().build()).started());
    let looks = 0;
    const hasFailed = (): boolean => story.status.phase === "Failed";
    while (!hasFailed()) {
      nextTry(story);
      if (!hasFailed()) refused(story);
      looks += 1;
      expect(looks).toBeLessThan(400);
    }
    expect(story.now - START).toBe(24 * HOUR);
    expect(story.status).toMatchObject({ failureReason: "QuotaExceeded", waitingFor: { kind: "Quota" } });
  });

  test("is not put off by a clock that is set back", () => {
    const story = refused(new Story(aJob().build()).started());
    story.pass(-HOUR).see();
    expect(story.status.phase).toBe("Retrying");
    expect(story.decision.requeueAfterMs).toBeLessThanOrEqual(30_000);
  });

  test("asks Git anew each time, first by retries, then by waiting; and the branch's commit ends the wait", () => {
    const story = new Story(
      aJob()
        .with({ retryPolicy: { jitter: false, maxValidationRetries: 1 } })
        .build(),
    );
    story.see();
    story.see({ source: away });
    expect(story.status).toMatchObject({ phase: "Retrying", retryCount: 1 });
    expect(story.status.waitingFor).toBeUndefined();
    nextTry(story);
    const tickets: unknown[] = [];
    for (let tries = 0; tries < 4; tries++) {
      story.see({ source: away });
      expect(story.status).toMatchObject({ phase: "Retrying", retryCount: 1, waitingFor: { kind: "Git", tries } });
      expect(story.condition("GitCloneComplete")).toBe("Unknown/GitNetwork");
      nextTry(story);
      expect(story.status.phase).toBe("Initializing");
      tickets.push(story.decision.effects.find(({ kind }) => kind === "ask-source"));
    }
    expect(new Set(tickets.map((each) => JSON.stringify(each))).size).toBe(4);
    story.see({ source: { kind: "resolved", commit: COMMIT } });
    expect(story.status).toMatchObject({ phase: "ValidationRunning" });
    expect(story.status.waitingFor).toBeUndefined();
    expect(story.status.attempts).toHaveLength(3);
  });

  test("is one trouble under two names: a pull that fails alternates between them", () => {
    const story = new Story(aJob().with(noRetries).build()).started();
    const words = ["manifest unknown", "503 Service Unavailable", "manifest unknown"];
    words.forEach((message, tries) => {
      const pod = aPod(story.podName, stuck("ImagePullBackOff", message, story.now));
      story.see({ pods: [pod] });
      story.pass(2 * MINUTE).see({ pods: [pod] });
      expect(story.status).toMatchObject({
        phase: "Retrying",
        waitingFor: { tries, since: toRfc3339(START + 2 * MINUTE) },
      });
      nextTry(story);
    });
    expect(story.status.attempts).toMatchObject([{ outcome: "Running" }, { action: "wait-for-resolution" }]);
    expect(story.status.attempts).toHaveLength(2);
  });
});
