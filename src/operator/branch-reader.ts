/** References of one question: their names have to fit on a command line. */
export const REFS_PER_QUESTION = 100;

/** A question about several references of one repository at once. */
export interface BranchesRequest {
  /** As in `spec.notebook.git.url`. */
  readonly url: string;
  /** Branches and tags, as in `spec.notebook.git.ref`, {@link REFS_PER_QUESTION} at most; full commits are passed over. */
  readonly refs: readonly string[];
  /** Decoded data of a `credentialsSecret`; never logged. Absent = anonymous. */
  readonly credentials?: Readonly<Record<string, string>>;
}

/** Asks Git where branches are. Implemented with the Git client in `source/`, by fakes in tests. */
export interface BranchReader {
  /**
   * @returns full commit SHAs by the references of the request; those that the remote does not have are left out
   * @throws SourceError when the repository can't be read
   * @throws the reason of `signal` when it aborts first
   */
  branches(request: BranchesRequest, signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
}
