import { createWriteStream, type WriteStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Instant } from "../api/instant.js";

/** How a log is read. */
export interface LogReadOptions {
  readonly follow?: boolean;
  readonly since?: Instant;
  readonly limitBytes?: number;
  readonly signal?: AbortSignal;
}

const BLOCK = 64 * 1024;
/** A line without end is written in pieces of so many bytes. */
const MAX_LINE = 1024 * 1024;

/**
 * The log of one container: whole lines of its two streams, in the order in which they ended, in a file that is read while
 * it grows. Lines of one stream never stand inside a line of the other.
 */
export class ContainerLog {
  private readonly stream: WriteStream;
  private readonly partial = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  /** Bytes that are in the file. */
  private written = 0;
  private isEnded = false;
  private readonly waiting = new Set<() => void>();
  /** Where the lines of each moment begin. */
  private readonly moments: { readonly at: Instant; readonly offset: number }[] = [];
  private accepted = 0;

  /**
   * @param file is created
   * @param now the clock
   */
  constructor(
    private readonly file: string,
    private readonly now: () => Instant,
  ) {
    this.stream = createWriteStream(file, { flags: "wx", mode: 0o600 });
    // A full disk shows as a log that ends early; the verdict travels in the termination message, too.
    this.stream.on("error", () => undefined);
  }

  /** Takes what one of the container's streams wrote. */
  write(from: "stdout" | "stderr", chunk: Buffer): void {
    const parts = this.partial[from];
    const end = chunk.lastIndexOf(10);
    if (end < 0) {
      parts.push(chunk);
      if (parts.reduce((size, part) => size + part.length, 0) > MAX_LINE) this.flush(from);
      return;
    }
    parts.push(chunk.subarray(0, end + 1));
    this.append(Buffer.concat(parts.splice(0)));
    if (end + 1 < chunk.length) parts.push(chunk.subarray(end + 1));
  }

  /** Nothing more will come. Resolves when everything is in the file. */
  async end(): Promise<void> {
    this.flush("stdout");
    this.flush("stderr");
    await new Promise<void>((resolve) => {
      if (this.stream.destroyed) resolve();
      this.stream.once("close", () => resolve());
      this.stream.end();
    });
    this.isEnded = true;
    this.wake();
  }

  /** The log so far, or until the container ends. */
  async *read(options: LogReadOptions = {}): AsyncGenerator<Uint8Array> {
    let offset = this.offsetOf(options.since);
    let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
    while (left > 0 && options.signal?.aborted !== true) {
      const ended = this.isEnded;
      const until = this.written;
      if (offset < until) {
        const handle = await open(this.file, "r");
        try {
          while (offset < until && left > 0) {
            const block = Buffer.alloc(Math.min(BLOCK, until - offset, left));
            const { bytesRead } = await handle.read(block, 0, block.length, offset);
            if (bytesRead === 0) return;
            offset += bytesRead;
            left -= bytesRead;
            yield block.subarray(0, bytesRead);
          }
        } finally {
          await handle.close();
        }
        continue;
      }
      if (ended || options.follow !== true) return;
      await this.growth(options.signal);
    }
  }

  private append(bytes: Buffer): void {
    const at = this.now();
    if (this.moments.at(-1)?.at !== at) this.moments.push({ at, offset: this.accepted });
    this.accepted += bytes.length;
    this.stream.write(bytes, (error) => {
      if (error) return;
      this.written += bytes.length;
      this.wake();
    });
  }

  private flush(from: "stdout" | "stderr"): void {
    const parts = this.partial[from].splice(0);
    if (parts.length > 0) this.append(Buffer.concat([...parts, Buffer.from("\n")]));
  }

  private offsetOf(since: Instant | undefined): number {
    if (since === undefined) return 0;
    return this.moments.find(({ at }) => at >= since)?.offset ?? this.accepted;
  }

  private growth(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.waiting.delete(wake);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      this.waiting.add(wake);
      signal?.addEventListener("abort", wake, { once: true });
      if (signal?.aborted === true) wake();
    });
  }

  private wake(): void {
    for (const wake of [...this.waiting]) wake();
  }
}
