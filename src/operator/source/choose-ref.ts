import type { RefText } from "./git-ref.js";

/** One line of `git ls-remote`; `commit` is the peeled object of an annotated tag. */
export interface RemoteRef {
  readonly name: string;
  readonly commit: string;
}

/** What a remote's refs say about the name that somebody wrote. */
export type RefChoice =
  | { readonly kind: "commit"; readonly commit: string; readonly name?: string; readonly warning?: string }
  /** Several commits start with these digits. */
  | { readonly kind: "ambiguous"; readonly commits: readonly string[] }
  /** Not among the advertised refs; a commit may still be in their history. */
  | { readonly kind: "unknown" };

/**
 * Reads the output of `git ls-remote`: `<object>\t<name>` lines, where `<name>^{}` gives the commit behind an annotated
 * tag. Lines that are not of this form are skipped.
 */
export function parseRemoteRefs(output: string): RemoteRef[] {
  const refs = new Map<string, string>();
  for (const line of output.split("\n")) {
    const match = /^([0-9a-f]{40}|[0-9a-f]{64})\t(\S+)$/.exec(line);
    if (match === null) continue;
    const [, sha = "", name = ""] = match;
    if (name.endsWith("^{}")) refs.set(name.slice(0, -3), sha);
    else if (!refs.has(name)) refs.set(name, sha);
  }
  return [...refs].map(([name, commit]) => ({ name, commit }));
}

/**
 * The rule for names, the one of `git clone --branch`:
 * a full object name is itself; `refs/…` and `HEAD` are exact; otherwise a branch wins over a tag of the same name
 * (with a warning when they differ); four or more hex digits that name neither are an abbreviated commit.
 */
export function chooseRef(ref: RefText, refs: readonly RemoteRef[]): RefChoice {
  switch (ref.kind) {
    case "full-sha":
      return refs.some((each) => each.commit === ref.sha) ? { kind: "commit", commit: ref.sha } : { kind: "unknown" };
    case "full-name":
      return exact(ref.name, refs);
    case "name":
      return byName(ref.text, refs);
    case "short-sha-or-name": {
      const named = byName(ref.text, refs);
      return named.kind === "commit" ? named : byPrefix(ref.text.toLowerCase(), refs);
    }
  }
}

function exact(name: string, refs: readonly RemoteRef[]): RefChoice {
  const found = refs.find((each) => each.name === name);
  return found === undefined ? { kind: "unknown" } : { kind: "commit", commit: found.commit, name };
}

function byName(text: string, refs: readonly RemoteRef[]): RefChoice {
  const branch = exact(`refs/heads/${text}`, refs);
  const tag = exact(`refs/tags/${text}`, refs);
  if (branch.kind === "commit" && tag.kind === "commit" && branch.commit !== tag.commit) {
    const warning = `${text} is both a branch and a tag: the branch was taken; write refs/tags/${text} for the tag`;
    return { ...branch, warning };
  }
  return branch.kind === "commit" ? branch : tag;
}

function byPrefix(prefix: string, refs: readonly RemoteRef[]): RefChoice {
  const commits = [...new Set(refs.filter((each) => each.commit.startsWith(prefix)).map((each) => each.commit))];
  const [first] = commits;
  if (first === undefined) return { kind: "unknown" };
  return commits.length === 1 ? { kind: "commit", commit: first } : { kind: "ambiguous", commits };
}
