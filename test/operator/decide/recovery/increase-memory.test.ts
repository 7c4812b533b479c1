import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseQuantity } from "../../../../src/api/index.js";
import type { AttemptPlan } from "../../../../src/operator/decide/decision.js";
import type { JobStatus } from "../../../../src/operator/decide/job.js";
import { aJob } from "../../kit/a-job.js";
import { aLog, aPod, COMMIT, ended, running, Story } from "../../kit/an-observation.js";
import { passingEvents } from "../../kit/fake-runner.js";

const IMAGE = "registry.example.com/notebook:1";

/** A job whose notebook runs in `resources`, and is killed for want of memory. */
function killed(
  resources: object | undefined,
  memoryBump: object | undefined,
  more: object = {},
  status: Partial<JobStatus> = {},
): Story {
  const podConfig = { containerImage: IMAGE, ...(resources && { resources }) };
  const retryPolicy = { jitter: false, ...(memoryBump && { memoryBump }) };
  const story = new Story(
    aJob()
      .with({ podConfig, retryPolicy, ...more })
      .build(),
  ).running();
  story.job = { ...story.job, status: { ...story.status, ...status } };
  kill(story);
  return story;
}

function kill(story: Story): void {
  const log = aLog(passingEvents().slice(0, 2));
  story.see({ pods: [aPod(story.podName, ended(137, "OOMKilled"))], log });
}

/** The next attempt's plan. */
function nextPlan(story: Story): AttemptPlan | undefined {
  story.see({ source: { kind: "resolved", commit: COMMIT } });
  const start = story.decision.effects.find((effect) => effect.kind === "start-attempt");
  return start?.plan;
}

