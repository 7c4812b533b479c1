import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { findField } from "../../src/api/describe-field.js";
import type { RetryPolicy } from "../../src/api/index.js";
import {
  type AttemptHistory,
  delayBefore,
  FAILURE_REASONS,
  failureOf,
  longestDelay,
  MAX_PLATFORM_RETRIES,
  planRecovery,
  type RetrySettings,
  retryStrategy,
} from "../../src/recovery/index.js";

const exact = { jitter: false };
const NOW = Date.parse("2026-11-21T10:00:00Z");
const fresh: AttemptHistory = { validationRetries: 0, buildRetries: 0, platformRetries: 0, now: NOW };

function numbersOf(spec: RetrySettings) {
  return retryStrategy(spec, exact);
}

function delays(policy: RetryPolicy | undefined, count: number): number[] {
  const numbers = numbersOf({ retryPolicy: policy });
  return Array.from({ length: count }, (_, index) => delayBefore(index + 1, numbers, "run") / 1000);
}

describe("strategies", () => {
  test.each([
    ["default", 3, [0, 2, 4, 8, 16, 32, 60, 60]],
    ["aggressive", 5, [0, 1, 2, 4, 8, 16, 30, 30]],
    ["conservative", 2, [0, 5, 10, 20, 40, 80, 160, 300]],
    ["high_priority", 5, [0, 0.5, 1, 2, 4, 8, 15, 15]],
  ] as const)("%s: %i retries, delays %j", (strategy, retries, wanted) => {
    expect(numbersOf({ retryPolicy: { strategy } }).maxValidationRetries).toBe(retries);
    expect(delays({ strategy }, wanted.length)).toEqual(wanted);
  });

  test.each([
    ["maxValidationRetries", "maxValidationRetries"],
    ["backoffBaseSeconds", "baseSeconds"],
    ["maxBackoffSeconds", "maxSeconds"],
  ] as const)("the API tells each one's %s", (field, number) => {
    const names = ["default", "aggressive", "conservative", "high_priority"] as const;
    const told = names.map((strategy) => `${numbersOf({ retryPolicy: { strategy } })[number]} (${strategy})`);
    expect(findField(`spec.retryPolicy.${field}`)).toMatchObject({
      field: { operatorDefault: expect.stringContaining(`the strategy's: ${told.join(", ")}`) },
    });
  });

  test.each([
    [undefined, "default"],
    [0, "conservative"],
    [20, "conservative"],
    [21, "default"],
    [79, "default"],
    [80, "high_priority"],
    [100, "high_priority"],
  ])("priority %s chooses %s", (priority, strategy) => {
    expect(numbersOf({ priority }).strategy).toBe(strategy);
  });

  test("a name is a decision that priority does not overrule", () => {
    expect(numbersOf({ priority: 90, retryPolicy: { strategy: "conservative" } }).strategy).toBe("conservative");
  });

  test("the job's own numbers override the strategy's", () => {
    const policy: RetryPolicy = {
      maxRetries: 5,
      backoffPolicy: "exponential",
      backoffBaseSeconds: 60,
      maxBackoffSeconds: 3600,
    };
    expect(numbersOf({ retryPolicy: policy })).toMatchObject({
      maxValidationRetries: 5,
      maxBuildRetries: 1,
      maxRetries: 5,
    });
    expect(delays(policy, 8)).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600]);
  });

  test("linear and fixed", () => {
    expect(delays({ backoffPolicy: "linear", backoffBaseSeconds: 10, maxBackoffSeconds: 25 }, 4)).toEqual([
      10, 20, 25, 25,
    ]);
    expect(delays({ backoffPolicy: "fixed", backoffBaseSeconds: 7 }, 3)).toEqual([7, 7, 7]);
  });

  test("jitter is the operator's default, and the job's to decide", () => {
    expect(retryStrategy({}).jitter).toBe(true);
    expect(retryStrategy({}, exact).jitter).toBe(false);
    expect(retryStrategy({ retryPolicy: { jitter: true } }, exact).jitter).toBe(true);
  });
});

describe("jitter", () => {
  const numbers = retryStrategy({ retryPolicy: { strategy: "conservative" } });

  test("draws between nothing and the exact delay, always the same for one seed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.string(), (n, seed) => {
        const delay = delayBefore(n, numbers, seed);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(delayBefore(n, { ...numbers, jitter: false }, seed));
        expect(delay).toBeLessThanOrEqual(longestDelay(numbers));
        expect(delayBefore(n, numbers, seed)).toBe(delay);
      }),
    );
  });

  test("spreads evenly over runs", () => {
    const draws = Array.from({ length: 2000 }, (_, run) => delayBefore(8, numbers, `run-${run}`) / 300_000);
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    expect(mean).toBeGreaterThan(0.47);
    expect(mean).toBeLessThan(0.53);
    expect(Math.min(...draws)).toBeLessThan(0.01);
    expect(Math.max(...draws)).toBeGreaterThan(0.99);
  });
});

test("no wait stays no wait, however often it is doubled", () => {
  const retryPolicy: RetryPolicy = { backoffPolicy: "exponential", backoffBaseSeconds: 0, backoffFactor: 10 };
  expect(delayBefore(5000, numbersOf({ retryPolicy }), "run")).toBe(0);
});

