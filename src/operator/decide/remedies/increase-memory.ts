import { parseQuantity, type Resources } from "../../../api/index.js";
import type { JobStatus } from "../job.js";
import type { ValidTurn } from "../turn.js";
import type { RemedyOf } from "./remedy.js";

const MEBIBYTE = 2 ** 20;
const GIBIBYTE = 2 ** 30;

/** Raises the memory limit as `retryPolicy.memoryBump` says; without a limit there is nothing to raise. */
export const increaseMemory: RemedyOf = (turn, status) => {
  const before = memoryLimit(turn, timesRaised(status));
  const memoryLimitNext = memoryLimit(turn, timesRaised(status) + 1);
  if (before === undefined || memoryLimitNext === undefined || before === memoryLimitNext) return undefined;
  return {
    detail: `${before} → ${memoryLimitNext}`,
    apply: (noted) => ({ ...noted, recovery: { ...noted.recovery, memoryLimit: memoryLimitNext } }),
  };
};

/**
 * What the run's next attempt may use: the spec's resources, with the memory that remedies added. The request grows like
 * the limit. Reckoned anew from the spec each time: whoever may write the status can't have more than the spec allows.
 */
export function resourcesToRun(turn: Pick<ValidTurn, "spec" | "effective">, status: JobStatus): Resources {
  const { resources } = turn.effective;
  const limit = memoryLimit(turn, timesRaised(status));
  const old = resources.limits?.["memory"];
  if (limit === undefined || old === undefined || timesRaised(status) === 0) return resources;
  const request = resources.requests?.["memory"];
  const grown =
    request === undefined
      ? undefined
      : Math.min(
          wholeMebibytes((parseQuantity(request) * parseQuantity(limit)) / parseQuantity(old)),
          parseQuantity(limit),
        );
  return {
    ...resources,
    limits: { ...resources.limits, memory: limit },
    ...(grown !== undefined && { requests: { ...resources.requests, memory: quantityOf(grown) } }),
  };
}

function timesRaised({ recovery }: JobStatus): number {
  return (recovery?.actions ?? []).filter(({ action }) => action === "increase-memory").length;
}

/** The limit after so many OOM kills; `0` is none, as to the container runtime. Never below the spec's, and beyond `max` only where the spec's own is. */
function memoryLimit({ spec, effective }: Pick<ValidTurn, "spec" | "effective">, times: number): string | undefined {
  const limit = effective.resources.limits?.["memory"];
  if (limit === undefined || parseQuantity(limit) <= 0) return undefined;
  const { memoryBump } = spec.retryPolicy ?? {};
  if (memoryBump === undefined) return String(limit);
  const most = parseQuantity(memoryBump.max);
  let text = String(limit);
  for (let raised = 0; raised < times && parseQuantity(text) < most; raised += 1) {
    const next = wholeMebibytes(parseQuantity(text) * Number(memoryBump.factor));
    text = next >= most ? String(memoryBump.max) : quantityOf(next);
  }
  return text;
}

function wholeMebibytes(bytes: number): number {
  return Math.ceil(bytes / MEBIBYTE) * MEBIBYTE;
}

function quantityOf(bytes: number): string {
  if (bytes % GIBIBYTE === 0) return `${bytes / GIBIBYTE}Gi`;
  return bytes % MEBIBYTE === 0 ? `${bytes / MEBIBYTE}Mi` : String(bytes);
}
