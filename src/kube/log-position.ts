/**
 * How far the log of one container has been read. Give the same one to several readings of that log (see
 * `LogOptions.position`) and each goes on where the one before stopped, whatever ended it. Only `Cluster.logs` changes it.
 * It is no bigger for a long log than for a short one.
 */
export class LogPosition {
  #bytes = 0;

  /** How many bytes of the log have been handed over. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Called by implementations of `Cluster.logs` for what they hand over. */
  advance(bytes: number): void {
    this.#bytes += bytes;
  }

  /** What the implementation needs to find the place again: the recent lines by the moment that the node wrote them. */
  readonly lines = new ReadLines();
}

/** The part of a log, given from its beginning, that comes after `position`, which moves along. */
export async function* afterPosition(log: AsyncIterable<Uint8Array>, position: LogPosition): AsyncIterable<Uint8Array> {
  let known = position.bytes;
  for await (const chunk of log) {
    const rest = chunk.subarray(known);
    known = Math.max(0, known - chunk.length);
    if (rest.length === 0) continue;
    position.advance(rest.length);
    yield rest;
  }
}

/** Recent moments whose lines are remembered one by one. Runtimes that stamp whole buffers give many lines one moment. */
const RECENT_MOMENTS = 1024;

/** The lines of a log that were read, as far as they can come again. Moments are comparable as text. */
export class ReadLines {
  readonly #recent = new Map<string, number>();
  /** All lines of the moments up to this one, except recent ones, were read. */
  #floor = "";
  /** Moment of the line that was read last. */
  #last: string | undefined;
  /** The line that was read last, when its end has not come: how many bytes of it were read. */
  #openBytes: number | undefined;

  get last(): string | undefined {
    return this.#last;
  }

  get openBytes(): number | undefined {
    return this.#openBytes;
  }

  /** A line of that moment begins to be read. */
  begin(moment: string): void {
    this.#last = moment;
    this.#openBytes = 0;
    const count = this.#recent.get(moment);
    // Deleted first, so that the order of the map is that of the latest line of each moment.
    if (count !== undefined) this.#recent.delete(moment);
    this.#recent.set(moment, (count ?? 0) + 1);
    if (this.#recent.size <= RECENT_MOMENTS) return;
    const [oldest = ""] = this.#recent.keys();
    this.#recent.delete(oldest);
    if (oldest > this.#floor) this.#floor = oldest;
  }

  /** More of the present line was read. */
  extend(bytes: number): void {
    if (this.#openBytes !== undefined) this.#openBytes += bytes;
  }

  /** The present line was read to its end. */
  end(): void {
    this.#openBytes = undefined;
  }

  /** To be asked, in the log's order, about each line of a reading that begins before the present place. */
  recall(): Recall {
    const left = new Map(this.#recent);
    const floor = this.#floor;
    const last = this.#last;
    const isOpen = this.#openBytes !== undefined;
    return {
      get isOver() {
        return left.size === 0;
      },
      of: (moment) => {
        if (left.size === 0) return "new";
        const count = left.get(moment) ?? 0;
        if (count === 0) return moment <= floor ? "read" : "new";
        left.set(moment, count - 1);
        if (count > 1 || moment !== last) return "read";
        // The last line that was read: whatever comes after it is new, even if the node's clock was set back.
        left.clear();
        return isOpen ? "open" : "read";
      },
    };
  }
}

/** What is known of the lines of a log that is read again. */
export interface Recall {
  /** Whether the next line, which has that moment, was read, was read in part (the last one only), or is new. */
  of(moment: string): "read" | "open" | "new";
  /** Whether the present place is reached: whatever comes now is new. */
  readonly isOver: boolean;
}
