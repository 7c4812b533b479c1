import { below } from "../repository-path.js";
import type { TreeEntry } from "../source-facts.js";
import type { ContextRead } from "./dockerfile-stages.js";
import { type FilePattern, filePattern, hasWildcard } from "./file-pattern.js";

/** What a build takes from its context. */
export interface CopiedFiles {
  /** Paths in the repository, sorted, none below another; `""` is the root. */
  readonly paths: readonly string[];
  /** What is not there: the build would fail. */
  readonly missing: readonly ContextRead[];
}

/** A repository's tree, as far as copying needs it. */
export interface CopyableTree {
  entryOf(path: string): TreeEntry | undefined;
  entries(): Iterable<TreeEntry>;
}

/**
 * Finds what the reads of a Dockerfile mean in a build context. What only the build knows (a variable of the base image)
 * may be anything: it counts as the whole context.
 * @param context directory of the repository; `""` is the root
 */
export function copiedFiles(reads: readonly ContextRead[], context: string, tree: CopyableTree): CopiedFiles {
  const found = new Set<string>();
  const missing: ContextRead[] = [];
  const patterns: { readonly pattern: FilePattern; readonly read: ContextRead }[] = [];
  for (const read of reads) {
    const path = read.path === undefined ? "" : withinContext(read.path);
    if (hasWildcard(path)) {
      const pattern = filePattern(path, { doubleStar: false });
      if (pattern === undefined) missing.push(read);
      else patterns.push({ pattern, read });
    } else {
      const full = path === "" ? context : below(context, path);
      if (full === "" || tree.entryOf(full) !== undefined) found.add(full);
      else missing.push(read);
    }
  }
  const matched = new Set<ContextRead>();
  if (patterns.length > MAX_PATTERNS) found.add(context);
  else {
    for (const { pattern, read } of patterns) {
      for (const inside of entriesOf(context, tree)) {
        if (!pattern.matches(inside)) continue;
        found.add(below(context, inside));
        matched.add(read);
      }
    }
    missing.push(...patterns.flatMap(({ read }) => (matched.has(read) ? [] : [read])));
  }
  missing.sort((a, b) => a.line - b.line);
  return { paths: outermost([...found]), missing };
}

/** More of them are not looked at one by one: the whole context counts. */
const MAX_PATTERNS = 50;

/** Relative to the context: a leading slash means its root, and nothing leads above it. */
function withinContext(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  return segments.join("/");
}

/** Paths below a directory, relative to it. */
function* entriesOf(directory: string, tree: CopyableTree): Iterable<string> {
  const start = directory === "" ? "" : `${directory}/`;
  for (const { path } of tree.entries()) {
    if (path !== "" && path.startsWith(start)) yield path.slice(start.length);
  }
}

/** Sorted, without paths that another one holds. */
export function outermost(paths: readonly string[]): string[] {
  const all = new Set(paths);
  if (all.has("")) return [""];
  const isHeld = (path: string): boolean => {
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
      if (all.has(path.slice(0, slash))) return true;
    }
    return false;
  };
  return [...all].filter((path) => !isHeld(path)).sort();
}
