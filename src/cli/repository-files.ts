import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { UserError } from "../api/user-error.js";
import type { RequirementSource } from "../build/index.js";

/** Largest requirements file that is read, in bytes: a lock file of 20,000 lines has 2 MB. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The files of a local repository, as far as they are asked for. */
export interface RepositoryFiles extends RequirementSource {
  /** Absolute, links resolved. */
  readonly root: string;
  /** The file that was named, relative to the root, with `/`. */
  readonly path: string;
}

/**
 * Opens the repository that a file is in.
 * @param file relative to the current directory
 * @param root of the repository; absent = the nearest directory above the file that has `.git`, else the current
 * directory if the file is below it, else the file's own
 * @throws UserError when the file can't be read, or is not in the repository
 */
export function repositoryOf(file: string, root?: string): RepositoryFiles {
  const named = resolve(file);
  const real = onDisk(file, () => realpathSync(named));
  if (onDisk(file, () => statSync(real).isDirectory()))
    throw new UserError({ what: `${file}: is a directory`, fix: `name its file: ${join(file, "requirements.txt")}` });
  // By its name: where a link leads must not decide which repository is meant.
  const namedTop = root === undefined ? nearestRoot(named) : resolve(root);
  const top = onDisk(root ?? namedTop, () => realpathSync(namedTop));
  if (!isWithin(top, real)) {
    throw isWithin(namedTop, named)
      ? new UserError({
          what: `${file}: is a link that leads out of the repository ${namedTop}`,
          fix: "copy the file into the repository: jobs don't follow such links",
        })
      : new UserError({ what: `${file}: is not below ${root ?? namedTop}`, fix: "name the repository: --root DIR" });
  }
  const path = isWithin(namedTop, named) ? relative(namedTop, named) : relative(top, real);
  const pathOf = (path: string) => within(top, path);
  return {
    root: top,
    path: path.split(sep).join("/"),
    read: (path) => {
      const absolute = pathOf(path);
      if (absolute === undefined || !statSync(absolute).isFile()) return undefined;
      if (statSync(absolute).size > MAX_BYTES) {
        throw new UserError({ what: `${path}: is larger than ${MAX_BYTES / 1024 / 1024} MiB` });
      }
      return onDisk(path, () => readFileSync(absolute));
    },
    kindOf: (path) => {
      const absolute = pathOf(path);
      if (absolute === undefined) return undefined;
      const stats = statSync(absolute);
      return stats.isDirectory() ? "directory" : stats.isFile() ? "file" : undefined;
    },
  };
}

/** Where a path of the repository really is; `undefined` when it is not there, or a link leads out of the repository. */
function within(root: string, path: string): string | undefined {
  try {
    const real = realpathSync(join(root, path));
    return isWithin(root, real) ? real : undefined;
  } catch {
    return undefined;
  }
}

function isWithin(root: string, place: string): boolean {
  return place === root || place.startsWith(root.endsWith(sep) ? root : root + sep);
}

function nearestRoot(file: string): string {
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    if (exists(join(directory, ".git"))) return directory;
    if (directory === dirname(directory)) break;
  }
  const here = resolve(".");
  return isWithin(here, file) ? here : dirname(file);
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function onDisk<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === "ENOENT" || code === "ENOTDIR"
        ? "no such file"
        : code === "EACCES"
          ? "not permitted to read it"
          : String(code);
    throw new UserError({ what: `${name}: ${why}` });
  }
}
