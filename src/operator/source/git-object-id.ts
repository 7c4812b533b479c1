import { createHash, type Hash } from "node:crypto";

/** Which hash a repository names its objects by. */
export type ObjectFormat = "sha1" | "sha256";

/** A file, link or submodule of a tree that was not written yet. */
export interface Leaf {
  /** From the root, with `/`. */
  readonly path: string;
  /** Git's mode: `100644`, `100755`, `120000` or `160000`. */
  readonly mode: string;
  readonly objectId: string;
}

/** Begins the hash of a blob of so many bytes; its content follows. */
export function blobHash(bytes: number, format: ObjectFormat): Hash {
  return createHash(format).update(`blob ${bytes}\0`);
}

/** Ids of all directories above these leaves, by path (the root is `""`), as Git would name their trees. */
export function treeIds(leaves: Iterable<Leaf>, format: ObjectFormat): Map<string, string> {
  const below = new Map<string, Map<string, { mode: string; objectId: string }>>([["", new Map()]]);
  const childrenOf = (directory: string): Map<string, { mode: string; objectId: string }> => {
    const known = below.get(directory);
    if (known !== undefined) return known;
    const children = new Map<string, { mode: string; objectId: string }>();
    below.set(directory, children);
    // Its id comes later; its place among its siblings is taken now.
    childrenOf(parentOf(directory)).set(nameOf(directory), { mode: "40000", objectId: "" });
    return children;
  };
  for (const { path, mode, objectId } of leaves) childrenOf(parentOf(path)).set(nameOf(path), { mode, objectId });
  const ids = new Map<string, string>();
  // Deepest first: a directory is named by what is in it.
  const depth = (path: string): number => (path === "" ? 0 : path.split("/").length);
  for (const directory of [...below.keys()].sort((a, b) => depth(b) - depth(a))) {
    const children = [...childrenOf(directory)].map(([name, { mode, objectId }]) => ({
      key: Buffer.from(mode === "40000" ? `${name}/` : name),
      head: `${mode} ${name}\0`,
      objectId: mode === "40000" ? (ids.get(directory === "" ? name : `${directory}/${name}`) ?? "") : objectId,
    }));
    children.sort((a, b) => Buffer.compare(a.key, b.key));
    const body = Buffer.concat(
      children.flatMap(({ head, objectId }) => [Buffer.from(head), Buffer.from(objectId, "hex")]),
    );
    ids.set(directory, createHash(format).update(`tree ${body.byteLength}\0`).update(body).digest("hex"));
  }
  return ids;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
