import { expect, test } from "@jest/globals";
import type { JobStatus } from "../../src/operator/decide/job.js";
import { OperatorMetrics } from "../../src/operator/operator-metrics.js";
import { recordTransition } from "../../src/operator/transition-metrics.js";

const RUNNING: JobStatus = { phase: "ValidationRunning", runCount: 1, retryCount: 0, recoveryAttempts: 0 };
const FAILURE: JobStatus = { ...RUNNING, phase: "Retrying", failureReason: "OOMKilled", fault: "user" };

/** What one written status counts, by series. */
async function counted(before: JobStatus, after: JobStatus): Promise<string[]> {
  const metrics = new OperatorMetrics();
  recordTransition(metrics, before, after, "development");
  const text = await metrics.registry.metrics();
  return text.split("\n").filter((line) => /_(recovery_actions|retries|failures)_total\{.*\} 1$/.test(line));
}

test("a remedy is counted by its name, and as a failure, but as no retry", async () => {
  const recovery = {
    actions: [
      { action: "increase-memory", reason: "OOMKilled" },
      { action: "fallback-to-prebuilt", reason: "BuildLost" },
    ] as const,
  };
  const after = { ...FAILURE, recoveryAttempts: 2, recovery: { actions: [...recovery.actions] } };
  const lines = await counted({ ...RUNNING, recoveryAttempts: 1 }, after);
  expect(lines).toEqual([
    expect.stringMatching(/failures_total\{.*OOMKilled/),
    expect.stringMatching(/recovery_actions_total\{.*increase-memory/),
  ]);
});

test("a retry is counted as one", async () => {
  const lines = await counted(RUNNING, { ...FAILURE, retryCount: 1 });
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/recovery_actions_total\{action="retry"/),
      expect.stringMatching(/retries_total/),
    ]),
  );
});

test("what a new run forgets is counted as nothing", async () => {
  expect(await counted({ ...FAILURE, recoveryAttempts: 2 }, { ...RUNNING, runCount: 2 })).toEqual([]);
});
