import type { Clock } from "../kube/clock.js";

/** Lets so many pieces of work begin as may be under way at a time; one that takes long is counted only for a while. */
export class Turns {
  readonly #clock: Clock;
  readonly #longestMs: number;
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param longestMs how long a piece of work keeps others waiting at most */
  constructor(places: number, longestMs: number, clock: Clock) {
    this.#free = places;
    this.#longestMs = longestMs;
    this.#clock = clock;
  }

  /** Does the work when its turn has come: first come, first served. @throws what the work throws */
  async take<R>(work: () => Promise<R>): Promise<R> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const over = new AbortController();
    void this.#clock
      .sleep(this.#longestMs, over.signal)
      .catch(() => undefined)
      .then(() => this.#leave());
    try {
      return await work();
    } finally {
      over.abort();
    }
  }

  /** The place goes to the next one. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
