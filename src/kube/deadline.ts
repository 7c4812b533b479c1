import type { Clock } from "./clock.js";
import { KubeError } from "./kube-error.js";

/**
 * Runs `work` with a signal that aborts after `ms` milliseconds or with `signal`, and does not wait longer than that
 * even when `work` ignores its signal.
 * @throws KubeError `ConnectionFailed` when time is up, `Aborted` when `signal` aborted; else what `work` throws
 */
export async function within<R>(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
  work: (limited: AbortSignal) => Promise<R>,
): Promise<R> {
  const limit = new AbortController();
  const onAbort = (): void => limit.abort(new KubeError({ reason: "Aborted", message: "the call was aborted" }));
  if (signal?.aborted) onAbort();
  else signal?.addEventListener("abort", onAbort, { once: true });
  const timer = new AbortController();
  clock.sleep(ms, timer.signal).then(
    () => limit.abort(new KubeError({ reason: "ConnectionFailed", message: `no answer within ${ms} ms` })),
    () => undefined,
  );
  try {
    return await untilAborted(limit.signal, () => work(limit.signal));
  } finally {
    timer.abort();
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Settles as `work` does, or rejects with the signal's reason as soon as it aborts. Does not begin when it has already. */
export function untilAborted<R>(signal: AbortSignal, work: () => Promise<R>): Promise<R> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort, { once: true });
    work()
      .finally(() => signal.removeEventListener("abort", onAbort))
      .then(resolve, reject);
  });
}
