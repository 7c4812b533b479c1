import type { NotebookValidationJobSpec } from "../../../../src/api/index.js";

/** Name, retries, first delay and longest delay in seconds, as users were promised them. Each doubles. */
const STRATEGIES = {
  default: [3, 2, 60],
  aggressive: [5, 1, 30],
  conservative: [2, 5, 300],
  high_priority: [5, 0.5, 15],
} as const;
/** What the platform's own losses may cost. */
const PLATFORM = 10;

/** What a job's numbers allow, reckoned from the promise and not from the code. */
export interface Budgets {
  readonly validation: number;
  /** Of each build strategy. */
  readonly build: number;
  /** Of validations and builds together. */
  readonly sum: number;
  readonly platform: number;
  readonly remedies: number;
  readonly mayWait: boolean;
}

export function budgetsOf({ priority, retryPolicy = {}, recoveryConfig = {} }: NotebookValidationJobSpec): Budgets {
  const { maxRetries, enabled = true } = retryPolicy;
  const disabled = recoveryConfig.disabledRecoveryActions ?? [];
  const isSmart = enabled && recoveryConfig.enableSmartRecovery !== false;
  const isRetried = enabled && !disabled.includes("retry");
  const [retries] = STRATEGIES[retryPolicy.strategy ?? strategyAt(priority)];
  return {
    validation: isRetried ? (retryPolicy.maxValidationRetries ?? maxRetries ?? retries) : 0,
    build: isRetried ? (retryPolicy.maxBuildRetries ?? 1) : 0,
    sum: maxRetries ?? Number.POSITIVE_INFINITY,
    platform: isRetried ? PLATFORM : 0,
    remedies: isSmart ? (recoveryConfig.maxRecoveryAttempts ?? 3) : 0,
    mayWait: isSmart && !disabled.includes("wait-for-resolution"),
  };
}

/** Milliseconds before retry `n`, without jitter. */
export function delayOf({ priority, retryPolicy = {} }: NotebookValidationJobSpec, n: number): number {
  const [, first, longest] = STRATEGIES[retryPolicy.strategy ?? strategyAt(priority)];
  const { backoffBaseSeconds: own, backoffFactor: factor = 2, maxBackoffSeconds: max = longest } = retryPolicy;
  const base = own ?? first;
  const seconds = {
    fixed: base,
    linear: Math.min(base * n, max),
    exponential:
      own === undefined
        ? n === 1
          ? 0
          : Math.min(base * factor ** (n - 2), max)
        : Math.min(base * factor ** (n - 1), max),
  }[retryPolicy.backoffPolicy ?? "exponential"];
  return Math.round(seconds * 1000);
}

function strategyAt(priority = 50): keyof typeof STRATEGIES {
  return priority >= 80 ? "high_priority" : priority <= 20 ? "conservative" : "default";
}
