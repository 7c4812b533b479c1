import type { RecoveryAction } from "../../../api/index.js";
import type { Failure } from "../../../recovery/index.js";
import { allowsStandIn, buildsImage } from "../builds/gate.js";
import type { JobStatus } from "../job.js";
import type { ValidTurn } from "../turn.js";
import { idleBump } from "./idle-bump.js";

const FALLBACKS: ReadonlySet<RecoveryAction> = new Set(["fallback-to-prebuilt", "fallback-build-strategy"]);

/** Why a recovery that the failure asks for is not for this job, one sentence each, where people may wonder. */
export function refusedRemedies(turn: ValidTurn, status: JobStatus, { recoveries }: Failure): string[] {
  const said = [
    recoveries.some((action) => FALLBACKS.has(action)) ? refusedFallback(turn, recoveries) : undefined,
    recoveries.includes("increase-memory") ? refusedBump(turn, status) : undefined,
  ];
  return said.filter((sentence) => sentence !== undefined);
}

function refusedFallback(turn: ValidTurn, recoveries: readonly RecoveryAction[]): string | undefined {
  if (!buildsImage(turn)) return undefined;
  const { smart, buildFallback } = turn.effective.recovery;
  if (smart && !buildFallback) return "Nothing stands in for its own build: recoveryConfig.enableBuildFallback is off";
  if (!recoveries.includes("fallback-to-prebuilt") || allowsStandIn(turn)) return undefined;
  return `At level ${turn.effective.level} no pre-built image stands in for the job's own environment`;
}

function refusedBump(
  { spec, effective }: ValidTurn,
  { recovery, recoveryAttempts = 0 }: JobStatus,
): string | undefined {
  if (spec.retryPolicy?.memoryBump === undefined) return undefined;
  const idle = idleBump(spec, effective);
  if (idle !== undefined) return `retryPolicy.memoryBump ${idle}`;
  if (recovery?.actions?.some(({ action }) => action === "increase-memory")) {
    return "retryPolicy.memoryBump raises the memory limit only once in a run, so begin with a higher one";
  }
  const { maxAttempts } = effective.recovery;
  return recoveryAttempts >= maxAttempts
    ? `retryPolicy.memoryBump came too late: recoveryConfig.maxRecoveryAttempts (${maxAttempts}) is used up, so raise it`
    : undefined;
}
