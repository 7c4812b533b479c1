import { retryStrategy } from "../../recovery/index.js";
import { fitStatus } from "../../validation/index.js";
import { type ConditionNote, withConditions } from "./conditions.js";
import type { JobStatus } from "./job.js";
import { isHeld } from "./suspension.js";
import type { Turn } from "./turn.js";
import { isHolding } from "./waiting/holding.js";

/**
 * The status with what follows from the rest of it: the generation it is about, and the conditions by which others read
 * it. `Ready`, `Reconciling` and `Stalled` are kstatus' words (https://github.com/kubernetes-sigs/cli-utils, pkg/kstatus):
 * a job under way is `Reconciling`, a failed one `Stalled`, so that `helm --wait`, Flux and Argo CD wait for the former
 * and report the latter.
 */
export function summarized(turn: Turn, status: JobStatus): JobStatus {
  const { reading, metadata, seen } = turn;
  const observedGeneration = metadata.generation ?? 0;
  const strategy = reading.ok ? { retryStrategy: retryStrategy(reading.spec).strategy } : {};
  const summary = withConditions(turn, { ...status, observedGeneration, ...strategy }, ...summaryOf(status));
  return fitStatus(summary, seen.settings.config.statusBudgetBytes);
}

function summaryOf(status: JobStatus): ConditionNote[] {
  const reason = status.reason ?? status.phase ?? "Pending";
  const message = status.message ?? "";
  const note = (type: ConditionNote["type"], value: ConditionNote["status"]): ConditionNote => ({
    type,
    status: value,
    reason,
    message,
  });
  switch (status.phase) {
    case "Succeeded":
      return [note("Ready", "True"), note("Reconciling", "False"), note("Stalled", "False"), note("Succeeded", "True")];
    case "Failed":
      return [
        note("Ready", "False"),
        note("Reconciling", "False"),
        note("Stalled", "True"),
        note("Succeeded", "False"),
      ];
    default:
      return [
        note("Ready", "False"),
        note("Reconciling", isHeld(status) ? "False" : "True"),
        note("Stalled", isHolding(status) ? "True" : "False"),
        note("Succeeded", "Unknown"),
      ];
  }
}
