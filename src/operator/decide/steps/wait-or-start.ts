import { fromRfc3339, type Instant, toRfc3339Millis } from "../../../api/index.js";
import { longestDelay, retryStrategy } from "../../../recovery/index.js";
import { openAttempt } from "../attempts.js";
import type { JobStatus } from "../job.js";
import type { StepResult, ValidTurn } from "../turn.js";
import { holdOn } from "../waiting/hold-on.js";
import { isHolding } from "../waiting/holding.js";
import { followValidation } from "./follow-validation.js";
import { resolveSource } from "./resolve-source.js";
import { startValidation } from "./start-validation.js";

/** `Retrying`: waits for the time of the next attempt, or for what the run lacks, then starts it. */
export function waitOrStart(turn: ValidTurn): StepResult {
  const { status, now, metadata } = turn;
  // A pod that is kept says itself whether it still waits, and one of an attempt that somebody made wait, how it goes on.
  if (openAttempt(status, metadata.name)) return followValidation(turn);
  if (isHolding(status)) {
    return holdOn(turn) ?? start({ ...turn, status: withTryCounted(status) });
  } else {
    const due = fromRfc3339(status.nextRetryTime) ?? now;
    if (now < due) return waitUntil(turn, due);
  }
  return start(turn);
}

/** A try counts from its beginning: it may be cut off before it fails. */
function withTryCounted(status: JobStatus): JobStatus {
  const { waitingFor } = status;
  return waitingFor === undefined
    ? status
    : { ...status, waitingFor: { ...waitingFor, tries: (waitingFor.tries ?? 0) + 1 } };
}

function start(turn: ValidTurn): StepResult {
  const { status, now } = turn;
  if (status.runId !== undefined) {
    const started = startValidation(turn);
    if (started.status.phase === "Retrying") return started;
    return { ...started, status: { ...started.status, lastRetryTime: toRfc3339Millis(now) } };
  }
  return resolveSource({
    ...turn,
    // The old answer belongs to the old question: see `sourceTicket`.
    seen: { ...turn.seen, source: { kind: "unasked" } },
    status: {
      ...status,
      phase: "Initializing",
      reason: "ResolvingSource",
      message: `Looking up the commit that ${turn.spec.notebook.git.ref} names`,
      lastRetryTime: toRfc3339Millis(now),
      nextRetryTime: undefined,
    },
  });
}

/** No wait that the job's own numbers don't know: the clock was set back since, or somebody wrote into the status. */
function waitUntil({ status, now, spec }: ValidTurn, due: Instant): StepResult {
  const latest = now + longestDelay(retryStrategy(spec));
  if (due <= latest) return { status, requeueAfterMs: due - now };
  return { status: { ...status, nextRetryTime: toRfc3339Millis(latest) }, requeueAfterMs: latest - now };
}
