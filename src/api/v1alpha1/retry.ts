// How often and how soon a failed run is tried again.
import { z } from "zod";
import { decimal, integer, object, quantity } from "../schema/index.js";
import { rule } from "../schema/rule.js";

/** Named sets of retry numbers. */
export const RetryStrategyName = z.enum(["default", "aggressive", "conservative", "high_priority"]);
export type RetryStrategyName = z.infer<typeof RetryStrategyName>;

export const BackoffPolicy = z.enum(["exponential", "linear", "fixed"]);
export type BackoffPolicy = z.infer<typeof BackoffPolicy>;

const retries = integer({ min: 0, max: 100 });

/** More memory for a run that was killed for want of it. */
export const MemoryBump = object({
  factor: decimal({ min: 1.1, max: 10 }).describe(
    "The memory limit is multiplied by this after an OOM kill, once in a run.",
  ),
  max: quantity().describe("The limit never exceeds this."),
});
export type MemoryBump = z.infer<typeof MemoryBump>;

/** How often and how soon a failed run is tried again. Numbers that are unset come from the strategy. */
export const RetryPolicy = object({
  enabled: z
    .boolean()
    .exactOptional()
    .describe("false stops automatic retries, recovery and waiting; not the new run after a spec change.")
    .meta({ operatorDefault: "true" }),
  strategy: RetryStrategyName.exactOptional()
    .describe("Named set of numbers. A name beats spec.priority.")
    .meta({ operatorDefault: "high_priority for priority ≥ 80, conservative for priority ≤ 20, else default" }),
  maxRetries: retries
    .exactOptional()
    .describe("Cap of all retries of a run, builds and validations together.")
    .meta({ operatorDefault: "none: only maxBuildRetries and maxValidationRetries hold" }),
  maxBuildRetries: retries.exactOptional().describe("Retries of the build.").meta({ operatorDefault: "1" }),
  maxValidationRetries: retries.exactOptional().describe("Retries of the validation.").meta({
    operatorDefault:
      "maxRetries, else the strategy's: 3 (default), 5 (aggressive), 2 (conservative), 5 (high_priority)",
  }),
  backoffPolicy: BackoffPolicy.exactOptional()
    .describe(
      "The delay before retry n. exponential: none before the first, then base·factor^(n−2); with the job's own backoffBaseSeconds base·factor^(n−1). linear: base·n. Both end at maxBackoffSeconds. fixed: base.",
    )
    .meta({ operatorDefault: "exponential" }),
  backoffBaseSeconds: decimal({ min: 0, max: 86400 })
    .exactOptional()
    .describe(
      "First delay in seconds, at most maxBackoffSeconds. Unset, the first exponential retry is immediate and the second waits the strategy's base.",
    )
    .meta({ operatorDefault: "the strategy's: 2 (default), 1 (aggressive), 5 (conservative), 0.5 (high_priority)" }),
  backoffFactor: decimal({ min: 1, max: 10 })
    .exactOptional()
    .describe("Growth of the delay.")
    .meta({ operatorDefault: "2" }),
  maxBackoffSeconds: decimal({ min: 0, max: 604800 })
    .exactOptional()
    .describe("Longest delay in seconds, also beside a backoffBaseSeconds of the job's own.")
    .meta({ operatorDefault: "the strategy's: 60 (default), 30 (aggressive), 300 (conservative), 15 (high_priority)" }),
  jitter: z
    .boolean()
    .exactOptional()
    .describe("Draw each delay between zero and the computed one, so that jobs don't retry in step.")
    .meta({ operatorDefault: "the operator's retry.jitter (true)" }),
  retryOnSpecChange: z
    .boolean()
    .exactOptional()
    .describe("A finished job starts a new run when what it executes changes.")
    .meta({ operatorDefault: "true" }),
  retryWhenResolved: z
    .boolean()
    .exactOptional()
    .describe(
      "A job that waited in vain for a Secret, a ConfigMap, a claim or a Git server starts a new run when that is there.",
    )
    .meta({ operatorDefault: "true" }),
  autoCleanupAfterHours: decimal({ min: 0, max: 87600 })
    .exactOptional()
    .describe("Hours after which a failed job and what belongs to it are deleted.")
    .meta({ operatorDefault: "never" }),
  memoryBump: MemoryBump.exactOptional()
    .describe("More memory after an OOM kill.")
    .meta({ operatorDefault: "none: an OOM kill is not retried" }),
}).with(
  rule({
    cel: "!has(self.backoffBaseSeconds) || !has(self.maxBackoffSeconds) || self.backoffBaseSeconds <= self.maxBackoffSeconds",
    holds: ({ backoffBaseSeconds: base, maxBackoffSeconds: max }) =>
      base === undefined || max === undefined || base <= max,
    field: "backoffBaseSeconds",
    message: "must not be more than maxBackoffSeconds",
    explain: ({ maxBackoffSeconds }) => `must not be more than maxBackoffSeconds (${maxBackoffSeconds})`,
  }),
);
export type RetryPolicy = z.infer<typeof RetryPolicy>;
