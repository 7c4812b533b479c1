import type { Instant } from "../api/instant.js";

/** The only source of time and timers in `kube`, `operator` and `local`; injected, so that tests own time. */
export interface Clock {
  now(): Instant;
  /**
   * Milliseconds of a clock that nobody sets: only differences count. By it, and not by {@link now}, is measured what lasts:
   * calendars are put right at any time, back and ahead.
   */
  elapsed(): number;
  /**
   * Resolves after `ms` milliseconds (at once, but never synchronously, for 0 or less).
   * Rejects with the signal's reason when `signal` aborts first; the timer is gone then.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Longest delay that the timers of Node.js take; longer sleeps are made of several. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  async sleep(ms, signal) {
    for (let left = ms; ; left -= MAX_TIMER_MS) {
      await sleepOnce(Math.min(Math.max(left, 0), MAX_TIMER_MS), signal);
      if (left <= MAX_TIMER_MS) return;
    }
  },
};

function sleepOnce(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
