import { stripVTControlCharacters } from "node:util";
import { redactTail } from "../redact.js";

/** Longest log that is looked at, in characters, and longest line: nothing else can hang on a hostile one. */
const MAX_LOG = 64 * 1024;
const MAX_LINE = 2048;
/** Longest part of a line in a message. */
const MAX_DETAIL = 400;

/** The lines at the end of a log, without secrets (some have many lines), colours, margins and empty ones. */
export function logLines(text = ""): string[] {
  return redactTail(text, MAX_LOG)
    .split(/[\r\n]+/)
    .map((line) => stripVTControlCharacters(line.slice(0, MAX_LINE)).trim())
    .filter((line) => line !== "");
}

/** Whether a line speaks of trouble. */
export function isTelling(line: string): boolean {
  return /error|fail|fatal|denied|exception|panic|killed|refused|can(?:not|'t)\b/i.test(line);
}

/** The last line that speaks of trouble; else the last one. */
export function lastWords(lines: readonly string[]): string | undefined {
  const telling = lines.findLast(isTelling) ?? lines.at(-1);
  return telling === undefined ? undefined : shortDetail(telling);
}

/** As much of a line as a message has room for. */
export function shortDetail(text: string): string {
  return text.length <= MAX_DETAIL ? text : `${text.slice(0, MAX_DETAIL - 1)}…`;
}
