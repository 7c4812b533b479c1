import { createHash, createHmac, hkdfSync } from "node:crypto";
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

/** What a build's object says that it is. */
export interface BuildClaim {
  readonly namespace: string;
  readonly name: string;
  /** `BuildPlan.flight`. */
  readonly flight: string;
  readonly environmentDigest: string;
  readonly isPinned: boolean;
}

/** Learns the keys of attempts, by the operator's own secret, which nothing else of the program ever holds. */
export class SigningKey {
  /** For whom runners' keys are to be sealed: X25519, base64url. */
  readonly publicKey: string;
  readonly #keys: SealingKeys;
  readonly #proofKey: Uint8Array;
  readonly #buildKey: Uint8Array;

  /** @throws RangeError when the secret is shorter than 32 bytes */
  constructor(secret: Uint8Array) {
    if (secret.byteLength < MIN_BYTES) throw new RangeError(`the signing key needs ${MIN_BYTES} bytes or more`);
    this.#keys = sealingKeys(secret);
    this.#proofKey = new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(0), "nbv.proof.v1", 32));
    this.#buildKey = new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(0), "nbv.build-proof.v1", 32));
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

  /**
   * What the operator writes on the pod of an attempt, and nobody else can before that pod is there: base64url. Without
   * it, whoever may create pods could put one of the right name and owner in its place and sign a verdict of their own.
   */
  proofOf(attempt: AttemptIdentity): string {
    return createHmac("sha256", this.#proofKey).update(identityText(attempt)).digest("base64url");
  }

  /**
   * What the operator writes on a build's object: base64url. Without it, whoever may create such objects could put one of
   * the right name in a build's place and have it tell of an image of their own.
   */
  proofOfBuild({ namespace, name, flight, environmentDigest, isPinned }: BuildClaim): string {
    const text = JSON.stringify([namespace, name, flight, environmentDigest, isPinned]);
    return createHmac("sha256", this.#buildKey).update(text).digest("base64url");
  }

  /** Names the secret without telling it: equal for equal secrets, for logs. */
  get fingerprint(): string {
    return createHash("sha256").update(this.publicKey).digest("hex").slice(0, 12);
  }
}
