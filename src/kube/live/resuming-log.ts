import { Backoff } from "../backoff.js";
import type { Clock } from "../clock.js";
import { isKubeError } from "../kube-error.js";
import { afterPosition, type LogPosition } from "../log-position.js";
import type { Random } from "../random.js";
import { TimedLines } from "./timed-lines.js";

/** Query parameters of one reading of a log. */
export interface LogQuery {
  readonly timestamps?: boolean;
  readonly sinceTime?: string | undefined;
  readonly limitBytes?: number | undefined;
}

export interface ResumingLogOptions {
  /** Opens the log once. */
  readonly read: (query: LogQuery) => AsyncIterable<Uint8Array>;
  readonly position: LogPosition;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal | undefined;
}

/** Breaks in a row without a new byte, after which the reader is told. */
const MAX_BREAKS = 5;

/**
 * A container's log from `position` on. It is read with the moments that the node gave its lines; after a break it is asked
 * for from shortly before the last moment on, and what was read is left out. Kubernetes takes no byte offset, and its
 * `sinceTime` is cut to whole seconds on the way to the kubelet, so lines are told apart here.
 *
 * A log that the kubelet rotated while nobody was reading has lost the older file for every reader: what is left of it follows.
 * @throws KubeError when the log cannot be opened, or breaks time and again without bringing anything new
 */
export async function* resumingLog(options: ResumingLogOptions): AsyncIterable<Uint8Array> {
  const { read, position, clock, random, signal } = options;
  const backoff = new Backoff({ firstMs: 250, maxMs: 4_000 }, random);
  for (let breaks = 0; ; ) {
    const before = position.bytes;
    try {
      // A node that gives no moments leaves counting from the beginning.
      if (before > 0 && position.lines.last === undefined) yield* afterPosition(read({}), position);
      else yield* timedLog(read, position);
      return;
    } catch (error) {
      if (!isKubeError(error, "ConnectionFailed") || signal?.aborted) throw error;
      if (position.bytes > before) {
        breaks = 0;
        backoff.reset();
      }
      // A log that never began is its reader's business.
      if (position.bytes === 0 || ++breaks > MAX_BREAKS) throw error;
      await clock.sleep(backoff.next(), signal).catch(() => undefined);
      if (signal?.aborted) return;
    }
  }
}

async function* timedLog(read: ResumingLogOptions["read"], position: LogPosition): AsyncIterable<Uint8Array> {
  const lines = new TimedLines(position);
  for await (const chunk of read(lines.query)) {
    const text = lines.push(chunk);
    if (text.length > 0) yield text;
  }
  const rest = lines.end();
  if (rest.length > 0) yield rest;
}
