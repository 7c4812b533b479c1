import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { RecoveryAction } from "../../src/api/index.js";
import {
  type AttemptHistory,
  FAILURE_REASONS,
  type Failure,
  failureOf,
  planRecovery,
  type RecoveryPlan,
  type RecoveryPolicy,
  retryStrategy,
} from "../../src/recovery/index.js";

const ACTIONS = RecoveryAction.options;
const ALL_POSSIBLE = new Set(ACTIONS);
const SMART = { smart: true, buildFallback: true, maxAttempts: 3, disabledActions: [] };
const FRESH: AttemptHistory = { validationRetries: 0, buildRetries: 0, platformRetries: 0, now: 0 };
const oomKilled = failureOf("OOMKilled");

function policy(more: Partial<RecoveryPolicy> = {}, retryPolicy: object = {}): RecoveryPolicy {
  const numbers = retryStrategy({ retryPolicy }, { jitter: false });
  return { numbers, seed: "run", recovery: SMART, possible: ALL_POSSIBLE, ...more };
}

/** A failure with these recoveries. */
function failing(...recoveries: Failure["recoveries"]): Failure {
  return { ...failureOf("Unknown"), recoveries };
}

function words(plan: RecoveryPlan): string {
  return plan.kind === "remedy" ? plan.action : plan.kind;
}

describe("of what a failure allows", () => {
  test("the first choice that is open is taken", () => {
    const failure = failing("fallback-build-strategy", "fallback-to-prebuilt", "retry");
    const planned = (...possible: RecoveryAction[]) =>
      words(planRecovery(failure, FRESH, policy({ possible: new Set(possible) })));
    expect(planned(...ACTIONS)).toBe("fallback-build-strategy");
    expect(planned("fallback-to-prebuilt")).toBe("fallback-to-prebuilt");
    expect(planned()).toBe("retry");
  });

  test("a remedy follows once retries are spent, and a wait once remedies are", () => {
    const failure = failing("retry", "fallback-to-prebuilt", "wait-for-resolution");
    const remedies = [{ action: "fallback-to-prebuilt", reason: "Unknown" }];
    expect(words(planRecovery(failure, { ...FRESH, validationRetries: 2 }, policy()))).toBe("retry");
    expect(words(planRecovery(failure, { ...FRESH, validationRetries: 3 }, policy()))).toBe("fallback-to-prebuilt");
    expect(words(planRecovery(failure, { ...FRESH, validationRetries: 3, remedies }, policy()))).toBe("hold");
  });

  test("nothing but plain retries is open without smart recovery", () => {
    const recovery = { ...SMART, smart: false };
    const failure = failing("increase-memory", "wait-for-resolution", "retry");
    expect(words(planRecovery(failure, FRESH, policy({ recovery })))).toBe("retry");
    expect(planRecovery(oomKilled, FRESH, policy({ recovery }))).toEqual({ kind: "give-up", reason: "PermanentError" });
  });

  test("nothing at all is open when retries are off", () => {
    for (const action of ACTIONS)
      expect(planRecovery(failing(action), FRESH, policy({}, { enabled: false }))).toEqual({
        kind: "give-up",
        reason: "RetriesDisabled",
      });
  });

  test.each(ACTIONS)("%s is not when it is disabled", (action) => {
    const recovery = { ...SMART, disabledActions: [action] };
    expect(words(planRecovery(failing(action), FRESH, policy({ recovery })))).toBe("give-up");
    expect(words(planRecovery(failing(action), FRESH, policy()))).not.toBe("give-up");
  });

  test("fallbacks are not where builds may not fall back, and the others are", () => {
    const recovery = { ...SMART, buildFallback: false };
    const planned = ACTIONS.map((action) => words(planRecovery(failing(action), FRESH, policy({ recovery }))));
    expect(planned).toEqual(["retry", "give-up", "skip-init-container", "give-up", "increase-memory", "hold"]);
  });

  test("a strategy that was given up has spent nothing of its successor's budget, but of the cap of all", () => {
    const lost = failureOf("BuildNotStarted");
    const history = { ...FRESH, buildRetries: 1, abandonedBuildRetries: 1 };
    const none = { possible: new Set<RecoveryAction>() };
    expect(planRecovery(lost, history, policy(none))).toMatchObject({
      kind: "retry",
      stage: "build",
      retry: 1,
      limit: 1,
    });
    expect(planRecovery(lost, history, policy(none, { maxRetries: 1, maxBuildRetries: 1 })).kind).toBe("give-up");
  });
});

describe("whatever fails how often", () => {
  test("no remedy is taken twice for one reason, nor more of them than the job allows", () => {
    const recovery = fc.record({
      smart: fc.boolean(),
      buildFallback: fc.boolean(),
      maxAttempts: fc.nat(20),
      disabledActions: fc.subarray([...ACTIONS]),
    });
    const failures = fc.array(fc.tuple(fc.constantFrom(...FAILURE_REASONS), fc.subarray([...ACTIONS])), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(recovery, failures, (allowed, story) => {
        const remedies: { action: string; reason: string }[] = [];
        for (const [reason, possible] of story) {
          const options = policy({ recovery: allowed, possible: new Set(possible) });
          const plan = planRecovery(failureOf(reason), { ...FRESH, remedies }, options);
          if (plan.kind === "hold" || plan.kind === "remedy") {
            const action = plan.kind === "hold" ? "wait-for-resolution" : plan.action;
            expect(allowed.smart).toBe(true);
            expect(possible).toContain(action);
            expect(allowed.disabledActions).not.toContain(action);
          }
          if (plan.kind === "remedy") remedies.push({ action: plan.action, reason });
        }
        expect(remedies.length).toBeLessThanOrEqual(allowed.maxAttempts);
        expect(new Set(remedies.map(({ action, reason }) => `${action} for ${reason}`)).size).toBe(remedies.length);
      }),
    );
  });

  test("a pull that fails is one reason, whichever of its two words the kubelet says", () => {
    const pull = failing("fallback-to-prebuilt");
    const remedies = [{ action: "fallback-to-prebuilt", reason: "ErrImagePull" }];
    const next = (reason: Failure["reason"]) =>
      words(planRecovery({ ...pull, reason }, { ...FRESH, remedies }, policy()));
    expect(next("ImagePullBackOff")).toBe("give-up");
    expect(next("CrashLoopBackOff")).toBe("fallback-to-prebuilt");
  });

  test("remedies that nobody remembers any more count all the same", () => {
    expect(words(planRecovery(oomKilled, { ...FRESH, remedyCount: 2 }, policy()))).toBe("increase-memory");
    expect(words(planRecovery(oomKilled, { ...FRESH, remedyCount: 3 }, policy()))).toBe("give-up");
  });
});
