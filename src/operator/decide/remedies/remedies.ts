import type { RecoveryAction } from "../../../api/index.js";
import type { Failure, Remedy } from "../../../recovery/index.js";
import type { JobStatus } from "../job.js";
import type { ValidTurn } from "../turn.js";
import { canHold } from "../waiting/hold.js";
import { fallbackBuildStrategy } from "./fallback-build-strategy.js";
import { fallbackToPrebuilt } from "./fallback-to-prebuilt.js";
import { increaseMemory } from "./increase-memory.js";
import type { RemedyOf } from "./remedy.js";
import { skipInitContainer } from "./skip-init-container.js";

/** All remedies, by their actions. */
export const REMEDIES: Record<Remedy, RemedyOf> = {
  "fallback-to-prebuilt": fallbackToPrebuilt,
  "fallback-build-strategy": fallbackBuildStrategy,
  "increase-memory": increaseMemory,
  "skip-init-container": skipInitContainer,
};

/** What this job could do about the failure, as far as it depends on the job and on what is seen. */
export function possibleRecoveries(turn: ValidTurn, status: JobStatus, failure: Failure): ReadonlySet<RecoveryAction> {
  return new Set(
    failure.recoveries.filter((action) => {
      if (action === "retry") return true;
      if (action === "wait-for-resolution") return canHold(turn, status, failure);
      return REMEDIES[action](turn, status, failure) !== undefined;
    }),
  );
}
