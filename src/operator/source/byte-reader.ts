import type { Readable } from "node:stream";

/** Reads a byte stream by lines and by counted blocks, holding no more than what it got in one piece. */
export class ByteReader {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  /**
   * The next line without its line feed.
   * @throws Error when the stream ends first or the line is longer than `limit` bytes
   */
  async line(limit = 8192): Promise<string> {
    for (;;) {
      const end = this.rest.indexOf(10);
      if (end >= 0) {
        const line = this.rest.subarray(0, end).toString("utf8");
        this.rest = this.rest.subarray(end + 1);
        return line;
      }
      if (this.rest.length > limit) throw new Error("line too long");
      this.rest = Buffer.concat([this.rest, await this.next()]);
    }
  }

  /**
   * The next `count` bytes, in pieces.
   * @throws Error when the stream ends first
   */
  async *block(count: number): AsyncGenerator<Buffer> {
    let missing = count;
    while (missing > 0) {
      if (this.rest.length === 0) this.rest = await this.next();
      const piece = this.rest.subarray(0, missing);
      this.rest = this.rest.subarray(piece.length);
      missing -= piece.length;
      yield piece;
    }
  }

  private async next(): Promise<Buffer> {
    const next = await this.chunks.next();
    if (next.done === true) throw new Error("the stream ended early");
    return next.value;
  }
}
