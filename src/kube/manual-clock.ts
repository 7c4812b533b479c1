import type { Instant } from "../api/instant.js";
import type { Clock } from "./clock.js";

interface Sleeper {
  readonly at: Instant;
  readonly order: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is told to move: for tests, state exploration and simulations. */
export class ManualClock implements Clock {
  #now: Instant;
  #order = 0;
  readonly #sleepers = new Set<Sleeper>();

  /** @param start first answer of `now()`. @default 2026-01-01T00:00:00Z */
  constructor(start: Instant = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): Instant {
    return this.#now;
  }

  elapsed(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const onAbort = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason as Error);
      };
      const sleeper: Sleeper = {
        at: this.#now + Math.max(ms, 0),
        order: this.#order++,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#sleepers.add(sleeper);
    });
  }

  /** How many sleeps are under way. */
  get pending(): number {
    return this.#sleepers.size;
  }

  /** When the next sleep ends; `undefined` when nobody sleeps. */
  get nextAt(): Instant | undefined {
    return this.#next()?.at;
  }

  /**
   * Lets `ms` milliseconds pass: wakes every sleeper that is due, in order of time (ties in order of arrival),
   * with all promise reactions run in between, so that sleeps begun on the way are kept too.
   */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.settle();
    for (let due = this.#next(); due !== undefined && due.at <= until; due = this.#next()) {
      this.#now = Math.max(this.#now, due.at);
      due.wake();
      await this.settle();
    }
    this.#now = Math.max(this.#now, until);
  }

  /** Moves to the end of the next sleep and wakes its sleeper. @returns false when nobody sleeps */
  async advanceToNext(): Promise<boolean> {
    await this.settle();
    const next = this.#next();
    if (next === undefined) return false;
    this.#now = Math.max(this.#now, next.at);
    next.wake();
    await this.settle();
    return true;
  }

  /** Lets everything happen that needs no time: all promise reactions run before this resolves. */
  async settle(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  #next(): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (first === undefined || sleeper.at < first.at || (sleeper.at === first.at && sleeper.order < first.order)) {
        first = sleeper;
      }
    }
    return first;
  }
}
