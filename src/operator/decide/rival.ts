import { sentence } from "../../recovery/index.js";
import { type ConditionNote, withConditions } from "./conditions.js";
import type { Decision } from "./decision.js";
import { isTerminal } from "./job.js";
import type { Turn } from "./turn.js";

/**
 * Waits for another operator to stop: nothing is started, ended or judged, and of the status only one condition is
 * touched, since the rest of it may be that operator's. Everything goes on where it was when the rival is gone. A job on
 * which nobody has worked yet has no rest: there `message`, which that operator writes, too, says the same to tables.
 */
export function waitForRival(turn: Turn, rival: string): Decision {
  const { status } = turn;
  if (isTerminal(status.phase)) return { status, write: "soon", effects: [] };
  const note: ConditionNote = {
    type: "Stalled",
    status: "True",
    reason: "AnotherOperator",
    message: `Another operator works on the jobs of this cluster, ${rival}; this one waits until it has stopped`,
  };
  const waiting = withConditions(turn, status, note);
  if (status.phase !== undefined) return { status: waiting, write: "now", effects: [] };
  return { status: { ...waiting, message: sentence(note.message) }, write: "now", effects: [] };
}
