import { type IgnoreFile, readIgnoreFile } from "../dockerfile/index.js";
import { below } from "../repository-path.js";
import type { FactsReader } from "./facts-reader.js";

/** Lines times files: above it, a `.dockerignore` is taken for absent, which may build more often than need be. */
const MAX_WORK = 20_000_000;

/** What the repository keeps from builders. */
export interface IgnoredFiles {
  /** Path of the file that says so. */
  readonly path: string;
  readonly rules: IgnoreFile;
}

/**
 * The `.dockerignore` of a build: that of the Dockerfile alone (`Dockerfile.dockerignore`), else that of the context.
 * @param context directory of the repository; `""` is the root
 */
export function ignoredFiles(
  reader: FactsReader,
  context: string,
  dockerfile: string | undefined,
  files: number,
): IgnoredFiles | undefined {
  const own = dockerfile === undefined ? [] : [`${dockerfile}.dockerignore`];
  for (const path of [...own, below(context, ".dockerignore")]) {
    if (!reader.isFile(path)) continue;
    const text = reader.readText(path);
    if (text === undefined || text.split("\n").length * files > MAX_WORK) return undefined;
    return { path, rules: readIgnoreFile(text) };
  }
  return undefined;
}
