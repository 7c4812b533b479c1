import { REASON_ADOPTED } from "../../api/index.js";
import { isFailureReason } from "../../recovery/index.js";
import { conditionOf } from "./conditions.js";
import type { EventNote } from "./decision.js";
import { isTerminal, type JobStatus } from "./job.js";

type Phase = NonNullable<JobStatus["phase"]>;

/** Phases whose entry is told by an event, and how grave it is. What goes its ordinary way is told by its outcome. */
const TOLD: Partial<Record<Phase, EventNote["type"]>> = {
  /** Only a suspended job comes here. */
  Pending: "Normal",
  Retrying: "Warning",
  Succeeded: "Normal",
  Failed: "Warning",
};

/**
 * What tells one entry of a phase from another. A retry that fails again within one decision leaves the phase as it was,
 * but not the times and counts of its retry and its end.
 */
const ENTRY_MARKS = ["phase", "runCount", "retryCount", "lastRetryTime", "completionTime"] as const;

/**
 * The event of a transition that people care about: the outcome, a retry, a suspension, a job taken over from another
 * operator, a tag that did not move, and a trouble that the attempt may still get over. A job that just passes or fails
 * gets exactly one.
 */
export function transitionNotes(before: JobStatus, after: JobStatus): EventNote[] {
  const { phase = "Pending", reason = "Changed", message = "" } = after;
  const hasEntered = ENTRY_MARKS.some((mark) => before[mark] !== after[mark]);
  const type = hasEntered ? TOLD[phase] : undefined;
  if (type !== undefined) {
    return [{ type, reason: phase === "Succeeded" ? phase : reason, message }, ...notPublished(after)];
  }
  if (becomesTroubled(before, after)) return [{ type: "Warning", reason, message }];
  const adopted = conditionOf(after, "SpecValid");
  if (adopted?.reason !== REASON_ADOPTED || conditionOf(before, "SpecValid")?.reason === REASON_ADOPTED) return [];
  return isTerminal(phase) ? [] : [{ type: "Normal", reason: adopted.reason, message: adopted.message }];
}

/** A pass whose image did not get the tag that it was to have: whoever runs that tag has to know. */
function notPublished({ phase, buildStatus }: JobStatus): EventNote[] {
  if (phase !== "Succeeded" || buildStatus?.published !== false) return [];
  return [{ type: "Warning", reason: "NotPublished", message: buildStatus.publishMessage ?? "The tag did not move" }];
}

/** Whether an attempt that went well shows a reason for which it may fail. Pulls alternate between theirs: that is one. */
export function becomesTroubled(before: JobStatus, after: JobStatus): boolean {
  return (
    after.phase === "ValidationRunning" && isFailureReason(after.reason ?? "") && !isFailureReason(before.reason ?? "")
  );
}
