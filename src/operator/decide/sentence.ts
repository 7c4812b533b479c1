import { redact } from "../../recovery/index.js";

/** Longest message of a status, in bytes of UTF-8. */
const MAX_BYTES = 1024;

/** A message as people may see it: on one line, without secrets, at most 1 KiB. */
export function sentence(text: string): string {
  const line = redact(text.replaceAll(/\s+/g, " ").trim());
  if (Buffer.byteLength(line) <= MAX_BYTES) return line;
  let end = Math.min(line.length, MAX_BYTES);
  while (Buffer.byteLength(line.slice(0, end)) > MAX_BYTES - 3) end -= Math.max(1, (end - MAX_BYTES / 4) >> 3);
  return `${line.slice(0, end).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
