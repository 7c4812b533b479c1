import { createHmac } from "node:crypto";
import { attemptKey } from "../validation/index.js";

/** Shortest secret that attempts' keys may be derived from, in bytes. */
const MIN_BYTES = 32;

/** Derives the keys of attempts from the operator's own secret, which nothing else of the program ever holds. */
export class SigningKey {
  readonly #secret: Uint8Array;

  /** @throws RangeError when the secret is shorter than 32 bytes */
  constructor(secret: Uint8Array) {
    if (secret.byteLength < MIN_BYTES) throw new RangeError(`the signing key needs ${MIN_BYTES} bytes or more`);
    this.#secret = Uint8Array.from(secret);
  }

  /** The key of one attempt: the same in every process that holds the same secret. */
  forAttempt(job: { readonly namespace: string; readonly uid: string }, runId: string, number: number): Uint8Array {
    return attemptKey(this.#secret, { namespace: job.namespace, jobUid: job.uid, runId, attempt: number });
  }

  /** Names the secret without telling it: equal for equal secrets, for logs. */
  get fingerprint(): string {
    return createHmac("sha256", this.#secret).update("fingerprint").digest("hex").slice(0, 12);
  }
}
