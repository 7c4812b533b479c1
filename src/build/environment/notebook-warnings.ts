import { pathWithin } from "../repository-path.js";
import type { FactsReader } from "./facts-reader.js";
import { namesakes } from "./namesakes.js";

/** Warns of a notebook that is not there: where it seems to be decides which requirements are the nearest. */
export function notebookWarnings(notebook: string, reader: FactsReader): string[] {
  const path = pathWithin("", notebook);
  if (path !== undefined && reader.isFile(path)) return [];
  const similar = namesakes(notebook, reader);
  const hint = similar.length === 0 ? "" : `; there is ${similar.join(", ")}`;
  return [`The repository has no notebook ${notebook}${hint}: another path may have another environment.`];
}
