import { createHash } from "node:crypto";
import {
  type AttemptIdentity,
  identityText,
  type SealingKeys,
  sealedKeyIn,
  sealingKeys,
  unsealKey,
} from "../validation/index.js";

/** Shortest secret that the operator's keys may be derived from, in bytes. */
const MIN_BYTES = 32;

/** Learns the keys of attempts, by the operator's own secret, which nothing else of the program ever holds. */
export class SigningKey {
  /** For whom runners' keys are to be sealed: X25519, base64url. */
  readonly publicKey: string;
  readonly #keys: SealingKeys;

  /** @throws RangeError when the secret is shorter than 32 bytes */
  constructor(secret: Uint8Array) {
    if (secret.byteLength < MIN_BYTES) throw new RangeError(`the signing key needs ${MIN_BYTES} bytes or more`);
    this.#keys = sealingKeys(secret);
    this.publicKey = Buffer.from(this.#keys.publicKey).toString("base64url");
  }

  /**
   * The key in an init container's termination message; `undefined` when there is none that was sealed for this operator
   * and that attempt.
   */
  unseal(attempt: AttemptIdentity, message: string | undefined): Uint8Array | undefined {
    const sealed = sealedKeyIn(message);
    return sealed === undefined ? undefined : unsealKey(this.#keys, identityText(attempt), sealed);
  }

  /** Names the secret without telling it: equal for equal secrets, for logs. */
  get fingerprint(): string {
    return createHash("sha256").update(this.publicKey).digest("hex").slice(0, 12);
  }
}
