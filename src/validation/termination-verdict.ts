import type { VerdictEvent } from "./event.js";
import { verifyEventLine } from "./event-line.js";

/** Kubernetes keeps at most this much of a termination message, in bytes. */
const MAX_TERMINATION_MESSAGE = 4096;

/**
 * The verdict that a container's termination message carries, or `undefined` when there is none that verifies: the
 * message is empty, cut, the notebook's own, or the tail of a log.
 */
export function verdictFromTermination(key: Uint8Array, message: string | undefined): VerdictEvent | undefined {
  if (message === undefined || Buffer.byteLength(message) > MAX_TERMINATION_MESSAGE) return undefined;
  const signed = verifyEventLine(key, message);
  return signed?.event.type === "verdict" ? signed.event : undefined;
}
