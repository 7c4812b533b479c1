import { SourceError } from "../source-resolver.js";

/** What kind of name a ref text is, before the remote was asked. */
export type RefText =
  | { readonly kind: "full-sha"; readonly sha: string }
  /** 4 to 39 hex digits: an abbreviated commit, unless a branch or tag has that very name. */
  | { readonly kind: "short-sha-or-name"; readonly text: string }
  | { readonly kind: "full-name"; readonly name: string }
  | { readonly kind: "name"; readonly text: string };

const FULL_SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;
const SHORT_SHA = /^[0-9a-f]{4,39}$/i;

/** Whether the text is a complete object name (SHA-1 or SHA-256). */
export function isFullSha(text: string): boolean {
  return FULL_SHA.test(text);
}

/**
 * Reads a ref by the rules of `git check-ref-format`, so that nothing that git would read as an option, a range, a
 * revision expression or a glob ever reaches it.
 * @throws SourceError with reason `GitRefused`
 */
export function parseRef(ref: string): RefText {
  const problem = refProblem(ref);
  if (problem !== undefined) throw new SourceError("GitRefused", `The Git ref was refused: ${problem}`);
  if (FULL_SHA.test(ref)) return { kind: "full-sha", sha: ref.toLowerCase() };
  if (ref === "HEAD" || ref.startsWith("refs/")) return { kind: "full-name", name: ref };
  if (SHORT_SHA.test(ref)) return { kind: "short-sha-or-name", text: ref };
  return { kind: "name", text: ref };
}

function refProblem(ref: string): string | undefined {
  if (ref.length === 0) return "it is empty";
  if (ref.length > 1024) return "it is longer than 1024 characters";
  if (ref.startsWith("-")) return "it starts with a dash";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u0020\u007f]/.test(ref)) return "it contains spaces or control characters";
  if (/[~^:?*[\\]/.test(ref)) return "it contains one of ~ ^ : ? * [ \\";
  if (ref.includes("..") || ref.includes("@{") || ref === "@") return "it contains `..` or `@{`, or is `@`";
  if (ref.startsWith("/") || ref.endsWith("/") || ref.includes("//")) return "it has an empty path component";
  if (ref.endsWith(".")) return "it ends with a full stop";
  if (ref.split("/").some((part) => part.startsWith(".") || part.endsWith(".lock"))) {
    return "a path component starts with a full stop or ends with .lock";
  }
  return undefined;
}
