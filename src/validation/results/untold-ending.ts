/** Why an attempt ended that left no verdict, as its pod or its node tells. */
export interface UntoldEnding {
  /** Of the failure catalogue: `OOMKilled`, `NodeLost`… */
  readonly reason: string;
  /** One sentence for people. */
  readonly message: string;
}
