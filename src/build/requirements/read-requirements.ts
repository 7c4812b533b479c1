import { directoryOf } from "../repository-path.js";
import { readEntries } from "./entries.js";
import { inFileOrder } from "./file-order.js";
import { foreignFormat } from "./foreign-format.js";
import type { Position, RequirementProblem, RequirementSet } from "./requirement-set.js";
import { collectStatements } from "./statements.js";

/** Where requirement files are read from. Paths are relative to the repository's root and never leave it. */
export interface RequirementSource {
  /** Content of a file, or `undefined` when it is not there or not known yet. */
  read(path: string): Uint8Array | undefined;
  /** What is at a path; `""` is the root. `undefined` = nothing. */
  kindOf(path: string): "file" | "directory" | undefined;
}

/** How requirements are read. */
export interface ReadingOptions {
  /**
   * Directory that pip runs in, relative to the repository's root.
   * @default the root if every local path of the files is there, else the first file's own directory if they are all
   * there, else the root
   */
  readonly workingDirectory?: string;
  /**
   * Values of `${NAME}`, which pip takes from its environment; those without one stay as they are, as pip does it.
   * @default none
   */
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * Reads a requirements file as pip reads it, with all files that it includes. Never throws: what can't be understood is
 * in `problems`, so that all of it is told at once. Files that the source does not have are in `files` with
 * `isRead: false` (and a problem each): ask again when they were fetched.
 *
 * The rules are those of pip 26 (`req_file.py`, `constructors.py` and its copy of `packaging`); how older ones differ
 * stands in the differential tests.
 */
export function readRequirements(
  path: string,
  source: RequirementSource,
  options: ReadingOptions = {},
): RequirementSet {
  const { variables = {} } = options;
  const collected = collectStatements(path, { read: memoized((file) => source.read(file)), variables });
  const kindOf = memoized((place) => source.kindOf(place));
  const entriesIn = (workingDirectory: string) => ({
    workingDirectory,
    ...readEntries(collected.statements, { workingDirectory, kindOf }),
  });
  let found = entriesIn(options.workingDirectory ?? "");
  if (found.missingPaths > 0 && options.workingDirectory === undefined) {
    const beside = entriesIn(directoryOf(path));
    if (beside.missingPaths === 0) found = beside;
  }
  const problems = [...collected.problems, ...found.problems];
  const read = new Set(collected.files.filter(({ isRead }) => isRead).map((file) => file.path));
  const foreign = foreignFiles(problems.filter(({ position }) => read.has(position.path)));
  const isOurs = ({ position }: { readonly position: Position }) => !foreign.has(position.path);
  return {
    path,
    workingDirectory: found.workingDirectory,
    files: collected.files,
    entries: foreign.size === 0 ? found.entries : found.entries.filter(isOurs),
    options: found.options,
    problems: inFileOrder(collected.files, [...problems.filter(isOurs), ...foreign.values()]),
    warnings: inFileOrder(collected.files, [...collected.warnings, ...found.warnings]),
  };
}

/** Files of other tools among those that have problems. */
function foreignFiles(problems: readonly RequirementProblem[]): Map<string, RequirementProblem> {
  const foreign = new Map<string, RequirementProblem>();
  for (const path of new Set(problems.map(({ position }) => position.path))) {
    const problem = foreignFormat(path);
    if (problem !== undefined) foreign.set(path, problem);
  }
  return foreign;
}

function memoized<T>(ask: (path: string) => T): (path: string) => T {
  const answers = new Map<string, T>();
  return (path) => {
    if (!answers.has(path)) answers.set(path, ask(path));
    return answers.get(path) as T;
  };
}
