/** A file of the repository that decides about the environment, as it stands at the commit. */
export interface SourceFile {
  /** Relative to the repository root. */
  readonly path: string;
  readonly text: string;
}

/**
 * What the repository says about the environment at one commit, read through Git without a checkout. Every decision of this
 * room is made from these facts, so that it can be explained and repeated.
 */
export interface SourceFacts {
  /** Full commit SHA. */
  readonly commit: string;
  /** Requirement files with everything that they include, and Dockerfiles; capped in size and number. */
  readonly files: readonly SourceFile[];
  /** Files found that no build uses (`environment.yml`, `Pipfile`…): they become warnings. */
  readonly unused: readonly string[];
}
