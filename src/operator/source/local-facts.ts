import { createReadStream, constants as fsConstants } from "node:fs";
import { lstat, open, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { SourceFacts, TreeEntry } from "../../build/index.js";
import type { Content, Wanted } from "../source-reader.js";
import { FACTS_LIMITS, gatherFacts, tooLarge } from "./gather-facts.js";
import { blobHash, type Leaf, type ObjectFormat, treeIds } from "./git-object-id.js";
import type { GitPolicy } from "./git-policy.js";
import { askLocalGit } from "./local-git.js";
import { listLocalTree } from "./local-tree.js";
import type { TreeEntry as ListedEntry } from "./tree-listing.js";

/** Stands for the commit of a directory, which has none. */
const NO_COMMIT = "0".repeat(40);

const MODES = { file: "100644", executable: "100755", symlink: "120000", submodule: "160000" } as const;

/** What Git's index knows about a file. */
interface Indexed {
  readonly mode: string;
  readonly objectId: string;
}

/**
 * Facts of a local working tree as a commit of it would have them: the same files, and for what Git tracks and nobody
 * changed, the same object ids.
 * @throws SourceError when there is no such directory, or it is over the limits
 */
export async function readLocalFacts(directory: string, wanted: Wanted, policy: GitPolicy = {}): Promise<SourceFacts> {
  const format = (await askLocalGit(directory, ["rev-parse", "--show-object-format"]))?.trim();
  const index = await unchangedFiles(directory);
  const tree = await localTree(directory, index, format === "sha256" ? "sha256" : "sha1", policy);
  const read = async (entries: readonly TreeEntry[]): Promise<ReadonlyMap<string, Content>> => {
    const contents = new Map<string, Content>();
    for (const entry of entries) contents.set(entry.path, await contentOf(directory, entry));
    return contents;
  };
  return await gatherFacts({ commit: NO_COMMIT, tree }, wanted, read, new Map());
}

async function localTree(
  directory: string,
  index: ReadonlyMap<string, Indexed>,
  format: ObjectFormat,
  policy: GitPolicy,
): Promise<Map<string, TreeEntry>> {
  const leaves: Leaf[] = [];
  const tree = new Map<string, TreeEntry>();
  const add = (leaf: Leaf, kind: TreeEntry["kind"], size?: number): void => {
    leaves.push(leaf);
    tree.set(leaf.path, { path: leaf.path, kind, objectId: leaf.objectId, ...(size !== undefined && { size }) });
  };
  for (const entry of await listLocalTree(directory, policy)) {
    const known = index.get(entry.path);
    const mode = known?.mode ?? MODES[entry.kind];
    const objectId = known?.objectId ?? (await hashOf(directory, entry, format));
    if (entry.kind === "symlink") add({ path: entry.path, mode, objectId }, "link");
    else add({ path: entry.path, mode, objectId }, "file", entry.size);
  }
  for (const [path, { mode, objectId }] of index) {
    if (mode === MODES.submodule) add({ path, mode, objectId }, "submodule");
  }
  for (const [path, objectId] of treeIds(leaves, format)) tree.set(path, { path, kind: "directory", objectId });
  return tree;
}

/** What is in the index and was not changed since, by path; empty where Git has no say. */
async function unchangedFiles(directory: string): Promise<Map<string, Indexed>> {
  const staged = (await askLocalGit(directory, ["ls-files", "-s", "-z"])) ?? "";
  const changed = new Set((await askLocalGit(directory, ["ls-files", "-m", "-z"]))?.split("\0"));
  const files = new Map<string, Indexed>();
  for (const line of staged.split("\0")) {
    const [, mode, objectId, stage, path] = /^([0-7]{6}) ([0-9a-f]+) ([0-3])\t([\s\S]+)$/.exec(line) ?? [];
    if (mode === undefined || objectId === undefined || path === undefined || stage !== "0" || changed.has(path))
      continue;
    files.set(path, { mode, objectId });
  }
  return files;
}

async function hashOf(directory: string, { path, kind, size }: ListedEntry, format: ObjectFormat): Promise<string> {
  const file = join(directory, path);
  if (kind === "symlink") {
    const target = Buffer.from(await readlink(file));
    return blobHash(target.byteLength, format).update(target).digest("hex");
  }
  const hash = blobHash(size, format);
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

async function contentOf(directory: string, { path, kind }: TreeEntry): Promise<Content> {
  const file = join(directory, path);
  try {
    if (kind === "link") return Buffer.from(await readlink(file));
    const { size } = await lstat(file);
    if (size > FACTS_LIMITS.fileBytes) return tooLarge(FACTS_LIMITS.fileBytes);
    // It was a file when the tree was listed; if it is a link by now, it is not followed.
    const handle = await open(file, fsConstants.O_RDONLY | fsConstants.O_NOFOLLOW);
    try {
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    return `can't be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`;
  }
}
