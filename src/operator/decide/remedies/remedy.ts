import type { Failure } from "../../../recovery/index.js";
import type { JobStatus } from "../job.js";
import type { ValidTurn } from "../turn.js";

/** A remedy that this job can take now. */
export interface OpenRemedy {
  /** Between what and what: `2Gi → 3Gi`. */
  readonly detail?: string;
  /** The status of a run that goes on so, of one whose failure is noted; `recovery` says what it does otherwise. */
  readonly apply: (noted: JobStatus) => JobStatus;
}

/**
 * One way to go on otherwise after a failure, or `undefined` where it can change nothing for this job. Pure, and so the same
 * for the question whether it is possible and for the deed.
 *
 * @param status of the failed run, before the failure is noted
 */
export type RemedyOf = (turn: ValidTurn, status: JobStatus, failure: Failure) => OpenRemedy | undefined;
