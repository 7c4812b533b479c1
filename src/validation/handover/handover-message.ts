import { z } from "zod";

/** Longest message that is looked at, in characters; ours has about 160. */
const MAX_MESSAGE = 4096;

/** What the init container leaves in its termination message when it succeeds. Holds no secret that its reader could use. */
const HandoverMessage = z.object({ version: z.literal("nbv.handover.v1"), sealedKey: z.string() });

/** The termination message that tells the operator the attempt's key. @param sealedKey from {@link sealKey} */
export function handoverMessage(sealedKey: string): string {
  return JSON.stringify({ version: "nbv.handover.v1", sealedKey } satisfies z.infer<typeof HandoverMessage>);
}

/** The sealed key in a termination message, or `undefined` when it holds none. Never throws. */
export function sealedKeyIn(message: string | undefined): string | undefined {
  if (message === undefined || message.length > MAX_MESSAGE) return undefined;
  try {
    return HandoverMessage.safeParse(JSON.parse(message)).data?.sealedKey;
  } catch {
    return undefined;
  }
}
