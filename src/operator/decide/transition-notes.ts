import { fromRfc3339, REASON_ADOPTED } from "../../api/index.js";
import { isFailureReason } from "../../recovery/index.js";
import { conditionOf } from "./conditions.js";
import type { EventNote } from "./decision.js";
import { isTerminal, type JobStatus } from "./job.js";
import { beginsToWait, isHolding } from "./waiting/holding.js";
import { thingWords } from "./waiting/wait-words.js";
import { isSameKind, waitKindOf } from "./waiting/waiting-for.js";

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
const ENTRY_MARKS = ["phase", "runCount", "retryCount", "recoveryAttempts", "lastRetryTime", "completionTime"] as const;

/**
 * The event of a transition that people care about: the outcome, a retry, a suspension, a job taken over from another
 * operator, a tag that did not move, and a trouble that the attempt may still get over. A job that just passes or fails
 * gets exactly one.
 */
export function transitionNotes(before: JobStatus, after: JobStatus): EventNote[] {
  const { phase = "Pending", reason = "Changed", message = "" } = after;
  const hasEntered = ENTRY_MARKS.some((mark) => before[mark] !== after[mark]);
  // Another try that was in vain is no news.
  const type = hasEntered && (!isHolding(after) || beginsToWait(before, after)) ? TOLD[phase] : undefined;
  if (type !== undefined) {
    return [{ type, reason: phase === "Succeeded" ? phase : reason, message }, ...notPublished(after)];
  }
  if (becomesTroubled(before, after)) return [{ type: "Warning", reason, message }];
  if (isWaitOver(before, after)) return [waitOverNote(before)];
  const over = STANDSTILLS.flatMap((standstill) => endOf(standstill, before, after));
  if (over.length > 0) return over;
  const adopted = conditionOf(after, "SpecValid");
  if (adopted?.reason !== REASON_ADOPTED || conditionOf(before, "SpecValid")?.reason === REASON_ADOPTED) return [];
  return isTerminal(phase) ? [] : [{ type: "Normal", reason: adopted.reason, message: adopted.message }];
}

/** Conditions in which nothing happens to a job. That it goes on again is told. */
const STANDSTILLS = ["DeadLettered", "Suspended"] as const;

function endOf(type: (typeof STANDSTILLS)[number], before: JobStatus, after: JobStatus): EventNote[] {
  const now = conditionOf(after, type);
  if (now?.status !== "False" || conditionOf(before, type)?.status !== "True") return [];
  return [{ type: "Normal", reason: now.reason, message: now.message }];
}

/** Whether what a run waited for has come, and helped: a kept pod's node once it has one, all else once the notebook runs. */
function isWaitOver(before: JobStatus, after: JobStatus): boolean {
  // A run whose time begins anew, since somebody asked for that, leaves its wait behind.
  const beginsAnew = before.runCount !== after.runCount || before.startTime !== after.startTime;
  if (before.waitingFor === undefined || beginsAnew) return false;
  if (!isOfKeptPod(before)) return after.waitingFor === undefined;
  const [attempt] = after.attempts ?? [];
  const goesOn = attempt?.outcome === "Running" && attempt.podName === before.attempts?.[0]?.podName;
  return goesOn && isHolding(before) && !isHolding(after);
}

/** Whether it is waited with a pod that was there when the wait began. */
function isOfKeptPod({ waitingFor, attempts: [attempt] = [] }: JobStatus): boolean {
  const [began, since] = [fromRfc3339(attempt?.startTime), fromRfc3339(waitingFor?.since)];
  return waitingFor?.kind === "Node" && attempt?.outcome === "Running" && (began ?? 0) <= (since ?? 0);
}

function waitOverNote({ waitingFor }: JobStatus): EventNote {
  const what = waitingFor === undefined ? "" : ` for ${thingWords(waitingFor)} since ${waitingFor.since}`;
  return { type: "Normal", reason: "WaitOver", message: `The run goes on: it had waited${what}` };
}

/** A pass whose image did not get the tag that it was to have: whoever runs that tag has to know. */
function notPublished({ phase, buildStatus }: JobStatus): EventNote[] {
  if (phase !== "Succeeded" || buildStatus?.published !== false) return [];
  return [{ type: "Warning", reason: "NotPublished", message: buildStatus.publishMessage ?? "The tag did not move" }];
}

/** Whether an attempt that went well shows a reason for which it may fail. Pulls alternate between theirs: that is one. */
export function becomesTroubled(before: JobStatus, after: JobStatus): boolean {
  return (
    after.phase === "ValidationRunning" &&
    !isWaitedFor(after) &&
    isFailureReason(after.reason ?? "") &&
    !isFailureReason(before.reason ?? "")
  );
}

/** Whether the reason is the trouble that the run has waited for, of which people know. */
function isWaitedFor({ reason, waitingFor }: JobStatus): boolean {
  return waitingFor !== undefined && (waitingFor.reason === reason || isSameKind(waitingFor.kind, waitKindOf(reason)));
}
