import type { Readable, Writable } from "node:stream";
import { SourceError } from "../source-resolver.js";
import { askForObjects } from "./ask-for-objects.js";
import { ByteReader } from "./byte-reader.js";
import type { GitRunOptions, GitSession } from "./git-session.js";

/** Sizes in bytes of those of these objects that are blobs of the session's repository. */
export async function blobSizes(
  session: GitSession,
  objects: readonly string[],
  options: GitRunOptions,
): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  await catFile(session, "--batch-check", objects, options, async (reader) => {
    for (const object of objects) {
      const size = blobSize(await reader.line(), object);
      if (size !== undefined) sizes.set(object, size);
    }
  });
  return sizes;
}

/** Contents of blobs that are in the session's repository. */
export async function readBlobs(
  session: GitSession,
  objects: readonly string[],
  options: GitRunOptions,
): Promise<Map<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  await catFile(session, "--batch", objects, options, async (reader) => {
    for (const object of objects) {
      const size = blobSize(await reader.line(), object);
      if (size === undefined) continue;
      const pieces: Buffer[] = [];
      for await (const piece of reader.block(size)) pieces.push(piece);
      contents.set(object, Buffer.concat(pieces));
      for await (const _lineFeed of reader.block(1));
    }
  });
  return contents;
}

async function catFile(
  session: GitSession,
  mode: "--batch" | "--batch-check",
  objects: readonly string[],
  options: GitRunOptions,
  take: (reader: ByteReader) => Promise<void>,
): Promise<void> {
  if (objects.length === 0) return;
  const stream = async (stdin: Writable, stdout: Readable): Promise<void> => {
    // Errors of the pipe show up where the answer is missing.
    const asking = askForObjects(objects, stdin).catch(() => undefined);
    await take(new ByteReader(stdout));
    await asking;
  };
  const result = await session.git(["-C", "repository.git", "cat-file", mode], { ...options, stream });
  if (result.code === 0) return;
  const why = result.stopped?.message ?? result.stderr.trim().slice(-300);
  throw new SourceError("Unknown", `git could not read the commit's files: ${why}`);
}

/** `<object> blob <size>`; anything else is no blob that is here. */
function blobSize(header: string, object: string): number | undefined {
  const [name, type, size] = header.split(" ");
  return name === object && type === "blob" ? Number(size) : undefined;
}
