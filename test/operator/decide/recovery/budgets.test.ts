import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { fromRfc3339, type NotebookValidationJobSpec } from "../../../../src/api/index.js";
import type { JobStatus } from "../../../../src/operator/decide/job.js";
import { isHolding } from "../../../../src/operator/decide/waiting/holding.js";
import { isSameTrouble } from "../../../../src/recovery/index.js";
import { type Budgets, budgetsOf, delayOf } from "./budgets-of.js";
import { blows, IllFatedJob, LOOK_MS, policies, type Suffered, strategies, WAIT_MS } from "./ill-fated-job.js";

const RUNS = 150;

/**
 * Decisions that one try takes at most: until its time has come, until the commit is known, what the repository says, which
 * images there are, until the build is made, begins, runs and ends, until the pod is there and has ended.
 */
const DECISIONS_PER_TRY = 16;

/**
 * How often a job may be decided about until it comes to its end, if each decision sees something new, or the time that the one
 * before it had asked for. Every try but the first is paid for; between two that are, the job may wait once, and look or try
 * as often as the desk for what it lacks does.
 */
function mostDecisions(
  { validation, build, sum, platform, remedies, mayWait }: Budgets,
  strategiesThere: number,
): number {
  const paid = Math.min(validation + build * strategiesThere, sum) + platform + remedies;
  const waits = mayWait ? WAIT_MS / LOOK_MS : 0;
  return DECISIONS_PER_TRY * (1 + paid) * (1 + waits);
}

/** A job that came to its end, or to one decision more than its budgets allow. */
interface Life {
  readonly spec: NotebookValidationJobSpec;
  readonly job: IllFatedJob;
  readonly steps: readonly Suffered[];
  readonly bound: number;
}

/** @param law throws where it is broken @param seed of the stories. @default another one each time */
function check(law: (life: Life) => void, seed?: number): void {
  fc.assert(
    fc.property(policies, strategies, blows, (spec, available, story) => {
      const job = new IllFatedJob(spec, available);
      const bound = mostDecisions(budgetsOf(spec), available.length);
      const steps: Suffered[] = [];
      for (const blow of story) {
        if (job.isOver || steps.length > bound) break;
        steps.push(job.suffer(blow));
      }
      law({ spec, job, steps, bound });
    }),
    { numRuns: RUNS, ...(seed !== undefined && { seed }) },
  );
}

/** What was used up by now. */
function used({
  retryCount = 0,
  validationRetryCount: validation = 0,
  buildRetryCount: build = 0,
  recovery,
}: JobStatus) {
  const abandoned = recovery?.abandonedBuildRetries ?? 0;
  return { validation, build, ofStrategy: build - abandoned, platform: retryCount - validation - build };
}

/** How often the status counts that something was done again. */
const COUNTS = ["retryCount", "validationRetryCount", "buildRetryCount", "recoveryAttempts"] as const;

function hasRisen(count: (typeof COUNTS)[number], { before, after }: Suffered): boolean {
  return (after[count] ?? 0) > (before[count] ?? 0);
}

test("law: every job comes to its end within a number of decisions that its budgets bound", () => {
  check(({ job, steps, bound }) => {
    expect(steps.length).toBeLessThanOrEqual(bound);
    expect(job.isOver).toBe(true);
  });
});

test("law: no budget is ever exceeded, whatever fails how often", () => {
  check(({ spec, steps }) => {
    const { validation, build, sum, platform, remedies, mayWait } = budgetsOf(spec);
    const broken = steps.filter(({ after }) => {
      const spent = used(after);
      const isWithin =
        spent.validation <= validation &&
        spent.ofStrategy <= build &&
        spent.validation + spent.build <= sum &&
        spent.platform <= platform &&
        (after.recoveryAttempts ?? 0) <= remedies;
      return !isWithin || (isHolding(after) && !mayWait);
    });
    expect(broken).toEqual([]);
  });
});

test("law: counts rise one by one, and never fall within a run", () => {
  check(({ steps }) => {
    const broken = steps.filter(({ before, after }) =>
      COUNTS.some((count) => ![0, 1].includes((after[count] ?? 0) - (before[count] ?? 0))),
    );
    expect(broken).toEqual([]);
  });
});

