import type { Instant } from "../../api/instant.js";
import type { Failure } from "../failure.js";
import { delayBefore } from "./delay-before.js";
import type { RetryNumbers } from "./retry-strategy.js";

/** Retries that losses of the platform's own making may cost in one run. */
export const MAX_PLATFORM_RETRIES = 10;

/** What the run has tried so far. */
export interface AttemptHistory {
  /** Validation retries that the job paid for. */
  readonly validationRetries: number;
  /** Build retries that the job paid for. */
  readonly buildRetries: number;
  /** Retries that the platform paid for. */
  readonly platformRetries: number;
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
      /** It may still get better by itself. */
      readonly kind: "wait";
      readonly until: Instant;
    }
  | { readonly kind: "give-up"; readonly reason: GiveUpReason };

/** What is to be done about one failure, given what was tried already. */
export function planRecovery(failure: Failure, history: AttemptHistory, policy: RecoveryPolicy): RecoveryPlan {
  const { numbers, seed } = policy;
  if (history.graceEndsAt !== undefined && history.now < history.graceEndsAt) {
    return { kind: "wait", until: history.graceEndsAt };
  }
  if (failure.errorType === "permanent") return { kind: "give-up", reason: "PermanentError" };
  if (!numbers.enabled) return { kind: "give-up", reason: "RetriesDisabled" };
  const stage = failure.stage === "build" ? "build" : "validation";
  const limit = limitOf(failure, stage, policy);
  const used = usedOf(failure, stage, history);
  const spent = history.validationRetries + history.buildRetries;
  const isCapped = failure.budget === "job" && numbers.maxRetries !== undefined && spent >= numbers.maxRetries;
  if (used >= limit || isCapped) return { kind: "give-up", reason: "RetryLimitExceeded" };
  const retry = used + 1;
  const after = delayBefore(retry, numbers, `${seed}\n${failure.budget}\n${stage}`);
  return { kind: "retry", stage, budget: failure.budget, retry, limit, after };
}

function limitOf(failure: Failure, stage: "validation" | "build", policy: RecoveryPolicy): number {
  if (failure.budget === "platform") return policy.maxPlatformRetries ?? MAX_PLATFORM_RETRIES;
  return stage === "build" ? policy.numbers.maxBuildRetries : policy.numbers.maxValidationRetries;
}

function usedOf(failure: Failure, stage: "validation" | "build", history: AttemptHistory): number {
  if (failure.budget === "platform") return history.platformRetries;
  return stage === "build" ? history.buildRetries : history.validationRetries;
}
