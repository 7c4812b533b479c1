import type { IncomingMessage } from "node:http";

/**
 * Largest review that is read, in bytes: etcd takes requests of 1.5 MiB (its `--max-request-bytes`), an update sends the old
 * object and the new one, and the review around them needs some room. Larger objects can't be stored anyway.
 */
export const MAX_REVIEW_BYTES = 4 * 1024 * 1024;
/** Most bytes of reviews that are held at the same time: anybody in the cluster may call. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;

/** The body is not read to its end; `status` says why. */
export class UnreadableBody extends Error {
  override readonly name = "UnreadableBody";

  constructor(
    readonly status: 413 | 503,
    message: string,
  ) {
    super(message);
  }
}

/** Reads bodies, and bounds what they take together. */
export class BodyReader {
  #held = 0;

  /**
   * What `use` makes of the body, which counts as held until then.
   * @throws UnreadableBody, the connection's own error, or what `use` throws
   */
  async read<T>(request: IncomingMessage, use: (bytes: Buffer) => Promise<T>): Promise<T> {
    if (Number(request.headers["content-length"] ?? 0) > MAX_REVIEW_BYTES) throw tooLarge();
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        size += chunk.length;
        this.#held += chunk.length;
        if (size > MAX_REVIEW_BYTES) throw tooLarge();
        if (this.#held > MAX_HELD_BYTES) throw new UnreadableBody(503, "too many reviews at the same time");
        chunks.push(chunk);
      }
      return await use(Buffer.concat(chunks.splice(0), size));
    } finally {
      this.#held -= size;
    }
  }
}

function tooLarge(): UnreadableBody {
  return new UnreadableBody(413, `the review is larger than ${MAX_REVIEW_BYTES / 1024 / 1024} MiB`);
}
