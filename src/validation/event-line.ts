import { createHmac, timingSafeEqual } from "node:crypto";
import { EVENT_PROTOCOL, RunnerEvent } from "./event.js";

/** An event whose origin is proven. */
export interface SignedEvent {
  /** 1 for an attempt's first event, then one more each. */
  readonly seq: number;
  readonly event: RunnerEvent;
}

/**
 * Longest line that is looked at, in UTF-16 units. The runner stays far below (2 KiB of output, a traceback's tail);
 * anything longer is the notebook's.
 */
export const MAX_EVENT_LINE = 256 * 1024;

/** Everything before the payload. Sticky and anchored: a line that only contains an event is not one. */
const HEADER = /^\{"v":"nbv\.v1","seq":([1-9][0-9]{0,15}),"mac":"([0-9a-f]{64})","event":(?=\{)/;

/** Authenticates `payload` as event number `seq`: HMAC-SHA256 over `nbv.v1\n<seq>\n<payload>`. */
function macOf(key: Uint8Array, seq: number, payload: string): Buffer {
  return createHmac("sha256", key).update(`${EVENT_PROTOCOL}\n${seq}\n${payload}`, "utf8").digest();
}

/** The line, with its final newline, that carries `payload`, one compact JSON object, as event number `seq`. */
export function signPayload(key: Uint8Array, seq: number, payload: string): string {
  const mac = macOf(key, seq, payload).toString("hex");
  return `{"v":"${EVENT_PROTOCOL}","seq":${seq},"mac":"${mac}","event":${payload}}\n`;
}

/** The line, with its final newline, that carries `event` as number `seq`. The runner has its own twin of this. */
export function signEventLine(key: Uint8Array, seq: number, event: RunnerEvent): string {
  return signPayload(key, seq, JSON.stringify(event));
}

/**
 * The event that a log line carries, or `undefined` when the line is not ours: no event, signed under another key,
 * changed on its way, or of an unknown shape. Never throws, whatever the line. A final newline may be there or not.
 */
export function verifyEventLine(key: Uint8Array, line: string): SignedEvent | undefined {
  if (line.length > MAX_EVENT_LINE) return undefined;
  const text = line.replace(/\r?\n$/, "");
  const header = HEADER.exec(text);
  if (!header?.[1] || !header[2] || !text.endsWith("}}")) return undefined;
  const seq = Number(header[1]);
  if (!Number.isSafeInteger(seq)) return undefined;
  const payload = text.slice(header[0].length, -1);
  if (!timingSafeEqual(macOf(key, seq, payload), Buffer.from(header[2], "hex"))) return undefined;
  const event = parseEvent(payload);
  return event && { seq, event };
}

function parseEvent(payload: string): RunnerEvent | undefined {
  try {
    return RunnerEvent.safeParse(JSON.parse(payload)).data;
  } catch {
    return undefined;
  }
}
