import type { Clock } from "../clock.js";
import type { WatchEvent } from "../cluster.js";
import { cloneJson } from "../json.js";
import { KubeError } from "../kube-error.js";
import type { Resource } from "../resource.js";
import { resourceId, type StoredObject } from "./definition.js";
import type { Selects } from "./selection.js";
import type { Change, Storage } from "./storage.js";

export interface WatchFeedOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly resource: Resource;
  readonly selects: Selects;
  /** Changes after it are fed; `undefined` = the current objects as `Added` first. */
  readonly from: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly bookmarkIntervalMs: number;
  readonly onClose: () => void;
}

type Feed = WatchEvent<StoredObject>;

/** The events of one open watch, queued until they are read. */
export class WatchFeed {
  readonly resource: Resource;
  readonly #options: WatchFeedOptions;
  readonly #queue: Feed[] = [];
  readonly #timers = new AbortController();
  readonly #unsubscribe: () => void;
  #end: { readonly error?: Error } | undefined;
  #wake: (() => void) | undefined;
  #silent = false;
  #fedUpTo: number;

  /** Opens the watch. @throws KubeError `Gone` when the version is too old */
  constructor(options: WatchFeedOptions) {
    this.#options = options;
    this.resource = options.resource;
    const { storage, resource, selects, from } = options;
    if (from === undefined) {
      for (const object of storage.all(resource)) if (selects(object)) this.#push({ type: "Added", object });
    } else {
      for (const change of storage.changesSince(resource, from)) this.#feed(change);
    }
    this.#fedUpTo = Math.max(from ?? 0, storage.revision);
    const id = resourceId(resource);
    this.#unsubscribe = storage.subscribe((change) => {
      if (change.revision > this.#fedUpTo && resourceId(change.resource) === id) this.#feed(change);
    });
    if (options.timeoutMs !== undefined) void this.#endAfter(options.timeoutMs);
    if (options.bookmarkIntervalMs > 0) void this.#bookmarkEvery(options.bookmarkIntervalMs);
  }

  /** The next event; `undefined` at the end. Copies: the reader's own. */
  async next(): Promise<Feed | undefined> {
    for (;;) {
      const event = this.#queue.shift();
      if (event !== undefined) return cloneJson(event);
      if (this.#end !== undefined) {
        if (this.#end.error !== undefined) throw this.#end.error;
        return undefined;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Ends the watch after what is queued; with an error if one is given. */
  close(error?: Error): void {
    if (this.#end !== undefined) return;
    this.#end = error === undefined ? {} : { error };
    this.#unsubscribe();
    this.#timers.abort();
    this.#options.onClose();
    this.#wake?.();
  }

  /** Ends the watch and forgets what is queued: its reader has left. */
  abandon(): void {
    this.#queue.length = 0;
    this.close();
  }

  /** From now on nothing comes, and no end: what a lost connection looks like. */
  silence(): void {
    this.#silent = true;
    this.#queue.length = 0;
    this.#unsubscribe();
    this.#timers.abort();
  }

  #feed(change: Change): void {
    const { selects } = this.#options;
    const was = change.previous !== undefined && selects(change.previous);
    const is = change.type !== "Deleted" && selects(change.object);
    if (was && is) this.#push({ type: "Modified", object: change.object });
    else if (is) this.#push({ type: "Added", object: change.object });
    else if (was) this.#push({ type: "Deleted", object: left(change) });
  }

  #push(event: Feed): void {
    if (this.#silent) return;
    this.#queue.push(event);
    this.#wake?.();
  }

  #bookmark(): void {
    this.#push({ type: "Bookmark", resourceVersion: String(Math.max(this.#options.storage.revision, this.#fedUpTo)) });
  }

  async #bookmarkEvery(ms: number): Promise<void> {
    try {
      for (;;) {
        await this.#options.clock.sleep(ms, this.#timers.signal);
        this.#bookmark();
      }
    } catch {
      // the watch has ended
    }
  }

  async #endAfter(ms: number): Promise<void> {
    try {
      await this.#options.clock.sleep(ms, this.#timers.signal);
    } catch {
      return; // the watch has ended
    }
    this.#bookmark();
    this.close();
  }
}

/** A selection is left with the object's last selected state, at the version of the change. */
function left(change: Change): StoredObject {
  const { object, previous } = change;
  if (change.type === "Deleted" || previous === undefined) return object;
  const resourceVersion = object.metadata.resourceVersion ?? "";
  return { ...previous, metadata: { ...previous.metadata, resourceVersion } };
}

/** How `MemoryCluster.breakWatches` ends watches. */
export type WatchBreak = "close" | "reset" | "silent" | "expire";

/** Does to a feed what a bad network or server does. */
export function breakFeed(feed: WatchFeed, how: WatchBreak): void {
  switch (how) {
    case "close":
      return feed.close();
    case "reset":
      return feed.close(new KubeError({ reason: "ConnectionFailed", message: "the connection was reset" }));
    case "expire":
      return feed.close(new KubeError({ reason: "Gone", message: "too old resource version" }));
    case "silent":
      return feed.silence();
    default:
      return how satisfies never;
  }
}
