import type { WatchEvent } from "../cluster.js";
import { isKubeError, KubeError } from "../kube-error.js";
import type { KubernetesObject } from "../object.js";
import type { WatchFeed } from "./watch-feed.js";

/** A watch as its reader sees it: opened by the first `next()`, closed by `return()` or the signal. */
export function watchEvents<T extends KubernetesObject>(
  open: () => Promise<WatchFeed>,
  signal: AbortSignal | undefined,
): AsyncIterableIterator<WatchEvent<T>> {
  let feed: WatchFeed | undefined;
  let opening: Promise<void> | undefined;
  let left = false;
  const leave = (): void => {
    left = true;
    signal?.removeEventListener("abort", leave);
    feed?.abandon();
  };
  const begin = async (): Promise<void> => {
    if (signal?.aborted) return leave();
    signal?.addEventListener("abort", leave, { once: true });
    feed = await open();
    if (left) feed.abandon();
  };
  const done = { done: true, value: undefined } as const;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (left) return done;
      try {
        opening ??= begin();
        await opening;
        const event = left ? undefined : await feed?.next();
        if (event === undefined) {
          leave();
          return done;
        }
        return { done: false, value: event as unknown as WatchEvent<T> };
      } catch (error) {
        if (left) return done;
        leave();
        throw isKubeError(error)
          ? error
          : new KubeError({ reason: "ConnectionFailed", message: String(error), cause: error });
      }
    },
    return() {
      leave();
      return Promise.resolve(done);
    },
  };
}
