/** Bytes of a line that are kept: what is longer says nothing more to people. */
const MAX_LINE = 4096;

/** The last lines of a log, however long that is. */
export class LogTail {
  readonly #maxLines: number;
  #lines: string[] = [];

  /** @param maxLines @default 200 */
  constructor(maxLines = 200) {
    this.#maxLines = maxLines;
  }

  push(line: string): void {
    this.#lines.push(line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line);
    if (this.#lines.length >= 2 * this.#maxLines) this.#lines = this.#lines.slice(-this.#maxLines);
  }

  get text(): string {
    return this.#lines.slice(-this.#maxLines).join("\n");
  }
}
