/** Directory of a path in the repository; `""` is the root. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

/** Path below a directory; `""` is the root. */
export function below(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}

/**
 * Joins a directory of the repository and a path that a file names.
 * @param directory relative to the repository's root; `""` = the root
 * @returns the path relative to the root (`""` = the root itself), or `undefined` when it leaves the repository
 */
export function pathWithin(directory: string, path: string): string | undefined {
  if (path.startsWith("/")) return undefined;
  const steps: string[] = [];
  for (const step of `${directory}/${path}`.split("/")) {
    if (step === "" || step === ".") continue;
    if (step !== "..") steps.push(step);
    else if (steps.pop() === undefined) return undefined;
  }
  return steps.join("/");
}

/** A directory and its parents, the nearest first; the last is the root, `""`. */
export function upwards(directory: string): string[] {
  return directory === "" ? [""] : [directory, ...upwards(directoryOf(directory))];
}
