import {
  type EffectiveSpec,
  formatDuration,
  fromRfc3339,
  type NotebookValidationJob,
  parseOperatorConfig,
} from "../api/index.js";
import { awaitedBranch } from "../operator/decide/follow.js";
import type { Observation } from "../operator/decide/observation.js";
import { readTurn } from "../operator/decide/read-turn.js";
import { spentTotalTime } from "../operator/decide/total-time.js";
import { isLookedFor } from "../operator/decide/waiting/resolution-question.js";

/** What starts the next run of a job that has ended, beside a request for it. */
export interface NextRun {
  /** Whether a changed spec does. */
  readonly onSpecChange: boolean;
  /** Whether the spec is another one than that of the last run, and does not. */
  readonly hasOtherSpec: boolean;
  /** Whether what the job waited for in vain does, once it is there. */
  readonly onResolution: boolean;
  /** The branch that does once it is there. */
  readonly onBranch?: string;
  /** The job's totalTimeout, where the last run ended no sooner: more of it would let a run wait longer. */
  readonly spentTotalTime?: string;
}

/** Of the cluster nothing is seen here. */
const UNSEEN: Observation = {
  pods: [],
  source: { kind: "unasked" },
  hasRoom: true,
  settings: { config: parseOperatorConfig(), build: "refuse" },
};

/** The total time that the last run used up, milliseconds; by the job's own times: the turn below is at no real time. */
function spentBy({ status = {} }: NotebookValidationJob, effective: EffectiveSpec): number | undefined {
  const endedAt = fromRfc3339(status.completionTime);
  return endedAt === undefined ? undefined : spentTotalTime({ effective, status }, endedAt);
}

/** What starts the next run of the job, as far as its spec and its status tell. */
export function nextRun(job: NotebookValidationJob): NextRun {
  const turn = readTurn(job, UNSEEN, 0);
  const { reading, status, specHash } = turn;
  const onSpecChange = !reading.ok || reading.effective.retry.onSpecChange;
  const branch = awaitedBranch(turn);
  const spentMs = reading.ok ? spentBy(job, reading.effective) : undefined;
  return {
    onSpecChange,
    hasOtherSpec: !onSpecChange && status.specHash !== undefined && status.specHash !== specHash,
    onResolution: isLookedFor(turn),
    ...(branch !== undefined && { onBranch: branch }),
    ...(spentMs !== undefined && { spentTotalTime: formatDuration(spentMs) }),
  };
}
