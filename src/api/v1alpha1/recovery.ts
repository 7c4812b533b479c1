// What the operator may try besides plain retries.
import { z } from "zod";
import { integer, listOf, object } from "../schema/index.js";

/** Ids of recovery actions that a job can switch off. */
export const RecoveryAction = z.enum([
  "retry",
  "fallback-to-prebuilt",
  "skip-init-container",
  "fallback-build-strategy",
  "increase-memory",
  "wait-for-resolution",
]);
export type RecoveryAction = z.infer<typeof RecoveryAction>;

/** What the operator may try besides plain retries. */
export const RecoveryConfig = object({
  enableSmartRecovery: z
    .boolean()
    .exactOptional()
    .describe("Choose a recovery action by the cause of the failure; false leaves plain retries.")
    .meta({ operatorDefault: "true" }),
  enableBuildFallback: z
    .boolean()
    .exactOptional()
    .describe("Build by another strategy, or run a pre-built image, when a build fails for a reason of the strategy.")
    .meta({ operatorDefault: "true" }),
  maxRecoveryAttempts: integer({ min: 0, max: 20 })
    .exactOptional()
    .describe("Recovery actions per run.")
    .meta({ operatorDefault: "3" }),
  disabledRecoveryActions: listOf(RecoveryAction, { max: 16, unique: true })
    .exactOptional()
    .describe("Actions that are never taken."),
});
export type RecoveryConfig = z.infer<typeof RecoveryConfig>;
