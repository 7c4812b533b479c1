import { fromRfc3339, toRfc3339Millis } from "../../../api/index.js";
import type { StepResult, ValidTurn } from "../turn.js";
import { resolveSource } from "./resolve-source.js";
import { startValidation } from "./start-validation.js";

/** `Retrying`: waits for the time of the next attempt, then starts it. */
export function waitOrStart(turn: ValidTurn): StepResult {
  const { status, now } = turn;
  const due = fromRfc3339(status.nextRetryTime) ?? now;
  if (now < due) return { status, requeueAfterMs: due - now };
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
