import type { ErrorType } from "../api/index.js";

/**
 * The floor of classification: what an error's words say when no structured reason does. Looked at in this order,
 * whatever the case. Where a structured reason knows better it wins.
 */
export const TEXT_PATTERNS: readonly { readonly errorType: Exclude<ErrorType, "unknown">; readonly pattern: RegExp }[] =
  [
    ...transient(
      "connection.*refused",
      "docker.*daemon.*not.*running",
      "timeout.*connecting",
      "out of memory",
      "no space left",
      "resource temporarily unavailable",
      "network.*timeout",
      "connection.*reset",
      "temporary failure in name resolution",
      "system overloaded",
      "too many open files",
      "cannot allocate memory",
    ),
    ...permanent(
      "image.*not found",
      "no such image",
      "repository.*not found",
      "invalid.*configuration",
      "permission denied",
      "access denied",
      "authorization.*failed",
      "executable.*not found",
      "command.*not found",
      "invalid.*command",
    ),
  ];

/** Longest text that is looked at: the end of a log says how it ended. */
const MAX_TEXT = 64 * 1024;

/** Longest piece of a line that is looked at together: the patterns' cost grows with its square. */
const MAX_PIECE = 2048;

/** What the words of an error say about trying again: the transient patterns first, `unknown` when none fits. */
export function errorTypeOfText(text: string): ErrorType {
  const pieces = piecesOf(text.slice(-MAX_TEXT));
  return TEXT_PATTERNS.find(({ pattern }) => pieces.some((piece) => pattern.test(piece)))?.errorType ?? "unknown";
}

/** The lines of a text, long ones in pieces: no pattern spans lines. */
function piecesOf(text: string): string[] {
  return text
    .split(/[\r\n\u2028\u2029]+/)
    .flatMap((line) =>
      Array.from({ length: Math.ceil(line.length / MAX_PIECE) }, (_, index) =>
        line.slice(index * MAX_PIECE, (index + 1) * MAX_PIECE),
      ),
    );
}

function transient(...patterns: string[]) {
  return patterns.map((pattern) => ({ errorType: "transient" as const, pattern: new RegExp(pattern, "i") }));
}

function permanent(...patterns: string[]) {
  return patterns.map((pattern) => ({ errorType: "permanent" as const, pattern: new RegExp(pattern, "i") }));
}
