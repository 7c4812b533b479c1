import { createHash } from "node:crypto";
import { below } from "../repository-path.js";
import { sha256 } from "./environment-digest.js";
import type { FactsReader } from "./facts-reader.js";
import type { IgnoredFiles } from "./ignored-files.js";

/**
 * What a build reads of the repository, for the environment's digest: of a file what is in it, of a directory Git's id of
 * its tree, or what of it is not ignored.
 * @param paths none of them below another; `""` is the root
 * @param context directory that ignored paths are relative to
 */
export function copiedContents(
  paths: readonly string[],
  reader: FactsReader,
  ignored?: IgnoredFiles,
  context = "",
): (readonly [path: string, content: string])[] {
  return paths.map((path) => {
    if (reader.isFile(path)) return [path, fileContent(path, reader)];
    const id = reader.entryOf(path)?.objectId;
    return [path, ignored === undefined && id !== undefined ? id : keptContent(path, reader, ignored, context)];
  });
}

/** The bytes count where they are known, so that a working tree agrees with the commit that is made of it. */
function fileContent(path: string, reader: FactsReader): string {
  const entry = reader.entryOf(path);
  // A link's own id says nothing about the file behind it.
  const content = entry?.kind === "link" ? reader.read(path) : reader.alreadyRead(path);
  return content === undefined ? (entry?.objectId ?? "") : sha256(content);
}

function keptContent(
  directory: string,
  reader: FactsReader,
  ignored: IgnoredFiles | undefined,
  context: string,
): string {
  const start = below(directory, "");
  const skipped = below(context, "").length;
  const hash = createHash("sha256");
  for (const { path, kind, objectId } of reader.sortedEntries()) {
    if (kind === "directory" || !path.startsWith(start)) continue;
    if (ignored?.rules.ignores(path.slice(skipped))) continue;
    hash.update(`${path}\0${kind}\0${objectId}\n`);
  }
  return hash.digest("hex");
}
