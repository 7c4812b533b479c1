import { createHmac } from "node:crypto";

/** What one attempt is called; every part enters its key. */
export interface AttemptIdentity {
  readonly namespace: string;
  readonly jobUid: string;
  readonly runId: string;
  /** 1 for the first attempt of a run. */
  readonly attempt: number;
}

/**
 * The key under which the runner of one attempt signs its events: 32 bytes, derived from the operator's own secret, so
 * that it need not be stored and one attempt's key says nothing about another's.
 *
 * @throws RangeError when the secret is shorter than 32 bytes or a part could be taken for another (contains `|`).
 */
export function attemptKey(secret: Uint8Array, id: AttemptIdentity): Uint8Array {
  if (secret.byteLength < 32) throw new RangeError("the operator's signing secret must have at least 32 bytes");
  const parts = [id.namespace, id.jobUid, id.runId, String(id.attempt)];
  if (parts.some((part) => part.includes("|"))) throw new RangeError("an attempt's identity can't contain '|'");
  return createHmac("sha256", secret)
    .update(`nbv.v1|${parts.join("|")}`)
    .digest();
}

/** The key as it stands in the attempt's Secret: 64 lower-case hex digits. */
export function keyText(key: Uint8Array): string {
  return Buffer.from(key).toString("hex");
}