test("no numbers whatever give a delay that a timer can't hold", () => {
  const number = fc.double({ min: 0, max: 1e9, noNaN: true });
  const policy = fc.record({
    backoffPolicy: fc.constantFrom("exponential", "linear", "fixed"),
    backoffBaseSeconds: number,
    backoffFactor: fc.double({ min: 1, max: 10, noNaN: true }),
    maxBackoffSeconds: number,
  }) as fc.Arbitrary<RetryPolicy>;
  fc.assert(
    fc.property(policy, fc.integer({ min: -1, max: 10_000 }), (retryPolicy, n) => {
      const delay = delayBefore(n, numbersOf({ retryPolicy }), "run");
      expect(Number.isSafeInteger(delay)).toBe(true);
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(30 * 24 * 3600 * 1000);
    }),
  );
});

describe("plans", () => {
  const policy = { numbers: numbersOf({}), seed: "run" };
  const transient = failureOf("GitNetwork");
  const lost = failureOf("NodeLost");

  test("a transient failure is tried again at once, then after a growing delay, then given up", () => {
    const plans = [0, 1, 2, 3].map((validationRetries) =>
      planRecovery(transient, { ...fresh, validationRetries }, policy),
    );
    expect(plans).toEqual([
      { kind: "retry", stage: "validation", budget: "job", retry: 1, limit: 3, after: 0 },
      { kind: "retry", stage: "validation", budget: "job", retry: 2, limit: 3, after: 2000 },
      { kind: "retry", stage: "validation", budget: "job", retry: 3, limit: 3, after: 4000 },
      { kind: "give-up", reason: "RetryLimitExceeded" },
    ]);
  });

  test("an unknown failure has the same budget", () => {
    expect(planRecovery(failureOf("Unknown"), fresh, policy).kind).toBe("retry");
  });

  test("a permanent failure is never tried again, whatever budget is left", () => {
    for (const reason of ["OOMKilled", "NotebookError", "GitAuthFailed", "InvalidSpec"] as const) {
      expect(planRecovery(failureOf(reason), fresh, policy)).toEqual({ kind: "give-up", reason: "PermanentError" });
    }
  });

  test("a lost node costs the job nothing, but has a cap of its own", () => {
    const spent = { ...fresh, validationRetries: 3 };
    expect(planRecovery(lost, spent, policy)).toMatchObject({ kind: "retry", budget: "platform", retry: 1 });
    expect(planRecovery(lost, { ...spent, platformRetries: MAX_PLATFORM_RETRIES }, policy)).toEqual({
      kind: "give-up",
      reason: "RetryLimitExceeded",
    });
  });

  test("builds have their own budget; maxRetries caps the sum", () => {
    const build = failureOf("Unknown", { stage: "build" });
    expect(planRecovery(build, { ...fresh, validationRetries: 3 }, policy)).toMatchObject({
      kind: "retry",
      stage: "build",
      limit: 1,
    });
    const capped = { ...policy, numbers: numbersOf({ retryPolicy: { maxRetries: 3 } }) };
    expect(planRecovery(build, { ...fresh, validationRetries: 3 }, capped)).toEqual({
      kind: "give-up",
      reason: "RetryLimitExceeded",
    });
  });

  test("with retries switched off nothing is tried again, not even a lost node", () => {
    const off = { ...policy, numbers: numbersOf({ retryPolicy: { enabled: false } }) };
    expect(planRecovery(transient, fresh, off)).toEqual({ kind: "give-up", reason: "RetriesDisabled" });
    expect(planRecovery(lost, fresh, off)).toEqual({ kind: "give-up", reason: "RetriesDisabled" });
  });

  test("while a reason is only visible its grace is waited for", () => {
    const graceEndsAt = NOW + 60_000;
    expect(planRecovery(transient, { ...fresh, graceEndsAt }, policy)).toEqual({ kind: "wait", until: graceEndsAt });
    expect(planRecovery(transient, { ...fresh, graceEndsAt, now: graceEndsAt }, policy).kind).toBe("retry");
  });

  test("a run comes to an end within its budgets, whatever fails how often", () => {
    const anyPolicy = fc.record(
      { maxRetries: fc.nat(8), maxValidationRetries: fc.nat(8), maxBuildRetries: fc.nat(8) },
      { requiredKeys: [] },
    );
    const reasons = fc.infiniteStream(fc.tuple(fc.constantFrom(...FAILURE_REASONS), fc.boolean()));
    fc.assert(
      fc.property(anyPolicy, reasons, (retryPolicy, failures) => {
        const numbers = numbersOf({ retryPolicy });
        const counts = { job: { validation: 0, build: 0 }, platform: { validation: 0, build: 0 } };
        for (const [reason, inBuild] of failures) {
          const failure = failureOf(reason, inBuild ? { stage: "build" } : {});
          const history = {
            ...fresh,
            validationRetries: counts.job.validation,
            buildRetries: counts.job.build,
            platformRetries: counts.platform.validation + counts.platform.build,
          };
          const plan = planRecovery(failure, history, { numbers, seed: "run" });
          if (plan.kind !== "retry") break;
          counts[plan.budget][plan.stage] += 1;
        }
        expect(counts.job.validation).toBeLessThanOrEqual(numbers.maxValidationRetries);
        expect(counts.job.build).toBeLessThanOrEqual(numbers.maxBuildRetries);
        expect(counts.platform.validation + counts.platform.build).toBeLessThanOrEqual(MAX_PLATFORM_RETRIES);
        const sum = counts.job.validation + counts.job.build;
        expect(sum).toBeLessThanOrEqual(numbers.maxRetries ?? sum);
      }),
    );
  });
});
