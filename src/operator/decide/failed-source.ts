import type { MissingObject } from "../../recovery/index.js";

/** Why the source, or what is read of it, could not be had. */
export interface FailedSource {
  readonly kind: "failed";
  /** Of the failure catalogue. */
  readonly reason: string;
  /** Free of credentials. */
  readonly message: string;
  /** What it lacks, where that is one object. */
  readonly missing?: MissingObject;
}
