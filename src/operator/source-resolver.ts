/** What a job asks of Git: one reference of one repository. */
export interface SourceRequest {
  /** As in `spec.notebook.git.url`. */
  readonly url: string;
  /** Branch, tag or commit, as in `spec.notebook.git.ref`. */
  readonly ref: string;
  /** Decoded data of the job's `credentialsSecret`; never logged. Absent = anonymous. */
  readonly credentials?: Readonly<Record<string, string>>;
}

/** The answer: which commit the reference names at this moment. */
export interface ResolvedSource {
  /** Full commit SHA (40 or 64 hex digits). */
  readonly commit: string;
  /** What the owner of the name should know: a branch and a tag share it, for example. One sentence. */
  readonly warning?: string;
}

/** Why a source cannot be resolved: names of the failure catalogue in `src/recovery`. */
export type SourceErrorReason =
  | "GitAuthFailed"
  | "GitNotFound"
  | "GitRefNotFound"
  | "GitNetwork"
  /** The https certificate is not trusted, or the ssh host key is not known or differs. */
  | "GitUntrusted"
  /** URL, ref, address, redirect or content that is never used, whoever asks. */
  | "GitRefused"
  /** Over the limits of size or number of files. */
  | "SourceTooLarge"
  | "SecretMissing"
  | "Unknown";

/** The only error that a {@link SourceResolver} rejects with, unless its signal aborted. */
export class SourceError extends Error {
  override readonly name = "SourceError";

  /**
   * @param reason which failure of the catalogue this is
   * @param message one sentence for people, free of credentials
   */
  constructor(
    readonly reason: SourceErrorReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Asks Git which commit a reference names. Implemented with the Git client in `source/`, by fakes in tests. */
export interface SourceResolver {
  /**
   * @throws SourceError when the repository or the reference cannot be read
   * @throws the reason of `signal` when it aborts first
   */
  resolve(request: SourceRequest, signal: AbortSignal): Promise<ResolvedSource>;
}
