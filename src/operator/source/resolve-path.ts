import type { TreeEntry } from "../../build/index.js";
import type { Content } from "../source-reader.js";

/** What a path of the repository leads to. */
export type ResolvedPath =
  | { readonly kind: "file"; readonly entry: TreeEntry }
  /** The target of this link has to be read first. */
  | { readonly kind: "unread-link"; readonly entry: TreeEntry }
  /** The clause follows the path: "…is a directory". */
  | { readonly kind: "nothing"; readonly because: string };

const MAX_LINKS = 40;

/**
 * Walks a path as the kernel would, through links in place of any component, and never out of the tree.
 * @param contents of links that were read, by path
 */
export function resolvePath(
  path: string,
  tree: ReadonlyMap<string, TreeEntry>,
  contents: ReadonlyMap<string, Content>,
): ResolvedPath {
  const at: string[] = [];
  const todo = path.split("/");
  let links = 0;
  if (path.startsWith("/") || path.includes("\0")) return nothing("is no path of the repository");
  for (let part = todo.shift(); part !== undefined; part = todo.shift()) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (at.pop() === undefined) return nothing("leads out of the repository");
      continue;
    }
    at.push(part);
    const entry = tree.get(at.join("/"));
    if (entry?.kind === "submodule") return nothing(`is in the submodule ${entry.path}, which is not fetched`);
    if (entry === undefined) return nothing("is not in the repository");
    if (entry.kind === "file" && todo.length > 0) return nothing("is not in the repository");
    if (entry.kind !== "link") continue;
    const content = contents.get(entry.path);
    if (content === undefined) return { kind: "unread-link", entry };
    if (typeof content === "string") return nothing(content);
    const target = Buffer.from(content).toString("utf8");
    links += 1;
    if (links > MAX_LINKS) return nothing("is a symbolic link that leads nowhere");
    if (target === "" || target.startsWith("/") || target.includes("\0")) {
      return nothing("is reached through a symbolic link that leads out of the repository");
    }
    at.pop();
    todo.unshift(...target.split("/"));
  }
  const entry = tree.get(at.join("/"));
  return entry?.kind === "file" ? { kind: "file", entry } : nothing("is a directory");
}

function nothing(because: string): ResolvedPath {
  return { kind: "nothing", because };
}
