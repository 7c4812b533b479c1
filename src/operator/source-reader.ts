import type { SourceFacts } from "../build/index.js";

/** One commit of a repository. */
export interface SourceFactsRequest {
  /** As in `spec.notebook.git.url`. */
  readonly url: string;
  /** Full commit SHA. */
  readonly commit: string;
  /** The name that it was resolved from: a help where servers hand out branches and tags only. */
  readonly ref?: string;
  /** Decoded data of the job's `credentialsSecret`; never logged. Absent = anonymous. */
  readonly credentials?: Readonly<Record<string, string>>;
}

/**
 * Says which contents the next decision needs, seeing those that are there: `wantedFiles` of the build room. Called until it
 * wants nothing that was neither read nor found unreadable.
 */
export type Wanted = (facts: SourceFacts) => readonly string[];

/** The content of a file or the target of a link; a text says why there is none, as a clause: "is larger than…". */
export type Content = Uint8Array | string;

/** What is known of one commit: it never changes, it only becomes more. */
export interface SourceDossier {
  readonly commit: string;
  readonly tree: SourceFacts["tree"];
  /** Contents that were read, by path of the tree. */
  readonly contents: ReadonlyMap<string, Content>;
  /** What people should know of it, one sentence each: submodules, for example. */
  readonly warnings: readonly string[];
}

/** What was read for several questions about one commit. */
export interface SourceAnswer {
  readonly dossier: SourceDossier;
  /** In the order of the questions. */
  readonly facts: readonly SourceFacts[];
}

/** Reads facts of a repository at one commit. Implemented with the Git client in `source/`, by fakes in tests. */
export interface SourceReader {
  /**
   * @param questions about the same commit
   * @param known what an earlier reading of this commit, with these credentials, found
   * @throws SourceError when the commit can't be read
   * @throws the reason of `signal` when it aborts first
   */
  read(
    request: SourceFactsRequest,
    questions: readonly Wanted[],
    known: SourceDossier | undefined,
    signal: AbortSignal,
  ): Promise<SourceAnswer>;
}
