import type { Logger } from "pino";
import { effectiveSpec, type OperatorConfig, parseSpec } from "../api/index.js";
import { keyOf, keyText } from "../kube/object-key.js";
import type { NotebookValidationJobObject } from "../kube/resources.js";
import type { JobStatus } from "./decide/job.js";
import { transitionNotes } from "./decide/transition-notes.js";
import type { OperatorMetrics } from "./operator-metrics.js";
import { recordTransition } from "./transition-metrics.js";

export interface TransitionListeners {
  readonly metrics: OperatorMetrics;
  readonly logger: Logger;
  readonly config: OperatorConfig;
}

/** Counts how a job's status has changed, and logs one line where people are told of it, too. */
export function tellTransition(
  { metrics, logger, config }: TransitionListeners,
  job: NotebookValidationJobObject,
  before: JobStatus,
  after: JobStatus,
): void {
  const parsed = parseSpec(job.spec);
  const level = parsed.ok ? effectiveSpec(parsed.spec, config).level : "development";
  recordTransition(metrics, before, after, level);
  if (transitionNotes(before, after).length === 0) return;
  const { phase, reason, message, runId } = after;
  const attempt = after.attempts?.[0]?.number;
  logger.info({ job: keyText(keyOf(job)), phase, reason, runId, attempt }, message);
}
