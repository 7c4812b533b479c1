import type { FactsReader } from "./facts-reader.js";

/** Files of that name elsewhere in the repository, at most five. */
export function namesakes(path: string, reader: FactsReader): string[] {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const found: string[] = [];
  for (const entry of reader.entries()) {
    if (entry.kind !== "file") continue;
    if (entry.path.slice(entry.path.lastIndexOf("/") + 1).toLowerCase() === name) found.push(entry.path);
    if (found.length === 5) break;
  }
  return found;
}
