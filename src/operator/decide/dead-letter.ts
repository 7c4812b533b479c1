import { LABEL_DEAD_LETTER } from "../../api/index.js";
import { conditionOf } from "./conditions.js";
import type { Effect } from "./decision.js";
import type { JobStatus } from "./job.js";
import type { Turn } from "./turn.js";

/** Looks whether a label that was refused is taken by now: a job that is over may see nothing else happen. Milliseconds. */
export const LABEL_POLL_MS = 2 * 60 * 60_000;

/** Whether the job was given up: nothing more is tried until somebody does something about it. */
export function isDeadLettered(status: JobStatus): boolean {
  return conditionOf(status, "DeadLettered")?.status === "True";
}

/**
 * Keeps the label by which dead letters are selected in step with their condition. Said on every look at the job until it
 * is so: an operator that was away, or a label that was refused, makes up for it. A job that has never been judged is not
 * touched.
 */
export function deadLetterLabel({ metadata }: Turn, status: JobStatus): Effect[] {
  if (conditionOf(status, "DeadLettered") === undefined) return [];
  const wanted = isDeadLettered(status) ? "true" : undefined;
  if (metadata.labels?.[LABEL_DEAD_LETTER] === wanted) return [];
  return [{ kind: "label-job", labels: { [LABEL_DEAD_LETTER]: wanted ?? null } }];
}
