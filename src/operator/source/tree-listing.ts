import { SourceError } from "../source-resolver.js";
import type { GitLimits } from "./git-policy.js";
import { symlinkEscapes } from "./symlink-escape.js";

/** One entry of a commit's tree. */
export interface TreeEntry {
  readonly kind: "file" | "executable" | "symlink" | "submodule";
  /** Object name. */
  readonly object: string;
  /** Bytes; 0 for submodules. */
  readonly size: number;
  /** Relative to the repository root, `/` between components. */
  readonly path: string;
}

const KINDS: Readonly<Record<string, TreeEntry["kind"]>> = {
  "100644": "file",
  "100664": "file",
  "100755": "executable",
  "120000": "symlink",
  "160000": "submodule",
};

const LINE = /^([0-7]{6}) (?:blob|commit|tree) ([0-9a-f]{40}|[0-9a-f]{64})(?: +(-|\d+))?\t([\s\S]+)$/;

/** One record of `git ls-tree -z`, with or without `-l`. */
export interface TreeRecord {
  readonly mode: string;
  readonly object: string;
  /** Of blobs, in bytes; with `-l` only. */
  readonly size?: number;
  readonly path: string;
}

/** @throws SourceError `GitRefused` for a record that git would not write */
export function parseTreeRecord(line: string): TreeRecord {
  const [, mode, object, size = "", path] = LINE.exec(line) ?? [];
  if (mode === undefined || object === undefined || path === undefined) {
    throw new SourceError("GitRefused", "The repository has a tree that can't be read");
  }
  return { mode, object, path, ...(/^\d/.test(size) && { size: Number(size) }) };
}

/** @throws SourceError `GitRefused` when it is a directory, or nothing that Git keeps in trees */
export function treeEntry({ mode, object, size = 0, path }: TreeRecord): TreeEntry {
  const kind = KINDS[mode];
  if (kind === undefined) throw new SourceError("GitRefused", `The repository has an entry of unknown mode ${mode}`);
  return { kind, object, size, path };
}

/**
 * Reads `git ls-tree -r -z -l`.
 * @throws SourceError `GitRefused` for a listing that git would not write
 */
export function parseTreeListing(output: string): TreeEntry[] {
  return output
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => treeEntry(parseTreeRecord(line)));
}

/**
 * Refuses trees that no honest repository has (names that leave the directory, the same name twice, a file that is
 * also a directory), and those over the limits.
 * @throws SourceError `GitRefused` or `SourceTooLarge`
 */
export function checkTree(entries: readonly TreeEntry[], limits: GitLimits): void {
  if (entries.length > limits.files) {
    throw new SourceError("SourceTooLarge", `The commit has ${entries.length} files; the limit is ${limits.files}`);
  }
  const paths = new Set<string>();
  let total = 0;
  for (const { path, size } of entries) {
    const problem = pathProblem(path);
    if (problem !== undefined)
      throw new SourceError("GitRefused", `The repository was refused: ${quote(path)} ${problem}`);
    if (paths.has(path))
      throw new SourceError("GitRefused", `The repository was refused: ${quote(path)} is there twice`);
    paths.add(path);
    if (size > limits.fileBytes) {
      throw new SourceError(
        "SourceTooLarge",
        `${quote(path)} has ${size} bytes; the limit of a file is ${limits.fileBytes}`,
      );
    }
    total += size;
  }
  if (total > limits.treeBytes) {
    throw new SourceError("SourceTooLarge", `The commit's files have ${total} bytes; the limit is ${limits.treeBytes}`);
  }
  for (const { path } of entries) {
    const above = ancestors(path).find((parent) => paths.has(parent));
    if (above !== undefined) {
      throw new SourceError("GitRefused", `The repository was refused: ${quote(above)} is a file and a directory`);
    }
  }
}

/** The symbolic links that may be created, and the paths of those that lead out of the tree. */
export function sortSymlinks(targets: ReadonlyMap<string, string>): {
  readonly safe: ReadonlyMap<string, string>;
  readonly escaping: readonly string[];
} {
  const escaping = new Set([...targets.keys()].filter((path) => symlinkEscapes(path, targets)));
  return { safe: new Map([...targets].filter(([path]) => !escaping.has(path))), escaping: [...escaping].sort() };
}

function pathProblem(path: string): string | undefined {
  for (const part of path.split("/")) {
    if (part === "" || part === "." || part === "..") return "has an empty, `.` or `..` component";
    // Case-insensitive and Unicode-folding file systems, and NTFS short names, see .git here too.
    if (/^(?:\.git|git~[0-9]+)[ .]*$/i.test(part.replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, ""))) {
      return "has a component `.git`";
    }
    if (Buffer.byteLength(part) > 255) return "has a component of more than 255 bytes";
  }
  return Buffer.byteLength(path) > 4000 ? "is longer than 4000 bytes" : undefined;
}

function ancestors(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

function quote(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path);
}
