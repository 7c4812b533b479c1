import { createHash } from "node:crypto";
import type { IgnoreFile } from "../dockerfile/index.js";
import { below } from "../repository-path.js";
import { sha256 } from "./environment-digest.js";
import type { FactsReader } from "./facts-reader.js";
import type { IgnoredFiles } from "./ignored-files.js";

/**
 * What a build reads of the repository, for the environment's digest: Git's ids of files and directories, or what of a
 * directory is not ignored. Where nobody knows what is, all of it counts, and so does what decides it. It never depends on
 * what else happens to have been read.
 * @param paths none of them below another; `""` is the root
 * @param context directory that ignored paths are relative to
 */
export function copiedContents(
  paths: readonly string[],
  reader: FactsReader,
  ignored: IgnoredFiles = { kind: "none" },
  context = "",
): (readonly [path: string, content: string])[] {
  const rules = ignored.kind === "rules" ? ignored.rules : undefined;
  const deciding = ignored.kind === "unknown" ? ignored.paths : [];
  return [...paths, ...deciding].map((path) => {
    if (reader.isFile(path)) return [path, fileContent(path, reader)];
    const id = reader.entryOf(path)?.objectId;
    return [path, rules === undefined && id !== undefined ? id : keptContent(path, reader, rules, context)];
  });
}

/** Git's id of it; a link's own id says nothing about the file behind it. */
function fileContent(path: string, reader: FactsReader): string {
  const entry = reader.entryOf(path);
  const content = entry?.kind === "link" ? reader.read(path) : undefined;
  return content === undefined ? (entry?.objectId ?? "") : sha256(content);
}

function keptContent(directory: string, reader: FactsReader, rules: IgnoreFile | undefined, context: string): string {
  const start = below(directory, "");
  const skipped = below(context, "").length;
  const hash = createHash("sha256");
  for (const { path, kind, objectId } of reader.sortedEntries()) {
    if (kind === "directory" || !path.startsWith(start)) continue;
    if (rules?.ignores(path.slice(skipped))) continue;
    hash.update(`${path}\0${kind}\0${objectId}\n`);
  }
  return hash.digest("hex");
}
