import type { Effect } from "./decision.js";
import { isTerminal, type JobStatus } from "./job.js";
import type { Turn } from "./turn.js";

/**
 * The report of a run that is over, for the ConfigMap that its job names. Said on every look at the job, not only once:
 * an operator that was away, or a report that could not be written, makes up for it.
 */
export function finalReport({ reading }: Turn, status: JobStatus): Effect[] {
  if (!reading.ok || !isTerminal(status.phase) || status.specHash === undefined) return [];
  const { artifacts, notebook } = reading.spec;
  const { completionTime } = status;
  if (artifacts?.configMap === undefined || completionTime === undefined) return [];
  return [{ kind: "write-report", configMap: artifacts.configMap, notebook: notebook.path, completionTime }];
}
