/** How often a condition is looked at, in milliseconds. */
const POLL_MS = 80;

/**
 * Waits for something to be so.
 * @param look answers `undefined` while it is not; errors count as that, and the last one is told when time is over
 * @param what it is that is waited for
 * @param tell what there is instead, for the failure's message
 */
export async function eventually<T>(
  what: string,
  withinMs: number,
  look: () => Promise<T | undefined>,
  tell: () => unknown = () => "",
): Promise<T> {
  const until = performance.now() + withinMs;
  let trouble: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined) return found;
      trouble = undefined;
    } catch (error) {
      trouble = error;
    }
    if (performance.now() > until) {
      const seen = trouble === undefined ? await tell() : trouble;
      const text =
        seen instanceof Error ? String(seen) : typeof seen === "string" ? seen : JSON.stringify(seen, null, 1);
      throw new Error(`waited ${withinMs} ms in vain for ${what}; there is: ${text}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
