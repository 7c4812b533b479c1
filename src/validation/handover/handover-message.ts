/** Names the message and its form. */
export const HANDOVER_VERSION = "nbv.handover.v1";

/**
 * What the init container leaves in its termination message when it succeeds. Holds no secret that its readers could use.
 *
 * @param sealedKey from {@link sealKey}
 */
export function handoverMessage(sealedKey: string): string {
  return JSON.stringify({ version: HANDOVER_VERSION, sealedKey });
}
