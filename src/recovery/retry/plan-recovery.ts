import type { RecoveryAction } from "../../api/index.js";
import type { Instant } from "../../api/instant.js";
import type { Failure } from "../failure.js";
import { delayBefore } from "./delay-before.js";
import type { RetryNumbers } from "./retry-strategy.js";
import { isSameTrouble } from "./same-trouble.js";

/** Retries that losses of the platform's own making may cost in one run. */
export const MAX_PLATFORM_RETRIES = 10;

/** Actions that change how the run goes on: at most once for one reason in a run. */
export type Remedy = Exclude<RecoveryAction, "retry" | "wait-for-resolution">;

/** What the run has tried so far. */
export interface AttemptHistory {
  /** Validation retries that the job paid for. */
  readonly validationRetries: number;
  /** Build retries that the job paid for. */
  readonly buildRetries: number;
  /** Of {@link buildRetries}, those that went into build strategies which the run has given up. @default 0 */
  readonly abandonedBuildRetries?: number | undefined;
  /** Retries that the platform paid for. */
  readonly platformRetries: number;
  /** Remedies that the run has taken, and the failures that they answered. @default [] */
  readonly remedies?: readonly { readonly action: string; readonly reason: string }[] | undefined;
  /** All remedies of the run, also those that nobody remembers any more. @default the number of {@link remedies} */
  readonly remedyCount?: number | undefined;
  readonly now: Instant;
  /** End of the grace period of a reason that is visible but has not ended the attempt. */
  readonly graceEndsAt?: Instant | undefined;
}

/** How the job wants to be retried. */
export interface RecoveryPolicy {
  readonly numbers: RetryNumbers;
  /** Names the run; makes jitter the same whenever it is asked for. */
  readonly seed: string;
  /** @default MAX_PLATFORM_RETRIES */
  readonly maxPlatformRetries?: number | undefined;
  /** What of `recoveryConfig` is in effect. @default plain retries alone */
  readonly recovery?:
    | {
        readonly smart: boolean;
        readonly buildFallback: boolean;
        readonly maxAttempts: number;
        readonly disabledActions: readonly string[];
      }
    | undefined;
  /**
   * What this job could do, as far as it depends on more than the failure: a pre-built image to fall back to, another build
   * strategy, memory below the limit of `memoryBump`, an image that holds the sources, a cause that can be waited for.
   * @default nothing
   */
  readonly possible?: ReadonlySet<RecoveryAction> | undefined;
}

/** Why nothing more is tried. */
export type GiveUpReason = "PermanentError" | "RetryLimitExceeded" | "RetriesDisabled";

/** What is to be done about a failure. */
export type RecoveryPlan =
  | {
      /** Try the same again. */
      readonly kind: "retry";
      readonly stage: "validation" | "build";
      /** Which counter grows by one. */
      readonly budget: Failure["budget"];
      /** The counter's next value: 1 for the first retry. */
      readonly retry: number;
      /** The counter's limit. */
      readonly limit: number;
      /** From now, in milliseconds. */
      readonly after: number;
    }
  | {
      /** Go on otherwise, at once. */
      readonly kind: "remedy";
      readonly action: Remedy;
    }
  | {
      /** Wait until somebody else has brought what is missing. */
      readonly kind: "hold";
    }
  | {
      /** It may still get better by itself. */
      readonly kind: "wait";
      readonly until: Instant;
    }
  | { readonly kind: "give-up"; readonly reason: GiveUpReason };

/** What is to be done about one failure, given what was tried already: the first of its recoveries that is open. */
export function planRecovery(failure: Failure, history: AttemptHistory, policy: RecoveryPolicy): RecoveryPlan {
  if (history.graceEndsAt !== undefined && history.now < history.graceEndsAt) {
    return { kind: "wait", until: history.graceEndsAt };
  }
  const isPermanent = failure.errorType === "permanent";
  if (!policy.numbers.enabled) return { kind: "give-up", reason: isPermanent ? "PermanentError" : "RetriesDisabled" };
  for (const action of failure.recoveries) {
    const plan = planOf(action, failure, history, policy);
    if (plan !== undefined) return plan;
  }
  return { kind: "give-up", reason: isPermanent ? "PermanentError" : "RetryLimitExceeded" };
}

function planOf(
  action: RecoveryAction,
  failure: Failure,
  history: AttemptHistory,
  policy: RecoveryPolicy,
): RecoveryPlan | undefined {
  switch (action) {
    case "retry":
      return retryOf(failure, history, policy);
    case "wait-for-resolution":
      return isOpen(action, policy) ? { kind: "hold" } : undefined;
    case "fallback-to-prebuilt":
    case "skip-init-container":
    case "fallback-build-strategy":
    case "increase-memory":
      return isOpen(action, policy) && isUntried(action, failure, history, policy)
        ? { kind: "remedy", action }
        : undefined;
    default:
      return unreachable(action);
  }
}

function retryOf(failure: Failure, history: AttemptHistory, policy: RecoveryPolicy): RecoveryPlan | undefined {
  const { numbers, seed, recovery } = policy;
  if (recovery?.disabledActions.includes("retry") === true) return undefined;
  const stage = failure.stage === "build" ? "build" : "validation";
  const limit = limitOf(failure, stage, policy);
  const used = usedOf(failure, stage, history);
  const spent = history.validationRetries + history.buildRetries;
  const isCapped = failure.budget === "job" && numbers.maxRetries !== undefined && spent >= numbers.maxRetries;
  if (used >= limit || isCapped) return undefined;
  const retry = used + 1;
  const after = delayBefore(retry, numbers, `${seed}\n${failure.budget}\n${stage}`);
  return { kind: "retry", stage, budget: failure.budget, retry, limit, after };
}

/** Whether the job allows the action and could take it. */
function isOpen(action: RecoveryAction, { recovery, possible }: RecoveryPolicy): boolean {
  if (recovery === undefined || !recovery.smart || recovery.disabledActions.includes(action)) return false;
  const isFallback = action === "fallback-to-prebuilt" || action === "fallback-build-strategy";
  return (recovery.buildFallback || !isFallback) && (possible?.has(action) ?? false);
}

/** No action twice for one reason in a run, and none beyond their number: a recovery never loops. */
function isUntried(
  action: Remedy,
  { reason }: Failure,
  { remedies = [], remedyCount = remedies.length }: AttemptHistory,
  { recovery }: RecoveryPolicy,
): boolean {
  return (
    remedyCount < (recovery?.maxAttempts ?? 0) &&
    !remedies.some((taken) => taken.action === action && isSameTrouble(taken.reason, reason))
  );
}

function limitOf(failure: Failure, stage: "validation" | "build", policy: RecoveryPolicy): number {
  if (failure.budget === "platform") return policy.maxPlatformRetries ?? MAX_PLATFORM_RETRIES;
  return stage === "build" ? policy.numbers.maxBuildRetries : policy.numbers.maxValidationRetries;
}

function usedOf(failure: Failure, stage: "validation" | "build", history: AttemptHistory): number {
  if (failure.budget === "platform") return history.platformRetries;
  if (stage === "validation") return history.validationRetries;
  return Math.max(0, history.buildRetries - (history.abandonedBuildRetries ?? 0));
}

function unreachable(action: never): never {
  throw new Error(`unexpected action ${String(action)}`);
}
