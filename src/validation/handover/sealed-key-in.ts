import { z } from "zod";
// Apart from the message's maker, for which every millisecond of loading delays a notebook's start.
import { HANDOVER_VERSION } from "./handover-message.js";

/** Longest message that is looked at, in characters; ours has about 150. */
const MAX_MESSAGE = 4096;

const HandoverMessage = z.object({ version: z.literal(HANDOVER_VERSION), sealedKey: z.string() });

/** The sealed key in a termination message, or `undefined` when it holds none. Never throws. */
export function sealedKeyIn(message: string | undefined): string | undefined {
  if (message === undefined || message.length > MAX_MESSAGE) return undefined;
  try {
    return HandoverMessage.safeParse(JSON.parse(message)).data?.sealedKey;
  } catch {
    return undefined;
  }
}
