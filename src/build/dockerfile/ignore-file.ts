import { type FilePattern, filePattern } from "./file-pattern.js";

/** A `.dockerignore`, ready to be asked. */
export interface IgnoreFile {
  /** Whether a path, relative to the build context, is kept from the builder. */
  ignores(path: string): boolean;
}

/**
 * Reads a `.dockerignore` as Docker's and buildah's builders do: one pattern per line, `#` comments, `!` takes back, `**` is
 * any number of directories, the last line that matches a path or one of its parents decides. Lines that are no valid
 * pattern are passed over.
 */
export function readIgnoreFile(text: string): IgnoreFile {
  const rules: { readonly pattern: FilePattern; readonly takesBack: boolean }[] = [];
  for (const line of text.replace(/^\ufeff/, "").split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const trimmed = line.trim();
    const takesBack = trimmed.startsWith("!");
    const pattern = cleaned(takesBack ? trimmed.slice(1).trim() : trimmed);
    if (pattern === "") continue;
    const read = filePattern(pattern, { doubleStar: true });
    if (read !== undefined) rules.push({ pattern: read, takesBack });
  }
  return {
    ignores(path) {
      if (rules.length === 0) return false;
      const candidates = withParents(path);
      let ignored = false;
      for (const { pattern, takesBack } of rules) {
        if (ignored === takesBack && candidates.some((each) => pattern.matches(each))) ignored = !takesBack;
      }
      return ignored;
    },
  };
}

/**
 * As Go's `filepath.Clean` leaves it, without the leading slash that means nothing here: what leads above the context keeps
 * its `..`, and matches nothing.
 */
function cleaned(pattern: string): string {
  const segments: string[] = [];
  for (const segment of pattern.split("/")) {
    if (segment === ".." && segments.length > 0 && segments.at(-1) !== "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  return segments.join("/");
}

function withParents(path: string): string[] {
  const found = [path];
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
    found.push(path.slice(0, slash));
  }
  return found;
}
