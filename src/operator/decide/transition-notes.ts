import type { EventNote } from "./decision.js";
import type { JobStatus } from "./job.js";

type Phase = NonNullable<JobStatus["phase"]>;

/** What entering a phase is called in events, and how grave it is. */
const ENTERED: Partial<Record<Phase, { readonly type: EventNote["type"]; readonly reason?: string }>> = {
  Pending: { type: "Normal" },
  Initializing: { type: "Normal", reason: "RunStarted" },
  Retrying: { type: "Warning" },
  Succeeded: { type: "Normal", reason: "Succeeded" },
  Failed: { type: "Warning" },
};

/** The event of a transition: one when the phase changes or an attempt starts, none for mere progress. */
export function transitionNotes(before: JobStatus, after: JobStatus): EventNote[] {
  if (startedAttempt(before, after)) {
    const { number, podName } = after.attempts?.[0] ?? { number: 1, podName: undefined };
    return [{ type: "Normal", reason: "AttemptStarted", message: `Attempt ${number} runs in pod ${podName ?? "?"}` }];
  }
  if (before.phase === after.phase && before.runCount === after.runCount) return [];
  const entered = ENTERED[after.phase ?? "Pending"];
  if (entered === undefined) return [];
  return [{ type: entered.type, reason: entered.reason ?? after.reason ?? "Changed", message: after.message ?? "" }];
}

function startedAttempt(before: JobStatus, after: JobStatus): boolean {
  const [was, is] = [before.attempts?.[0], after.attempts?.[0]];
  return is?.outcome === "Running" && is.podName !== undefined && is.podName !== was?.podName;
}
