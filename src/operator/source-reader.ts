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

/** What was read. */
export interface ReadFacts {
  readonly facts: SourceFacts;
  /** What people should know of it, one sentence each: submodules, for example. */
  readonly warnings: readonly string[];
}

/** Reads facts of a repository at one commit. Implemented with the Git client in `source/`, by fakes in tests. */
export interface SourceReader {
  /**
   * @throws SourceError when the commit can't be read
   * @throws the reason of `signal` when it aborts first
   */
  read(request: SourceFactsRequest, wanted: Wanted, signal: AbortSignal): Promise<ReadFacts>;
}