describe("a notebook that is killed for want of memory", () => {
  test.each(["0", "0Mi"])("at the limit %s, which is none, has nothing to raise", (memory) => {
    const story = killed({ limits: { memory }, requests: { memory: "0" } }, { factor: 2, max: "4Gi" });
    expect(story.status).toMatchObject({ phase: "Failed", recoveryAttempts: 0 });
  });

  test("gets more where the job allows it, noted before anything is done", () => {
    const story = killed(
      { requests: { memory: "1Gi", cpu: "1" }, limits: { memory: "2Gi" } },
      { factor: 1.5, max: "8Gi" },
    );
    expect(story.status).toMatchObject({
      phase: "Retrying",
      reason: "OOMKilled",
      recoveryAttempts: 1,
      retryCount: 0,
      validationRetryCount: 0,
      recovery: {
        memoryLimit: "3Gi",
        actions: [{ action: "increase-memory", reason: "OOMKilled", detail: "2Gi → 3Gi" }],
      },
      attempts: [{ action: "increase-memory", reason: "OOMKilled" }],
    });
    expect(story.status.message).toContain("Attempted recovery: more memory (2Gi → 3Gi)");
    expect(story.kinds()).toContain("emit");
    expect(nextPlan(story)?.resources).toEqual({
      requests: { memory: "1536Mi", cpu: "1" },
      limits: { memory: "3Gi" },
    });
  });

  test("passes with more of it, and says what it took", () => {
    const story = killed({ limits: { memory: "2Gi" } }, { factor: 2, max: "8Gi" });
    nextPlan(story);
    story.see({ pods: [aPod(story.podName, running())], log: aLog([], false) });
    story.see({ pods: [aPod(story.podName, ended(0, "Completed"))], log: aLog(passingEvents()) });
    expect(story.status).toMatchObject({ phase: "Succeeded", verdict: "Passed" });
    expect(story.status.message).toContain("Attempted recovery: more memory (2Gi → 4Gi). Result: the notebook passed");
  });

  test("that gets more of it only once fails when that is not enough either", () => {
    const story = killed({ limits: { memory: "2Gi" } }, { factor: 2, max: "64Gi" });
    nextPlan(story);
    kill(story);
    expect(story.status).toMatchObject({ phase: "Failed", reason: "OOMKilled", recoveryAttempts: 1 });
    expect(story.status.message).toContain("Attempted recovery: more memory (2Gi → 4Gi). Result: OOMKilled again");
    expect(story.status.message).toContain("raises the memory limit only once in a run, so begin with a higher one");
  });

  test("keeps what it got in the attempts after that", () => {
    const story = killed({ limits: { memory: "2Gi" } }, { factor: 2, max: "8Gi" });
    nextPlan(story);
    story.see({ pods: [aPod(story.podName, { phase: "Failed", reason: "Evicted" })] });
    expect(story.status).toMatchObject({ phase: "Retrying", reason: "Evicted" });
    story.pass(60_000);
    expect(nextPlan(story)?.resources?.limits).toEqual({ memory: "4Gi" });
  });

  test("runs in the resources of its spec in a new run", () => {
    const story = killed({ limits: { memory: "2Gi" } }, { factor: 2, max: "8Gi" });
    const podConfig = { containerImage: IMAGE, resources: { limits: { memory: "2Gi", "nvidia.com/gpu": "1" } } };
    story.edit({ podConfig }).see();
    expect(nextPlan(story)?.resources).toBeUndefined();
  });

  const limited = { limits: { memory: "2Gi" } };
  const bump = { factor: 2, max: "8Gi" };
  const bumpIs = (why: string) => new RegExp(`\\. retryPolicy\\.memoryBump ${why}\\. Raise spec`);

  test.each<[string, object, object | undefined, object, RegExp]>([
    ["the job does not allow more", limited, undefined, {}, /was running\. Raise spec/],
    [
      "it has no limit that could be raised",
      { requests: { memory: "2Gi" } },
      bump,
      {},
      bumpIs("has no effect without a memory limit: set spec\\.podConfig\\.resources\\.limits\\.memory"),
    ],
    [
      "it has as much as the job allows already",
      { limits: { memory: "8Gi" } },
      bump,
      {},
      bumpIs("has no effect: max \\(8Gi\\) is not more than the memory limit \\(8Gi\\), so raise max"),
    ],
    [
      "it has more than that",
      { limits: { memory: "9Gi" } },
      bump,
      {},
      bumpIs("has no effect: max .* \\(9Gi\\), so .*"),
    ],
    [
      "the action is disabled",
      limited,
      bump,
      { recoveryConfig: { disabledRecoveryActions: ["increase-memory"] } },
      bumpIs("has no effect while recoveryConfig.disabledRecoveryActions names increase-memory"),
    ],
    [
      "smart recovery is off",
      limited,
      bump,
      { recoveryConfig: { enableSmartRecovery: false } },
      bumpIs("has no effect with recoveryConfig.enableSmartRecovery: false"),
    ],
    [
      "no remedy is allowed",
      limited,
      bump,
      { recoveryConfig: { maxRecoveryAttempts: 0 } },
      bumpIs("has no effect with recoveryConfig.maxRecoveryAttempts: 0"),
    ],
  ])("fails when %s, and says so", (_words, resources, memoryBump, more, says) => {
    const { status } = killed(resources, memoryBump, more);
    expect(status).toMatchObject({ phase: "Failed", reason: "OOMKilled", recoveryAttempts: 0, retryCount: 0 });
    expect(status.message).toMatch(says);
  });

  test("fails when other remedies have used up all attempts, and says so", () => {
    const story = killed(limited, bump, { recoveryConfig: { maxRecoveryAttempts: 1 } }, { recoveryAttempts: 1 });
    expect(story.status).toMatchObject({ phase: "Failed", reason: "OOMKilled", recoveryAttempts: 1 });
    expect(story.status.message).toMatch(
      bumpIs("came too late: recoveryConfig.maxRecoveryAttempts \\(1\\) is used up, so raise it"),
    );
  });

  test("gets no more than its spec allows, whatever somebody wrote into its status", () => {
    const story = killed({ limits: { memory: "2Gi" } }, { factor: 2, max: "6Gi" });
    const action = { action: "increase-memory", reason: "OOMKilled" } as const;
    const recovery = { memoryLimit: "512Gi", actions: Array.from({ length: 20 }, () => action) };
    story.job = { ...story.job, status: { ...story.status, recovery } };
    expect(nextPlan(story)?.resources?.limits).toEqual({ memory: "6Gi" });
  });

  test("never gets less than before, nor more than the maximum, and asks for no more than its limit", () => {
    const mebibytes = fc.integer({ min: 1, max: 1 << 20 });
    fc.assert(
      fc.property(
        ...[mebibytes, mebibytes, mebibytes],
        fc.double({ min: 1.1, max: 10, noNaN: true }),
        (limit, share, max, factor) => {
          const request = Math.min(limit, share);
          const resources = { requests: { memory: `${request}Mi` }, limits: { memory: `${limit}Mi` } };
          const story = killed(resources, { factor, max: `${max}Mi` });
          expect(story.status.phase).toBe(limit < max ? "Retrying" : "Failed");
          if (limit >= max) return;
          const { requests, limits } = nextPlan(story)?.resources ?? {};
          const next = parseQuantity(limits?.["memory"] ?? 0) / 2 ** 20;
          expect(next).toBeGreaterThan(limit);
          expect(next).toBeLessThanOrEqual(max);
          expect(next).toBe(Math.min(max, Math.ceil(limit * factor)));
          const asked = parseQuantity(requests?.["memory"] ?? 0) / 2 ** 20;
          expect(asked).toBeGreaterThanOrEqual(request);
          expect(asked).toBeLessThanOrEqual(next);
        },
      ),
      { numRuns: 100 },
    );
  });
});
