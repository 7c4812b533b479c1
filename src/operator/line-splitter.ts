const NEWLINE = 0x0a;

/**
 * Cuts a byte stream into lines of text. Bytes are decoded per line, so a character that two chunks share stays whole;
 * a line longer than the limit is passed over to its end, so memory stays bounded whatever a notebook prints.
 */
export class LineSplitter {
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #isTooLong = false;

  /** @param maxBytes longest line that is kept. @default 1 MiB, the size of a whole event stream */
  constructor(readonly maxBytes = 1024 * 1024) {}

  /** The lines that this chunk completes, without their line ends. */
  push(chunk: Uint8Array): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, end));
      const line = this.end();
      if (line !== undefined) lines.push(line);
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
    return lines;
  }

  /** What stands after the last line end, if anything; the splitter is empty afterwards. */
  end(): string | undefined {
    const line = this.#isTooLong || this.#bytes === 0 ? undefined : Buffer.concat(this.#parts).toString("utf8");
    this.#parts = [];
    this.#bytes = 0;
    this.#isTooLong = false;
    return line;
  }

  #keep(part: Uint8Array): void {
    if (part.byteLength === 0 || this.#isTooLong) return;
    this.#bytes += part.byteLength;
    if (this.#bytes <= this.maxBytes) {
      this.#parts.push(Uint8Array.from(part));
      return;
    }
    this.#isTooLong = true;
    this.#parts = [];
  }
}
