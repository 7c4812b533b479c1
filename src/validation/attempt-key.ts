/** What one attempt is called; every part binds its key. */
export interface AttemptIdentity {
  readonly namespace: string;
  readonly jobUid: string;
  readonly runId: string;
  /** 1 for the first attempt of a run. */
  readonly attempt: number;
}

/** Length of the key under which the runner of one attempt signs its events, in bytes. */
export const ATTEMPT_KEY_BYTES = 32;

/**
 * The attempt's name as its key is bound to it: `nbv.v1|<namespace>|<job UID>|<run>|<attempt>`.
 *
 * @throws RangeError when a part could be taken for another (contains `|`)
 */
export function identityText(id: AttemptIdentity): string {
  const parts = [id.namespace, id.jobUid, id.runId, String(id.attempt)];
  if (parts.some((part) => part.includes("|"))) throw new RangeError("an attempt's identity can't contain '|'");
  return `nbv.v1|${parts.join("|")}`;
}

/** The key as the runner reads it: 64 lower-case hex digits. */
export function keyText(key: Uint8Array): string {
  return Buffer.from(key).toString("hex");
}
