/** Length of `text` as UTF-8, in bytes. */
export function utf8Length(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/**
 * The longest beginning of `text` that has at most `maxBytes` bytes as UTF-8, without splitting a character.
 * Lone surrogates become U+FFFD, since no API server keeps them.
 */
export function headUtf8(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= maxBytes) return bytes.toString("utf8");
  let end = Math.max(0, Math.floor(maxBytes));
  while (end > 0 && isContinuation(bytes[end])) end -= 1;
  return bytes.toString("utf8", 0, end);
}

/** The longest end of `text` that has at most `maxBytes` bytes as UTF-8, without splitting a character. */
export function tailUtf8(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= maxBytes) return bytes.toString("utf8");
  let start = bytes.length - Math.max(0, Math.floor(maxBytes));
  while (start < bytes.length && isContinuation(bytes[start])) start += 1;
  return bytes.toString("utf8", start);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000;
}
