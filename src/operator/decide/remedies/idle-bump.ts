import { type EffectiveSpec, type NotebookValidationJobSpec, parseQuantity } from "../../../api/index.js";

/**
 * Why `retryPolicy.memoryBump` can raise no memory of the job, and what to do, in words that follow its name; `undefined`
 * where it can, or is not set.
 */
export function idleBump({ retryPolicy }: NotebookValidationJobSpec, effective: EffectiveSpec): string | undefined {
  const { memoryBump } = retryPolicy ?? {};
  if (memoryBump === undefined) return undefined;
  const { retry, recovery, resources } = effective;
  if (!retry.enabled) return "has no effect with retryPolicy.enabled: false";
  if (!recovery.smart) return "has no effect with recoveryConfig.enableSmartRecovery: false";
  if (recovery.maxAttempts === 0) return "has no effect with recoveryConfig.maxRecoveryAttempts: 0";
  if (recovery.disabledActions.includes("increase-memory")) {
    return "has no effect while recoveryConfig.disabledRecoveryActions names increase-memory";
  }
  const limit = resources.limits?.["memory"];
  if (limit === undefined || parseQuantity(limit) <= 0) {
    return "has no effect without a memory limit: set spec.podConfig.resources.limits.memory";
  }
  return parseQuantity(memoryBump.max) > parseQuantity(limit)
    ? undefined
    : `has no effect: max (${memoryBump.max}) is not more than the memory limit (${limit}), so raise max`;
}
