import type { SourceFacts, TreeEntry } from "../../build/index.js";
import type { Content, Wanted } from "../source-reader.js";
import { isLfsPointer } from "./lfs-pointer.js";
import { resolvePath } from "./resolve-path.js";

/** How much may be read for one environment. */
export interface FactsLimits {
  /** One file, in bytes. @default 16 MiB */
  readonly fileBytes: number;
  /** All files together, in bytes. @default 64 MiB */
  readonly totalBytes: number;
  /** Files. @default 1000 */
  readonly files: number;
  /** Times that something may be wanted: as deep as files may include each other. @default 32 */
  readonly rounds: number;
}

export const FACTS_LIMITS: FactsLimits = {
  fileBytes: 16 * 1024 ** 2,
  totalBytes: 64 * 1024 ** 2,
  files: 1000,
  rounds: 32,
};

/** Reads contents of entries of the tree, by path. What it leaves out is asked for again, and then given up. */
export type ReadContents = (entries: readonly TreeEntry[]) => Promise<ReadonlyMap<string, Content>>;

/**
 * Reads what is wanted until nothing more is, through links that stay in the tree. Every wanted path ends up either among
 * the files or, with the reason, among the unreadable.
 * @param contents what is known by path of the tree; grows
 */
export async function gatherFacts(
  start: Pick<SourceFacts, "commit" | "tree">,
  wanted: Wanted,
  read: ReadContents,
  contents: Map<string, Content>,
  limits: FactsLimits = FACTS_LIMITS,
): Promise<SourceFacts> {
  const files = new Map<string, Uint8Array>();
  const unreadable = new Map<string, string>();
  let bytes = 0;
  for (let round = 1; ; round += 1) {
    const facts: SourceFacts = { ...start, files, unreadable };
    const news = [...new Set(wanted(facts))].filter((path) => !files.has(path) && !unreadable.has(path));
    if (news.length === 0) return facts;
    const paths = round > limits.rounds ? [] : news.slice(0, limits.files - files.size);
    for (const path of news.slice(paths.length)) {
      unreadable.set(path, `comes after ${limits.files} files or ${limits.rounds} rounds of includes`);
    }
    const found = await contentsOf(paths, start.tree, read, contents);
    for (const path of paths) {
      const content = found.get(path) ?? "could not be read";
      if (typeof content === "string") unreadable.set(path, content);
      else if (content.byteLength > limits.fileBytes) unreadable.set(path, tooLarge(limits.fileBytes));
      else if (isLfsPointer(content)) unreadable.set(path, "is a Git LFS pointer, and LFS objects are not fetched");
      else if (bytes + content.byteLength > limits.totalBytes) {
        unreadable.set(path, `would make more than ${limits.totalBytes} bytes of files that are read`);
      } else {
        files.set(path, content);
        bytes += content.byteLength;
      }
    }
  }
}

/** Why a file is not read, as a clause. */
export function tooLarge(limit: number): string {
  return `is larger than ${limit} bytes`;
}

/** Contents or reasons of all `paths`. */
async function contentsOf(
  paths: readonly string[],
  tree: ReadonlyMap<string, TreeEntry>,
  read: ReadContents,
  contents: Map<string, Content>,
): Promise<Map<string, Content>> {
  const found = new Map<string, Content>();
  for (;;) {
    const missing = new Map<string, TreeEntry>();
    for (const path of paths) {
      if (found.has(path)) continue;
      const way = resolvePath(path, tree, contents);
      if (way.kind === "nothing") found.set(path, way.because);
      else {
        const content = way.kind === "file" ? contents.get(way.entry.path) : undefined;
        if (content === undefined) missing.set(way.entry.path, way.entry);
        else found.set(path, content);
      }
    }
    if (missing.size === 0) return found;
    const answers = await read([...missing.values()]);
    for (const path of missing.keys()) contents.set(path, answers.get(path) ?? "could not be read");
  }
}
