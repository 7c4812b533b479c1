import { describe, expect, test } from "@jest/globals";
import { aJob } from "../kit/a-job.js";
import { COMMIT, Story } from "../kit/an-observation.js";

describe("Git", () => {
  test("that is unreachable is asked again, first at once, then later and later, until the budget is spent", () => {
    const recoveryConfig = { disabledRecoveryActions: ["wait-for-resolution"] };
    const story = new Story(aJob().with({ recoveryConfig }).build());
    story.see();
    const delays: (number | undefined)[] = [];
    for (let retry = 0; retry < 3; retry++) {
      const ticket = story.decision.effects.find(({ kind }) => kind === "ask-source");
      story.see({ source: { kind: "failed", reason: "GitNetwork", message: "no route to host" } });
      expect(story.status).toMatchObject({ phase: "Retrying", retryCount: retry + 1, failureReason: "GitNetwork" });
      delays.push(story.decision.requeueAfterMs);
      story.pass(story.decision.requeueAfterMs ?? 0).see();
      expect(story.status.phase).toBe("Initializing");
      expect(story.decision.effects.find(({ kind }) => kind === "ask-source")).not.toEqual(ticket);
    }
    expect(delays).toEqual([0, 2000, 4000]);
    story.see({ source: { kind: "failed", reason: "GitNetwork", message: "no route to host" } });
    expect(story.status).toMatchObject({ phase: "Failed", fault: "platform", lastErrorType: "transient" });
    expect(story.condition("DeadLettered")).toBe("True/RetryLimitExceeded");
    expect(story.status.nextRetryTime).toBeUndefined();
  });

  test("that stays away until the run's own time is over is what the run failed for, and the limit is told", () => {
    const story = new Story(aJob().with({ totalTimeout: "20s" }).build());
    story.see();
    const source = { kind: "failed", reason: "GitNetwork", message: "no route to host" } as const;
    while (story.status.waitingFor === undefined) {
      story.see({ source });
      story.pass(story.decision.requeueAfterMs ?? 0).see();
    }
    story.pass(20_000).see();
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "GitNetwork", retryCount: 3 });
    const limit = "then spec.totalTimeout (20s) was over, which may be raised";
    expect(story.status.message).toMatch(/waited for in vain for \d+s; /);
    expect(story.status.message).toContain(limit);
    const deadLetter = story.status.conditions?.find(({ type }) => type === "DeadLettered");
    expect(deadLetter?.message).toContain(`${limit}. Given up after 3 retries`);
  });

  test("that is waited for is named without the secrets in its URL", () => {
    const token = `${"ghp"}_${"a1B2".repeat(9)}`;
    const git = { url: `https://git.example.com/${token}/x.git%3Ftoken%3Dabcd1234efgh`, ref: "main" };
    const retryPolicy = { maxValidationRetries: 0 };
    const story = new Story(
      aJob()
        .with({ retryPolicy, notebook: { git, path: "x.ipynb" } })
        .build(),
    );
    story.see();
    story.see({ source: { kind: "failed", reason: "GitNetwork", message: "no route to host" } });
    expect(story.status.waitingFor).toMatchObject({
      kind: "Git",
      name: "https://git.example.com/[redacted]/x.git%3Ftoken%3D[redacted]",
    });
    story.pass(30_000).see();
    story.see({ source: { kind: "resolved", commit: COMMIT } });
    const told = JSON.stringify(story.decision.effects.filter(({ kind }) => kind === "emit"));
    expect(told).toContain("WaitOver");
    expect(told).not.toMatch(/ghp_|abcd1234/);
  });

  test("that knows no such branch is not asked again", () => {
    const story = new Story(aJob().build());
    story.see();
    story.see({ source: { kind: "failed", reason: "GitRefNotFound", message: "no branch main" } });
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "GitRefNotFound", fault: "user" });
    expect(story.condition("GitCloneComplete")).toBe("False/GitRefNotFound");
  });
});
