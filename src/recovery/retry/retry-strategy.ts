import type { BackoffPolicy, RetryPolicy, RetryStrategyName } from "../../api/index.js";

interface Strategy {
  /** Retries after the first attempt. */
  readonly retries: number;
  readonly baseSeconds: number;
  readonly maxSeconds: number;
  readonly factor: number;
}

/** The built-in strategies. */
export const STRATEGIES: Readonly<Record<RetryStrategyName, Strategy>> = {
  default: { retries: 3, baseSeconds: 2, maxSeconds: 60, factor: 2 },
  aggressive: { retries: 5, baseSeconds: 1, maxSeconds: 30, factor: 2 },
  conservative: { retries: 2, baseSeconds: 5, maxSeconds: 300, factor: 2 },
  high_priority: { retries: 5, baseSeconds: 0.5, maxSeconds: 15, factor: 2 },
};

const BUILD_RETRIES = 1;
/** Jobs from this priority on are retried more and sooner. */
const HIGH_PRIORITY = 80;
/** Jobs up to this priority are retried less and later. */
const LOW_PRIORITY = 20;

/** The part of a job's spec that decides how it is retried. */
export interface RetrySettings {
  /** 0–100. @default 50 */
  readonly priority?: number | undefined;
  readonly retryPolicy?: RetryPolicy | undefined;
}

/** All numbers of a job's retries. */
export interface RetryNumbers {
  readonly strategy: RetryStrategyName;
  /** False: nothing is retried, recovered or waited for by itself. */
  readonly enabled: boolean;
  readonly maxValidationRetries: number;
  readonly maxBuildRetries: number;
  /** Caps the sum of both. */
  readonly maxRetries?: number;
  readonly backoffPolicy: BackoffPolicy;
  readonly baseSeconds: number;
  readonly factor: number;
  readonly maxSeconds: number;
  /** Whether the first retry is immediate: unless the job sets a base itself. */
  readonly isFirstImmediate: boolean;
  readonly jitter: boolean;
}

/**
 * How a job is retried. A strategy that the job names is a decision; its priority chooses only when it names none. The
 * job's own numbers override the strategy's.
 *
 * @param defaults of the operator.
 */
export function retryStrategy(
  spec: RetrySettings,
  defaults: { readonly jitter: boolean } = { jitter: true },
): RetryNumbers {
  const policy: RetryPolicy = spec.retryPolicy ?? {};
  const name = policy.strategy ?? strategyOfPriority(spec.priority);
  const strategy = STRATEGIES[name];
  return {
    strategy: name,
    enabled: policy.enabled ?? true,
    maxValidationRetries: policy.maxValidationRetries ?? policy.maxRetries ?? strategy.retries,
    maxBuildRetries: policy.maxBuildRetries ?? BUILD_RETRIES,
    ...(policy.maxRetries !== undefined && { maxRetries: policy.maxRetries }),
    backoffPolicy: policy.backoffPolicy ?? "exponential",
    baseSeconds: policy.backoffBaseSeconds ?? strategy.baseSeconds,
    factor: policy.backoffFactor ?? strategy.factor,
    maxSeconds: policy.maxBackoffSeconds ?? strategy.maxSeconds,
    isFirstImmediate: policy.backoffBaseSeconds === undefined,
    jitter: policy.jitter ?? defaults.jitter,
  };
}

function strategyOfPriority(priority: number | undefined): RetryStrategyName {
  if (priority === undefined) return "default";
  if (priority >= HIGH_PRIORITY) return "high_priority";
  return priority <= LOW_PRIORITY ? "conservative" : "default";
}
