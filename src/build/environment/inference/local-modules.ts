import { below, directoryOf } from "../../repository-path.js";
import type { FactsReader } from "../facts-reader.js";
import type { PythonImport } from "./python-imports.js";

/**
 * Files of the repository that an import means, at most a few: the module, the packages that hold it, and submodules that it
 * names. `[]` = it is not of the repository.
 * @param roots directories that modules are searched in, the first that has the top-level module counts
 * @param importer file that holds the import, for relative ones
 */
export function localModule(
  { module, names, level }: PythonImport,
  roots: readonly string[],
  importer: string,
  reader: FactsReader,
): string[] {
  const segments = module === "" ? [] : module.split(".");
  if (level > 0) {
    let start = directoryOf(importer);
    for (let up = 1; up < level; up++) start = directoryOf(start);
    return filesOf(start, segments, names, reader);
  }
  const [top = ""] = segments;
  const root = roots.find((directory) => isModule(below(directory, top), reader));
  return root === undefined ? [] : filesOf(root, segments, names, reader);
}

/** A file `NAME.py`, or a directory with Python in it. */
function isModule(path: string, reader: FactsReader): boolean {
  if (reader.isFile(`${path}.py`)) return true;
  return reader.kindOf(path) === "directory" && reader.hasPython(path);
}

function filesOf(root: string, segments: readonly string[], names: readonly string[], reader: FactsReader): string[] {
  const files: string[] = [];
  let place = root;
  for (const segment of segments) {
    place = below(place, segment);
    files.push(`${place}.py`, below(place, "__init__.py"));
  }
  for (const name of names) files.push(`${below(place, name)}.py`, below(below(place, name), "__init__.py"));
  const found = files.filter((file) => reader.isFile(file));
  // A package without a file of its own is one of the repository all the same.
  return found.length > 0 || segments.length === 0 ? found : [place];
}
