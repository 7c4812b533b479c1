import { KubeError } from "../kube-error.js";

/** Longest line that is accepted: an object is at most 1.5 MiB of stored JSON, escaped perhaps twice that. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * The JSON values of a stream that has one per line, however the chunks fall.
 * @throws KubeError `ConnectionFailed` for a line that is no JSON, is too long, or is cut off by the stream's end
 */
export async function* jsonLines(chunks: AsyncIterable<Uint8Array>): AsyncIterable<unknown> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      parts.push(chunk.subarray(start, end));
      start = end + 1;
      const line = Buffer.concat(parts);
      parts = [];
      bytes = 0;
      if (line.length > 0) yield parse(line);
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
    bytes += chunk.length - start;
    if (bytes > MAX_LINE_BYTES) throw unreadable(`a line is longer than ${MAX_LINE_BYTES} bytes`);
  }
  if (bytes > 0) throw unreadable("the stream ended in the middle of a line");
}

function parse(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString("utf8"));
  } catch {
    // Without the cause: what JSON.parse says quotes the line, which may be a Secret.
    throw unreadable("a line is not JSON");
  }
}

function unreadable(message: string): KubeError {
  return new KubeError({ reason: "ConnectionFailed", message });
}
