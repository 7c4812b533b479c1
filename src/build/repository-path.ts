/** Directory of a path in the repository; `""` is the root. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

/** Path below a directory; `""` is the root. */
export function below(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}

/** A path without `.` and empty segments, as the tree has it. `undefined` when it leaves the repository. */
export function normalizePath(path: string): string | undefined {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") segments.push(segment);
    else if (segments.pop() === undefined) return undefined;
  }
  return segments.join("/");
}

/** A directory and its parents, the nearest first; the last is the root, `""`. */
export function upwards(directory: string): string[] {
  return directory === "" ? [""] : [directory, ...upwards(directoryOf(directory))];
}
