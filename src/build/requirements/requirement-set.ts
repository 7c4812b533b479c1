import type { Marker } from "./marker.js";

/** A place in a requirements file. */
export interface Position {
  /** File, relative to the repository's root. */
  readonly path: string;
  /** First physical line, from 1; pip counts the same. */
  readonly line: number;
}

/** `name: digest` that one artifact has to have. */
export interface ArtifactHash {
  /** `sha256`, `sha384` or `sha512` of `--hash`; a URL's fragment may also say `sha224`, `sha1` or `md5`. */
  readonly algorithm: string;
  readonly digest: string;
}

/** One version clause: `>=1.2`. */
export interface VersionClause {
  readonly operator: "==" | "===" | "!=" | "~=" | "<" | "<=" | ">" | ">=";
  /** As written, without spaces around it. */
  readonly version: string;
}

/** Where a requirement is installed from. URLs are without credentials. */
export type RequirementTarget =
  /** A package index, or a `--find-links` page. */
  | { readonly kind: "index"; readonly clauses: readonly VersionClause[] }
  /** An archive that is downloaded. */
  | {
      readonly kind: "url";
      readonly url: string;
      readonly hash?: ArtifactHash;
      /** Of a wheel: as its name tells it. */
      readonly version?: string;
    }
  | {
      readonly kind: "vcs";
      readonly url: string;
      readonly system: "git" | "hg" | "svn" | "bzr";
      /** Branch, tag or commit; absent = the default branch. */
      readonly revision?: string;
      /** Whether `revision` can't move: a full commit id. */
      readonly isCommit: boolean;
    }
  | {
      readonly kind: "local";
      /** In the repository, relative to its root; `""` is the root itself. */
      readonly path: string;
      readonly what: "directory" | "archive";
      readonly hash?: ArtifactHash;
      /** Of a wheel: as its name tells it. */
      readonly version?: string;
    };

/** One requirement or constraint, as pip understands it. */
export interface RequirementEntry {
  readonly position: Position;
  /** The logical line for people: continuations joined, hashes left out, credentials masked, at most 200 characters. */
  readonly text: string;
  /** From a `-c` file: it says which version, not that the package is wanted. */
  readonly isConstraint: boolean;
  readonly isEditable: boolean;
  /** As written; absent when only the artifact itself says it. */
  readonly name?: string;
  /** `name` as PEP 503 compares names: lower case, runs of `-_.` as one `-`. */
  readonly key?: string;
  /** Sorted, normalised as names are. */
  readonly extras: readonly string[];
  readonly target: RequirementTarget;
  readonly marker?: Marker;
  /** Of `--hash` options. */
  readonly hashes: readonly ArtifactHash[];
}

/** An option line's effect on the whole installation. */
export interface GlobalOption {
  readonly position: Position;
  /** Long form: `--index-url`. */
  readonly name: string;
  /** Without credentials. */
  readonly value?: string;
  /** Of `--find-links` that names something in the repository: relative to its root. */
  readonly path?: string;
}

/** A file that the requirements consist of. */
export interface RequirementFile {
  readonly path: string;
  readonly kind: "requirements" | "constraints";
  /** `false`: the source does not have its content (yet). */
  readonly isRead: boolean;
  /** The line that includes it; absent on the file that was asked for. */
  readonly includedAt?: Position;
}

/** Why requirements are refused, as the failure catalogue calls it. */
export type RequirementReason =
  | "RequirementsInvalid"
  | "UnpinnedDependencies"
  | "DependencyHashMissing"
  | "DependencyConflict";

/** One thing that is wrong with a line. */
export interface RequirementProblem {
  readonly reason: RequirementReason;
  readonly position: Position;
  /** One sentence without a final full stop. Never holds credentials. */
  readonly message: string;
  /** A command or an edit that mends it. */
  readonly fix?: string;
}

/** What is legal but unwise, or read by pip in another way than it looks. */
export interface RequirementWarning {
  readonly position: Position;
  readonly message: string;
}

/** Everything that a requirements file and the files that it includes say. */
export interface RequirementSet {
  /** The file that was asked for. */
  readonly path: string;
  /**
   * Directory of the repository in which pip has to run, `""` for its root: pip takes local paths from there, not from
   * the file that names them.
   */
  readonly workingDirectory: string;
  /** The file itself and all that it includes, in order of first mention, each path once per kind. */
  readonly files: readonly RequirementFile[];
  /** In pip's order: an included file's entries stand where it is included. */
  readonly entries: readonly RequirementEntry[];
  readonly options: readonly GlobalOption[];
  /** What pip would refuse, and what this reader refuses in addition: includes out of the repository or by URL. */
  readonly problems: readonly RequirementProblem[];
  readonly warnings: readonly RequirementWarning[];
}

/** Repository paths (besides the requirement files) that pip reads while it installs the set: sorted, each once. */
export function localPathsOf(set: RequirementSet): readonly string[] {
  const paths = new Set<string>();
  for (const { target } of set.entries) if (target.kind === "local") paths.add(target.path);
  for (const { path } of set.options) if (path !== undefined) paths.add(path);
  return [...paths].sort();
}
