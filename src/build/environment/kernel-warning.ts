import type { DockerfileStage } from "../dockerfile/index.js";
import { below } from "../repository-path.js";
import type { FactsReader } from "./facts-reader.js";

/** Names that bring a Python kernel with them: packages, and words in the names of images that have one. */
const BRINGS_KERNEL = /ipykernel|jupyter|notebook|spyder-kernels/i;
/** Files that say what is installed. */
const LISTS_PACKAGES = /(?:^|\/)(?:[^/]*requirements[^/]*\.(?:txt|in)|environment\.ya?ml|Pipfile|pyproject\.toml)$/;

/**
 * Warns when nothing that a Dockerfile says or copies seems to bring the kernel that notebooks run in. Only the image
 * itself could prove it: the run does.
 */
export function kernelWarning(
  path: string,
  stages: readonly DockerfileStage[],
  copied: readonly string[],
  context: string,
  reader: FactsReader,
): string[] {
  const says = stages.flatMap(({ base, instructions, images }) => [
    base.kind === "image" ? (base.reference ?? "") : "",
    ...images.map(({ reference }) => reference),
    ...instructions.filter(({ keyword }) => keyword === "RUN").map(({ text }) => text),
  ]);
  if (says.some((text) => BRINGS_KERNEL.test(text))) return [];
  const lists = new Set(copied.filter((each) => LISTS_PACKAGES.test(each)));
  for (const text of says) {
    for (const [, name = ""] of text.matchAll(/(?:^|\s)(?:-r|--requirement)[ =]{1,8}([^\s"',;&]{1,256})/g)) {
      const full = below(context, name.replace(/^\.\//, ""));
      if (reader.isFile(full)) lists.add(full);
    }
  }
  for (const file of [...lists].slice(0, 10)) {
    if (BRINGS_KERNEL.test(reader.readText(file) ?? "")) return [];
  }
  return [`${path} does not seem to install ipykernel, which notebooks need in the image's python3.`];
}
