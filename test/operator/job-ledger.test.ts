import { expect, test } from "@jest/globals";
import { ManualClock, type NotebookValidationJobObject } from "../../src/kube/index.js";
import { JobLedger } from "../../src/operator/job-ledger.js";
import { SteppingClock } from "../kube/kit/stepping-clock.js";

const INTERVAL = 2_000;
const job: NotebookValidationJobObject = {
  apiVersion: "mlops.mlops.dev/v1alpha1",
  kind: "NotebookValidationJob",
  metadata: { name: "titanic", namespace: "team", uid: "u1", resourceVersion: "5" },
};

function aLedger({ isLate = false } = {}) {
  const clock = new ManualClock();
  const busy = { isLate };
  const ledger = new JobLedger(clock, INTERVAL, new Map(), () => busy.isLate);
  ledger.written(job, {});
  return { clock, ledger, busy };
}

test("progress is written once an interval has passed since the last write", async () => {
  const { clock, ledger } = aLedger();
  expect(ledger.dueInMs(job)).toBe(INTERVAL);
  await clock.advance(INTERVAL);
  expect(ledger.dueInMs(job)).toBe(0);
});

test("while jobs wait for a worker, progress makes room, but not for ever", async () => {
  const { clock, ledger } = aLedger({ isLate: true });
  let waitedMs = 0;
  for (let waitMs = ledger.dueInMs(job); waitMs > 0; waitMs = ledger.dueInMs(job)) {
    expect(waitMs).toBeLessThanOrEqual(INTERVAL);
    waitedMs += waitMs;
    await clock.advance(waitMs);
  }
  expect(waitedMs).toBe(5 * INTERVAL);
});

test("progress that made room is written when the operator is not late any more", async () => {
  const { clock, ledger, busy } = aLedger({ isLate: true });
  await clock.advance(2 * INTERVAL);
  expect(ledger.dueInMs(job)).toBeGreaterThan(0);
  busy.isLate = false;
  expect(ledger.dueInMs(job)).toBe(0);
});

test.each([-3_600_000, 3_600_000])(
  "a clock that steps by %d ms makes nothing late, and nothing early",
  async (stepMs) => {
    const time = new ManualClock();
    const clock = new SteppingClock(time);
    const ledger = new JobLedger(clock, INTERVAL);
    const newer = { ...job, metadata: { ...job.metadata, resourceVersion: "6" } };
    ledger.written(newer, {});
    expect(ledger.newest(job)).toEqual(newer);
    clock.stepMs = stepMs;
    expect(ledger.dueInMs(job)).toBe(INTERVAL);
    await time.advance(INTERVAL);
    expect(ledger.dueInMs(job)).toBe(0);
    expect(ledger.newest(job)).toEqual(newer);
    await time.advance(60_000);
    expect(ledger.newest(job)).toBe(job);
  },
);
