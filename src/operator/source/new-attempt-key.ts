import { UserError } from "../../api/user-error.js";
import { ATTEMPT_KEY_BYTES, keyText } from "../../validation/attempt-key.js";
import { handoverMessage } from "../../validation/handover/handover-message.js";
import { SEALING_KEY_BYTES, sealKey } from "../../validation/handover/sealed-key.js";

/** A fresh key, told twice: to the runner as it is, to the operator sealed. */
export interface NewAttemptKey {
  /** For the runner. */
  readonly keyText: string;
  /** The init container's termination message, for the operator. */
  readonly message: string;
}

/**
 * Makes the key of one attempt.
 *
 * @param sealFor the operator's public key, base64url
 * @param identity names the attempt, as the operator will
 * @param random makes so many bytes that nobody can foresee
 * @throws UserError when the public key is none
 */
export function newAttemptKey(sealFor: string, identity: string, random: (bytes: number) => Uint8Array): NewAttemptKey {
  const publicKey = Buffer.from(sealFor, "base64url");
  if (publicKey.byteLength !== SEALING_KEY_BYTES) {
    throw new UserError({
      what: "--seal-for is no X25519 public key: 32 bytes in base64url",
      fix: "give the operator's",
    });
  }
  const key = random(ATTEMPT_KEY_BYTES);
  return {
    keyText: keyText(key),
    message: handoverMessage(sealKey(key, publicKey, identity, random(SEALING_KEY_BYTES))),
  };
}
