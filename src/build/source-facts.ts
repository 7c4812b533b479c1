/** One entry of the repository's tree at the commit. */
export interface TreeEntry {
  /** Relative to the repository's root, with `/`. */
  readonly path: string;
  readonly kind: "file" | "link" | "directory" | "submodule";
  /** Git's object id: the same content has the same one. */
  readonly objectId: string;
  /** Of files, in bytes, where it is known: a server that leaves files out does not tell. */
  readonly size?: number;
}

/**
 * What the repository says about the environment at one commit, read through Git without a checkout. Every decision of
 * this room is made from these facts, so that it can be explained and repeated.
 *
 * Reading is a dialogue: `wantedFiles` says which contents the next decision needs, the shell reads them, and asks again
 * until nothing is wanted.
 */
export interface SourceFacts {
  /** Full commit SHA; of a local directory: 40 zeros. */
  readonly commit: string;
  /** Every file, link and directory, by path. The root is `""`. */
  readonly tree: ReadonlyMap<string, TreeEntry>;
  /** Contents that were wanted so far, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Paths that were wanted and are not read, with the reason for people: too large, a link out of the tree… */
  readonly unreadable: ReadonlyMap<string, string>;
}
