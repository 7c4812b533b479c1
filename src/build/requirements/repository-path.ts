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

/** Directory of a file of the repository; `""` = the root. */
export function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
