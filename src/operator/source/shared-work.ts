/** One answer in the making. */
interface Shared<T> {
  readonly answer: Promise<T>;
  readonly abort: AbortController;
  waiting: number;
}

/** Runs at most so many pieces of work at a time, and one piece for all who ask for the same at the same time. */
export class SharedWork<T> {
  private readonly running = new Map<string, Shared<T>>();
  private readonly queue: (() => void)[] = [];
  private free: number;

  /** @param concurrency how many pieces run at a time; at least 1 */
  constructor(concurrency: number) {
    this.free = Math.max(1, concurrency);
  }

  /**
   * The answer to `key`. The work is aborted when the last one who waits for it has left.
   * @throws the reason of `signal` when it aborts; whatever the work throws
   */
  async share(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const shared = this.running.get(key) ?? this.start(key, work);
    shared.waiting += 1;
    try {
      return await abortable(shared.answer, signal);
    } finally {
      shared.waiting -= 1;
      if (shared.waiting === 0) {
        // Whoever comes now must not join work that is being given up.
        if (this.running.get(key) === shared) this.running.delete(key);
        shared.abort.abort();
      }
    }
  }

  private start(key: string, work: (signal: AbortSignal) => Promise<T>): Shared<T> {
    const abort = new AbortController();
    const answer = this.limited(abort.signal, work).finally(() => {
      if (this.running.get(key) === shared) this.running.delete(key);
    });
    answer.catch(() => undefined);
    const shared: Shared<T> = { answer, abort, waiting: 0 };
    this.running.set(key, shared);
    return shared;
  }

  private async limited(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.queue.push(resolve));
    try {
      signal.throwIfAborted();
      return await work(signal);
    } finally {
      const next = this.queue.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}

function abortable<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const leave = () => reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
