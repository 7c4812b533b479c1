import type { NotebookValidationJobSpec, NotebookValidationJobStatus } from "../../api/index.js";
import type { ObjectMeta } from "../../kube/object.js";

export type JobStatus = NotebookValidationJobStatus;

/** A NotebookValidationJob as the API server has it: its spec may be anything that an older CRD let in. */
export interface StoredJob {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** A job whose spec was judged: what most steps work on. */
export interface Job {
  readonly metadata: ObjectMeta;
  readonly spec: NotebookValidationJobSpec;
  readonly status: JobStatus;
}

type Phase = NonNullable<JobStatus["phase"]>;
type TerminalPhase = "Succeeded" | "Failed";

/** `true` when `phase` is one that a job stays in. */
export function isTerminal(phase: JobStatus["phase"]): phase is TerminalPhase {
  return phase === "Succeeded" || phase === "Failed";
}

/** `true` when the job does something in `phase`, or is about to: it neither waits for a next attempt nor has ended. */
export function isUnderWay(phase: JobStatus["phase"]): phase is Exclude<Phase, TerminalPhase | "Retrying"> {
  return phase !== undefined && phase !== "Retrying" && !isTerminal(phase);
}
