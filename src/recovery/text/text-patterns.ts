import type { ErrorType } from "../../api/index.js";
import type { FailureReason } from "../reasons/catalogue.js";

/** What some words of an error say when no structured reason does. */
export interface TextPattern {
  readonly errorType: Exclude<ErrorType, "unknown">;
  readonly pattern: RegExp;
  /** Reason that the words stand for. @default "Unknown" */
  readonly reason?: FailureReason;
  /** @default the reason's own */
  readonly suggestedAction?: string;
}

/** What to do about a network that fails. */
export const NETWORK_ADVICE =
  "Try again; if it lasts, look at network policies, proxies and whether the other side runs";
const MEMORY = "Try again; if it comes back, raise the memory limit or load the data in parts";
const LOAD = "Try again; if it comes back, look at the node's load and limits";
const RIGHTS = "Check the credentials and what they are allowed to do";
const SETTINGS = "Correct what the message names";
const COMMAND = "Use an image that has the command which the message names, on its PATH";

/**
 * The floor of classification, looked at in this order, whatever the case. Where a structured reason knows better it wins:
 * see {@link TEXT_EXCEPTIONS}.
 */
export const TEXT_PATTERNS: readonly TextPattern[] = [
  transient("connection.*refused", { suggestedAction: NETWORK_ADVICE }),
  transient("docker.*daemon.*not.*running", {
    suggestedAction: "Start the container runtime of the computer it ran on",
  }),
  transient("timeout.*connecting", { suggestedAction: NETWORK_ADVICE }),
  transient("out of memory", { suggestedAction: MEMORY }),
  transient("no space left", {
    suggestedAction: "Make room: a larger volume or ephemeral-storage limit, or less to write",
  }),
  transient("resource temporarily unavailable", { suggestedAction: LOAD }),
  transient("network.*timeout", { suggestedAction: NETWORK_ADVICE }),
  transient("connection.*reset", { suggestedAction: NETWORK_ADVICE }),
  transient("temporary failure in name resolution", { suggestedAction: NETWORK_ADVICE }),
  transient("system overloaded", { suggestedAction: LOAD }),
  transient("too many open files", { suggestedAction: LOAD }),
  transient("cannot allocate memory", { suggestedAction: MEMORY }),
  permanent("image.*not found", { reason: "ErrImagePull" }),
  permanent("no such image", { reason: "ErrImagePull" }),
  permanent("repository.*not found", { reason: "GitNotFound" }),
  permanent("invalid.*configuration", { suggestedAction: SETTINGS }),
  permanent("permission denied", { reason: "PermissionDenied" }),
  permanent("access denied", { suggestedAction: RIGHTS }),
  permanent("authorization.*failed", { suggestedAction: RIGHTS }),
  permanent("executable.*not found", { reason: "CommandNotFound", suggestedAction: COMMAND }),
  permanent("command.*not found", { reason: "CommandNotFound", suggestedAction: COMMAND }),
  permanent("invalid.*command", { suggestedAction: SETTINGS }),
];

/** Longest text that is looked at: the end of a log says how it ended. */
const MAX_TEXT = 64 * 1024;

/** Longest piece of a line that is looked at together: the patterns' cost grows with its square. */
const MAX_PIECE = 2048;

/** The first pattern that the end of a text fits. */
export function textPatternIn(text: string): TextPattern | undefined {
  const pieces = piecesOf(text.slice(-MAX_TEXT));
  return TEXT_PATTERNS.find(({ pattern }) => pieces.some((piece) => pattern.test(piece)));
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

/** What the words of an error say about trying again: the transient patterns first, `unknown` when none fits. */
export function errorTypeOfText(text: string): ErrorType {
  return textPatternIn(text)?.errorType ?? "unknown";
}

function transient(pattern: string, more: Partial<TextPattern>): TextPattern {
  return { errorType: "transient", pattern: new RegExp(pattern, "i"), ...more };
}

function permanent(pattern: string, more: Partial<TextPattern>): TextPattern {
  return { errorType: "permanent", pattern: new RegExp(pattern, "i"), ...more };
}
