import type { LogPosition, Recall } from "../log-position.js";
import type { LogQuery } from "./resuming-log.js";

const NEWLINE = 0x0a;
const SPACE = 0x20;
/** `2006-01-02T15:04:05.000000000+07:00` */
const MAX_MOMENT_BYTES = 35;
/**
 * How long before the last line a log is read again, seconds: lines stand in a log as they were written to it, which is not
 * quite the order of their moments. A node whose clock is set back by more, just when a log breaks, loses lines.
 */
const OVERLAP_S = 2;

/** What happens to the bytes of the line that is being read. */
type Line =
  | { readonly kind: "moment" }
  | { readonly kind: "keep" }
  /** The node gives no moments: the first line had none. What looks like one later belongs to the text. */
  | { readonly kind: "untimed" }
  /** Known already, all of it or its first `bytes`. */
  | { readonly kind: "skip"; bytes: number };

/** One reading of a log with the moments of its lines: takes the moments out, and what earlier readings brought. */
export class TimedLines {
  readonly query: LogQuery;
  readonly #position: LogPosition;
  readonly #recall: Recall | undefined;
  #line: Line = { kind: "moment" };
  readonly #moments = new Moments();
  #prefix: number[] = [];
  #hasMoments = false;

  constructor(position: LogPosition) {
    this.#position = position;
    const { last } = position.lines;
    this.#recall = last === undefined ? undefined : position.lines.recall();
    const since = last === undefined ? undefined : new Date((secondsOf(last) - OVERLAP_S) * 1000);
    this.query = {
      timestamps: true,
      ...(since === undefined ? {} : { sinceTime: since.toISOString().replace(".000Z", "Z") }),
    };
  }

  /** What of this chunk is new. */
  push(chunk: Uint8Array): Uint8Array {
    const kept: Uint8Array[] = [];
    let at = 0;
    while (at < chunk.length)
      at = this.#line.kind === "moment" ? this.#readMoment(chunk, at, kept) : this.#readText(chunk, at, kept);
    const text = kept.length === 1 && kept[0] !== undefined ? kept[0] : Buffer.concat(kept);
    this.#position.advance(text.length);
    return text;
  }

  /** What is still held back when the log has ended. */
  end(): Uint8Array {
    const kept: Uint8Array[] = [];
    if (this.#prefix.length > 0) this.#withoutMoment(0, kept);
    const text = Buffer.concat(kept);
    this.#position.advance(text.length);
    return text;
  }

  #readMoment(chunk: Uint8Array, from: number, kept: Uint8Array[]): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (byte === SPACE) {
        const moment = this.#moments.of(String.fromCharCode(...this.#prefix));
        if (moment === undefined) return this.#withoutMoment(at, kept);
        this.#begin(moment, kept);
        return at + 1;
      }
      if (byte === NEWLINE || this.#prefix.length >= MAX_MOMENT_BYTES) return this.#withoutMoment(at, kept);
      this.#prefix.push(byte);
    }
    return chunk.length;
  }

  #begin(moment: string, kept: Uint8Array[]): void {
    const { lines } = this.#position;
    this.#prefix = [];
    this.#hasMoments = true;
    const known = this.#recall?.of(moment) ?? "new";
    if (known === "read") this.#line = { kind: "skip", bytes: Number.POSITIVE_INFINITY };
    else if (known === "open") this.#line = { kind: "skip", bytes: lines.openBytes ?? 0 };
    else {
      // The end of the line that was open is lost: the next one must not become part of it.
      if (lines.openBytes !== undefined) kept.push(Uint8Array.of(NEWLINE));
      lines.begin(moment);
      this.#line = { kind: "keep" };
    }
  }

  /** A line without a moment, of which {@link #prefix} was read. */
  #withoutMoment(at: number, kept: Uint8Array[]): number {
    if (this.#recall !== undefined && !(this.#hasMoments && this.#recall.isOver)) {
      // The rest of a line that began before the time that was asked for, the first one or after a clock was set back.
      this.#line = { kind: "skip", bytes: Number.POSITIVE_INFINITY };
    } else {
      kept.push(Uint8Array.from(this.#prefix));
      this.#line = { kind: this.#hasMoments ? "keep" : "untimed" };
    }
    this.#prefix = [];
    return at;
  }

  #readText(chunk: Uint8Array, from: number, kept: Uint8Array[]): number {
    const { lines } = this.#position;
    if (this.#line.kind === "untimed") {
      kept.push(chunk.subarray(from));
      return chunk.length;
    }
    const newline = chunk.indexOf(NEWLINE, from);
    const end = newline === -1 ? chunk.length : newline + 1;
    if (this.#line.kind === "skip") {
      const skipped = Math.min(this.#line.bytes, end - from);
      this.#line.bytes -= skipped;
      if (this.#line.bytes === 0) this.#line = { kind: "keep" };
      if (newline !== -1 && from + skipped === end) this.#line = { kind: "moment" };
      return from + skipped;
    }
    kept.push(chunk.subarray(from, end));
    lines.extend(end - from);
    if (newline !== -1) {
      lines.end();
      this.#line = { kind: "moment" };
    }
    return end;
  }
}

function secondsOf(moment: string): number {
  return Number(moment.slice(0, 12));
}

const MOMENT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** RFC 3339 with any offset, as `<seconds of the epoch>.<nanoseconds>`: comparable as text. */
class Moments {
  #second = "";
  #epoch: string | undefined;

  /** @returns `undefined` for what is no RFC 3339 time */
  of(text: string): string | undefined {
    const [, local, fraction = "", offset] = MOMENT.exec(text) ?? [];
    if (local === undefined || offset === undefined) return undefined;
    const second = local + offset;
    if (second !== this.#second) {
      const epoch = Date.parse(second) / 1000;
      this.#second = second;
      this.#epoch = epoch >= 0 ? String(epoch).padStart(12, "0") : undefined;
    }
    return this.#epoch === undefined ? undefined : `${this.#epoch}.${fraction.padEnd(9, "0")}`;
  }
}
