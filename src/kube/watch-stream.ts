import type { Clock } from "./clock.js";
import type { WatchEvent } from "./cluster.js";
import { untilAborted } from "./deadline.js";
import { KubeError } from "./kube-error.js";
import type { KubernetesObject } from "./object.js";

export interface WatchReading<T> {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds without any event after which the watch is given up. */
  readonly staleAfterMs: number;
  /** Moment at which reading ends anyway, by {@link Clock.elapsed}; may be infinite. */
  readonly until: number;
  readonly open: (closing: AbortSignal) => AsyncIterable<WatchEvent<T>>;
  readonly onEvent: (event: WatchEvent<T>) => void;
  /** Something came that is no event; reading ends with an error. */
  readonly onMalformed: () => void;
}

/** Why reading a watch ended without an error. */
export type WatchEnd = "closed" | "stale" | "until" | "aborted";

/** How long a watch may take to close after it was told to; real adapters need no time. */
const CLOSE_MS = 5000;

/**
 * Reads one watch until it ends, is silent for too long, or the signal aborts; the watch is closed when this settles.
 * @throws whatever the watch throws, and KubeError `InternalError` for an event that is none
 */
export async function readWatch<T extends KubernetesObject>(reading: WatchReading<T>): Promise<WatchEnd> {
  const { clock, signal, staleAfterMs, until } = reading;
  if (signal.aborted) return "aborted";
  const closing = new AbortController();
  let end: WatchEnd = "closed";
  const close = (why: WatchEnd): void => {
    if (closing.signal.aborted) return;
    end = why;
    closing.abort(CLOSED);
  };
  const onAbort = (): void => close("aborted");
  signal.addEventListener("abort", onAbort, { once: true });
  let lastEventAt = clock.elapsed();
  const guard = (async () => {
    for (;;) {
      const now = clock.elapsed();
      if (now >= until) return close("until");
      if (now - lastEventAt >= staleAfterMs) return close("stale");
      await clock.sleep(Math.min(until, lastEventAt + staleAfterMs) - now, closing.signal);
    }
  })().catch(() => undefined);
  const iterator = reading.open(closing.signal)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await untilAborted(closing.signal, () => iterator.next());
      if (closing.signal.aborted || next.done === true) break;
      if (!isWatchEvent<T>(next.value)) {
        reading.onMalformed();
        throw new KubeError({ reason: "InternalError", message: "a watch sent something that is no event" });
      }
      lastEventAt = clock.elapsed();
      reading.onEvent(next.value);
    }
  } catch (error) {
    if (!closing.signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
    if (!closing.signal.aborted) closing.abort(CLOSED);
    await closed(iterator, clock);
    await guard;
  }
  return end;
}

const CLOSED = new KubeError({ reason: "Aborted", message: "the watch was closed" });

async function closed(iterator: AsyncIterator<unknown>, clock: Clock): Promise<void> {
  const timer = new AbortController();
  const patience = clock.sleep(CLOSE_MS, timer.signal).catch(() => undefined);
  await Promise.race([iterator.return?.().catch(() => undefined), patience]);
  timer.abort();
}

/** Whether `value` has what every stored object has: kind-independent identity and version. */
export function isStoredObject(value: unknown): value is KubernetesObject {
  const metadata = (value as KubernetesObject | null | undefined)?.metadata;
  return [metadata?.name, metadata?.uid, metadata?.resourceVersion].every(
    (text) => typeof text === "string" && text !== "",
  );
}

function isWatchEvent<T extends KubernetesObject>(value: unknown): value is WatchEvent<T> {
  const event = value as Partial<{ type: string; object: unknown; resourceVersion: unknown }> | null;
  switch (event?.type) {
    case "Bookmark":
      return typeof event.resourceVersion === "string" && event.resourceVersion !== "";
    case "Added":
    case "Modified":
    case "Deleted":
      return isStoredObject(event.object);
    default:
      return false;
  }
}
