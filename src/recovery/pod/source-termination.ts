import { z } from "zod";

/** What `fetch-source` leaves in the init container's termination message when it fails. */
const SourceTermination = z.object({
  version: z.literal("nbv.source.v1"),
  reason: z.string().max(64),
  message: z.string().max(4096),
});
export type SourceTermination = z.infer<typeof SourceTermination>;

/** The report in a termination message, or `undefined` when there is none. Never throws. */
export function parseSourceTermination(message: string | undefined): SourceTermination | undefined {
  if (message === undefined) return undefined;
  try {
    return SourceTermination.safeParse(JSON.parse(message)).data;
  } catch {
    return undefined;
  }
}
