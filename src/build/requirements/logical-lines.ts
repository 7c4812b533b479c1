import { isPythonSpace, splitLines, strip } from "./python-text.js";

/** What pip takes for one line. */
export interface LogicalLine {
  /** First physical line, from 1. */
  readonly line: number;
  /** Never empty, without white space at the ends. */
  readonly text: string;
  /** Physical lines that were joined into it. */
  readonly count: number;
  /** Whether a comment ended it though the line before it went on: what follows is another line for pip. */
  readonly isCutByComment: boolean;
}

/**
 * The logical lines of a requirements file: continuations joined without a space, then comments cut off. A comment line
 * ends a continuation even when it ends in a backslash itself. As pip does it in `req_file.py`.
 */
export function logicalLines(text: string): LogicalLine[] {
  const lines: LogicalLine[] = [];
  let parts: string[] = [];
  let first = 0;
  const close = (isCutByComment: boolean) => {
    const joined = strip(withoutComment(parts.join("")));
    if (joined !== "") lines.push({ line: first, text: joined, count: parts.length, isCutByComment });
    parts = [];
  };
  for (const [index, physical] of splitLines(text).entries()) {
    if (parts.length === 0) first = index + 1;
    const isComment = strip(physical).startsWith("#");
    if (isComment || !physical.endsWith("\\")) {
      const continues = parts.length > 0;
      parts.push(isComment ? ` ${physical}` : physical);
      close(isComment && continues);
    } else {
      parts.push(withoutBackslashes(physical));
    }
  }
  if (parts.length > 0) close(false);
  return lines;
}

/** A `#` begins a comment at the line's start and after white space; elsewhere it is text, as in URLs. */
function withoutComment(line: string): string {
  for (let at = line.indexOf("#"); at !== -1; at = line.indexOf("#", at + 1)) {
    if (at === 0 || isPythonSpace(line[at - 1] ?? "")) return line.slice(0, at);
  }
  return line;
}

/** pip strips backslashes from both ends, not only the one that continues the line. */
function withoutBackslashes(line: string): string {
  let start = 0;
  let end = line.length;
  while (end > start && line[end - 1] === "\\") end -= 1;
  while (start < end && line[start] === "\\") start += 1;
  return line.slice(start, end);
}

const VARIABLE = /\$\{([A-Z0-9_]+)\}/g;

/** Puts in the values of `${NAME}`; empty or unknown ones stay as they are. */
export function expandVariables(text: string, variables: Readonly<Record<string, string>>): string {
  if (!text.includes("${")) return text;
  return text.replaceAll(VARIABLE, (whole, name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return value === undefined || value === "" ? whole : value;
  });
}

/** Names of the variables that a text still has. */
export function variablesIn(text: string): string[] {
  return text.includes("${") ? [...new Set([...text.matchAll(VARIABLE)].map((match) => match[1] ?? ""))] : [];
}
