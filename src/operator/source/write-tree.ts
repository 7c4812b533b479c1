import { mkdir, open, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { askForObjects } from "./ask-for-objects.js";
import { ByteReader } from "./byte-reader.js";
import { LFS_POINTER } from "./lfs-pointer.js";
import { sortSymlinks, type TreeEntry } from "./tree-listing.js";

/** What was written. */
export interface WrittenTree {
  readonly files: number;
  readonly bytes: number;
  /** What was left out or needs to be known, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Writes the blobs of a checked tree below `into`, an empty directory, byte for byte as they are stored: no filter, no
 * line-end conversion, no LFS smudging, no hook, no submodule. Symbolic links come last, so that no file is written
 * through one; those that lead out of the tree are left out.
 * @param input standard input of `git cat-file --batch`
 * @param output its standard output
 */
export async function writeTree(
  entries: readonly TreeEntry[],
  into: string,
  input: Writable,
  output: Readable,
): Promise<WrittenTree> {
  const reader = new ByteReader(output);
  const files = entries.filter((entry) => entry.kind === "file" || entry.kind === "executable");
  const links = entries.filter((entry) => entry.kind === "symlink");
  const wanted = [...files, ...links].map((entry) => entry.object);
  // Errors of the pipe show up where the answer is missing.
  const asking = askForObjects(wanted, input).catch(() => undefined);
  const made = new Set<string>();
  const pointers: string[] = [];
  let bytes = 0;
  for (const entry of files) {
    bytes += await expectBlob(entry, reader);
    await makeDirectory(dirname(join(into, entry.path)), made);
    if (await writeFile(entry, into, reader)) pointers.push(entry.path);
  }
  const targets = new Map<string, string>();
  for (const entry of links) {
    const size = await expectBlob(entry, reader);
    targets.set(entry.path, await readText(reader, size));
  }
  await asking;
  const { safe, escaping } = sortSymlinks(targets);
  for (const [path, target] of safe) {
    await makeDirectory(dirname(join(into, path)), made);
    await symlink(target, join(into, path));
  }
  const submodules = entries.filter((entry) => entry.kind === "submodule").map((entry) => entry.path);
  return { files: files.length + safe.size, bytes, warnings: warnings(escaping, submodules, pointers) };
}

async function expectBlob(entry: TreeEntry, reader: ByteReader): Promise<number> {
  const header = await reader.line();
  const [object, type, size] = header.split(" ");
  if (object !== entry.object || type !== "blob" || Number(size) !== entry.size) {
    throw new Error(`git answered "${header}" for ${entry.path}`);
  }
  return entry.size;
}

async function makeDirectory(path: string, made: Set<string>): Promise<void> {
  if (made.has(path)) return;
  await mkdir(path, { recursive: true });
  made.add(path);
}

/** Returns whether the file is a Git LFS pointer. */
async function writeFile(entry: TreeEntry, into: string, reader: ByteReader): Promise<boolean> {
  const file = await open(join(into, entry.path), "wx", entry.kind === "executable" ? 0o755 : 0o644);
  let head = "";
  try {
    for await (const piece of reader.block(entry.size)) {
      if (head.length < LFS_POINTER.length) head += piece.subarray(0, LFS_POINTER.length).toString("latin1");
      await file.write(piece);
    }
  } finally {
    await file.close();
  }
  await endOfBlob(reader);
  return head.startsWith(LFS_POINTER);
}

async function readText(reader: ByteReader, size: number): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of reader.block(size)) pieces.push(piece);
  await endOfBlob(reader);
  return Buffer.concat(pieces).toString("utf8");
}

async function endOfBlob(reader: ByteReader): Promise<void> {
  for await (const _lineFeed of reader.block(1));
}

function warnings(escaping: readonly string[], submodules: readonly string[], pointers: readonly string[]): string[] {
  return [
    ...named(escaping, "symbolic links lead out of the repository and were left out"),
    ...named(submodules, "submodules are not fetched"),
    ...named(pointers, "files are Git LFS pointers, not their content: LFS objects are not fetched"),
  ];
}

function named(paths: readonly string[], what: string): string[] {
  if (paths.length === 0) return [];
  const shown = paths.slice(0, 5).map((path) => JSON.stringify(path));
  return [`${paths.length} ${what}: ${shown.join(", ")}${paths.length > shown.length ? ", …" : ""}`];
}
