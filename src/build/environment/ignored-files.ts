import { type IgnoreFile, readIgnoreFile } from "../dockerfile/index.js";
import { below } from "../repository-path.js";
import type { FactsReader } from "./facts-reader.js";

/** Lines times files: above it, the rules of a `.dockerignore` are not worked out. */
const MAX_WORK = 20_000_000;

/** What the repository keeps from builders. */
export type IgnoredFiles =
  | { readonly kind: "none" }
  /** `path`: the file that says so. */
  | { readonly kind: "rules"; readonly path: string; readonly rules: IgnoreFile }
  /** Any file may be kept from the builder, or none: it depends on the files at `paths`, and on the builder. */
  | { readonly kind: "unknown"; readonly paths: readonly string[] };

/**
 * The `.dockerignore` of a build: that of the Dockerfile alone (`Dockerfile.dockerignore`), else that of the context. Beside a
 * `.containerignore`, which buildah reads after the first and before the second and others don't know, nothing certain can be
 * said. Builds of ours heed the one that `DOCKERFILE_SCRIPT` picks, in this order.
 * @param context directory of the repository; `""` is the root
 */
export function ignoredFiles(
  reader: FactsReader,
  context: string,
  dockerfile: string | undefined,
  files: number,
): IgnoredFiles {
  const found = (suffix: string) =>
    [...(dockerfile === undefined ? [] : [dockerfile + suffix]), below(context, suffix)].filter((path) =>
      reader.isFile(path),
    );
  const ofBuildah = found(".containerignore");
  const ofAll = found(".dockerignore");
  const [path] = ofAll;
  if (path === undefined && ofBuildah.length === 0) return { kind: "none" };
  const text = path === undefined || ofBuildah.length > 0 ? undefined : reader.readText(path);
  if (path === undefined || text === undefined || text.split("\n").length * files > MAX_WORK) {
    return { kind: "unknown", paths: [...ofBuildah, ...ofAll] };
  }
  return { kind: "rules", path, rules: readIgnoreFile(text) };
}
