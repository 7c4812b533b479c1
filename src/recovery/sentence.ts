import { headUtf8, utf8Length } from "../api/utf8.js";
import { redactHead } from "./redact.js";

/** Longest message of a status, in bytes of UTF-8. */
const MAX_BYTES = 1024;
/** So much of a text is read; characters. */
const MAX_READ = 8 * MAX_BYTES;

/** A message as people may see it: on one line, without secrets, at most 1 KiB. */
export function sentence(text: string): string {
  const line = redactHead(text.replaceAll(/\s+/g, " ").trim(), MAX_READ);
  return utf8Length(line) <= MAX_BYTES ? line : `${headUtf8(line, MAX_BYTES - 3)}…`;
}