test("law: no remedy is taken that the job rules out, nor twice for one reason", () => {
  check(({ spec: { recoveryConfig = {} }, job: { story } }) => {
    const actions = story.status.recovery?.actions ?? [];
    expect(actions).toHaveLength(story.status.recoveryAttempts ?? 0);
    const { disabledRecoveryActions = [], enableBuildFallback = true } = recoveryConfig;
    for (const [index, { action, reason }] of actions.entries()) {
      expect(disabledRecoveryActions).not.toContain(action);
      if (!enableBuildFallback) expect(action).not.toMatch(/^fallback/);
      const earlier = actions.slice(index + 1).filter((each) => each.action === action);
      expect(earlier.filter((each) => isSameTrouble(each.reason, reason))).toEqual([]);
    }
  });
});

test("law: every pod and every build but the first is paid for before it is made", () => {
  check(({ steps, job: { pods, builds, story } }) => {
    const tries = steps.filter(({ before, after }) => (after.waitingFor?.tries ?? 0) > (before.waitingFor?.tries ?? 0));
    const { retryCount = 0, recoveryAttempts = 0 } = story.status;
    const paid = 1 + retryCount + recoveryAttempts + tries.length;
    expect(pods.size).toBeLessThanOrEqual(paid);
    expect(builds.size).toBeLessThanOrEqual(paid);
  });
});

test("law: what is permanent is not retried", () => {
  check(({ steps }) => {
    const retried = steps.filter((step) => hasRisen("retryCount", step));
    expect(retried.filter(({ after }) => after.lastErrorType === "permanent")).toEqual([]);
  });
});

test("law: a retry begins when its delay is over and not before; that is the formula's, and with jitter no longer than it", () => {
  check(({ spec, steps }) => {
    for (const [index, step] of steps.entries()) {
      if (!hasRisen("retryCount", step)) continue;
      const { after, now } = step;
      const spent = used(after);
      const n = hasRisen("validationRetryCount", step)
        ? spent.validation
        : hasRisen("buildRetryCount", step)
          ? spent.ofStrategy
          : spent.platform;
      const exact = delayOf(spec, n);
      const delay = (fromRfc3339(after.nextRetryTime) ?? Number.NaN) - now;
      if (spec.retryPolicy?.jitter === false) expect(delay).toBe(exact);
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(exact);
      // A wait that ends takes the retry with it.
      const waitsUntil = isHolding(after) ? fromRfc3339(after.waitingFor?.until) : undefined;
      // Looked at meanwhile it waits; looked at in time it begins.
      for (const next of steps.slice(index + 1)) {
        if (next.now >= (waitsUntil ?? Number.POSITIVE_INFINITY)) break;
        const isDue = next.now >= now + delay;
        expect(next.after.phase === "Retrying").toBe(!isDue);
        if (isDue) break;
        expect(next.after).toEqual(next.before);
      }
    }
  });
});

test("these stories come to all that the laws are about", () => {
  const reached = new Set<string>();
  check(({ spec, job: { story }, steps }) => {
    const budgets = budgetsOf(spec);
    const spent = used(story.status);
    for (const { action } of story.status.recovery?.actions ?? []) reached.add(action);
    for (const { type, reason } of story.status.conditions ?? []) if (type === "DeadLettered") reached.add(reason);
    if (steps.some(({ after }) => isHolding(after))) reached.add("a wait");
    for (const budget of ["validation", "build", "platform"] as const)
      if (spent[budget] > 0 && spent[budget] === budgets[budget]) reached.add(`all of ${budget}`);
    if (spent.validation + spent.build === budgets.sum && budgets.sum > 0) reached.add("all of the sum");
  }, 11);
  expect([...reached].sort()).toEqual([
    ...["PermanentError", "RetryLimitExceeded", "a wait"],
    ...["all of build", "all of platform", "all of the sum", "all of validation"],
    ...["fallback-build-strategy", "fallback-to-prebuilt", "increase-memory"],
  ]);
});
