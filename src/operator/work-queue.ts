import type { Clock } from "../kube/clock.js";
import type { Random } from "../kube/random.js";
import { DueTimes } from "./due-times.js";
import { DEFAULT_PRIORITY } from "./priority.js";
import { ReadyKeys } from "./ready-keys.js";

/** How a {@link WorkQueue} behaves. All times in milliseconds. */
export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Delay after a key's first failure. @default 250 */
  readonly baseDelayMs?: number;
  /** Longest delay after failures. @default 300000 */
  readonly maxDelayMs?: number;
  /** A key that waited this long goes before every priority. @default 10000 */
  readonly agingMs?: number;
}

/** When a key is to be taken. */
export interface AddOptions {
  /** Higher goes first. @default 50 */
  readonly priority?: number;
}

/** How a failed key is to be tried again. */
export interface FailureOptions extends AddOptions {
  /** Delay after the first failure, milliseconds. @default the queue's own */
  readonly baseDelayMs?: number;
}

/** Entries of keys that are no longer delayed, from which on they are thrown out. */
const MIN_LEFTOVERS = 64;

interface Delayed {
  /** By {@link Clock.elapsed}, as all times of the queue. */
  readonly due: number;
  priority: number;
}

/**
 * Keys (`namespace/name`) that want a reconcile. A key is in the queue at most once, and never with two workers at a
 * time: what is added while a worker has it comes back after {@link done}. Who goes first: `ready-keys.ts`.
 */
export class WorkQueue {
  readonly #options: Required<WorkQueueOptions>;
  readonly #ready: ReadyKeys;
  readonly #delayed = new Map<string, Delayed>();
  /** When the delayed keys are due; entries that a later wish made untrue are left out when their time has come. */
  readonly #dueTimes = new DueTimes();
  readonly #processing = new Set<string>();
  /** Keys that were added while a worker had them, with their priority. */
  readonly #again = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  /** Until when the server asked to be left alone with a key; nothing that is added goes before that. */
  readonly #heldUntil = new Map<string, number>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  readonly #idle: (() => void)[] = [];
  #timer: { due: number; stop: AbortController } | undefined;
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#options = { baseDelayMs: 250, maxDelayMs: 300_000, agingMs: 10_000, ...options };
    this.#ready = new ReadyKeys(this.#options.agingMs);
  }

  /** Keys that could be taken now. */
  get depth(): number {
    return this.#ready.size;
  }

  /** Keys that wait for their time. */
  get delayed(): number {
    return this.#delayed.size;
  }

  /** Keys that workers have. */
  get processing(): number {
    return this.#processing.size;
  }

  /** How long the oldest ready key has waited, in milliseconds. */
  get oldestMs(): number {
    const since = this.#ready.oldest;
    return since === undefined ? 0 : this.#options.clock.elapsed() - since;
  }

  /** How often the key failed since it was last forgotten. */
  failuresOf(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Wants the key reconciled as soon as possible. */
  add(key: string, options: AddOptions = {}): void {
    if (this.#closed) return;
    const heldMs = this.#heldMs(key);
    if (heldMs > 0) return this.addAfter(key, heldMs, options);
    this.#heldUntil.delete(key);
    const priority = options.priority ?? DEFAULT_PRIORITY;
    this.#delayed.delete(key);
    if (this.#processing.has(key)) {
      this.#again.set(key, Math.max(priority, this.#again.get(key) ?? priority));
      return;
    }
    this.#ready.add(key, priority, this.#options.clock.elapsed());
    this.#serve();
  }

  /** Wants the key reconciled after `delayMs`, or earlier when an earlier wish is there already. */
  addAfter(key: string, delayMs: number, options: AddOptions = {}): void {
    if (this.#closed) return;
    if (delayMs <= 0) return this.add(key, options);
    if (this.#ready.has(key) || this.#again.has(key)) return;
    const priority = options.priority ?? DEFAULT_PRIORITY;
    const due = this.#options.clock.elapsed() + Math.max(delayMs, this.#heldMs(key));
    const before = this.#delayed.get(key);
    if (before !== undefined) before.priority = Math.max(before.priority, priority);
    if (before !== undefined && before.due <= due) return;
    this.#delayed.set(key, { due, priority: before?.priority ?? priority });
    this.#dueTimes.add(key, due);
    // Keys that were taken before their time leave their entries behind.
    if (this.#dueTimes.size > 2 * this.#delayed.size + MIN_LEFTOVERS) {
      this.#dueTimes.clear();
      for (const [each, entry] of this.#delayed) this.#dueTimes.add(each, entry.due);
    }
    this.#schedule();
  }

  /**
   * Wants the key reconciled after a failure: later with every failure in a row, spread by jitter.
   * @param atLeastMs what a server asked for (Retry-After): even changes of the job wait that long
   * @returns the delay in milliseconds
   */
  addAfterFailure(key: string, atLeastMs = 0, options: FailureOptions = {}): number {
    const failures = this.failuresOf(key);
    this.#failures.set(key, failures + 1);
    const { maxDelayMs, random } = this.#options;
    const { baseDelayMs = this.#options.baseDelayMs } = options;
    const ceiling = Math.min(baseDelayMs * 2 ** Math.min(failures, 30), maxDelayMs);
    const delay = Math.max(ceiling * (0.5 + random() / 2), atLeastMs);
    if (atLeastMs > 0) this.#heldUntil.set(key, this.#options.clock.elapsed() + atLeastMs);
    this.addAfter(key, delay, options);
    return delay;
  }

  /** The key's last reconcile was fine: its next failure is a first one. */
  forget(key: string): void {
    this.#failures.delete(key);
    this.#heldUntil.delete(key);
  }

  /** The next key, which is the caller's until {@link done}; `undefined` after {@link close}. */
  take(): Promise<string | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#takers.push(resolve);
      this.#serve();
    });
  }

  /** The caller of {@link take} is through with the key. */
  done(key: string): void {
    if (!this.#processing.delete(key)) return;
    this.#ready.release(key);
    const priority = this.#again.get(key);
    this.#again.delete(key);
    if (priority !== undefined && !this.#closed) this.add(key, { priority });
    if (this.#processing.size === 0) for (const wake of this.#idle.splice(0)) wake();
    this.#serve();
  }

  /** Gives no more keys out. Keys that workers have stay theirs: see {@link drained}. */
  close(): void {
    this.#closed = true;
    this.#timer?.stop.abort();
    this.#timer = undefined;
    this.#delayed.clear();
    this.#dueTimes.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  /** Resolves when no worker has a key any more. */
  drained(): Promise<void> {
    return this.#processing.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  /** How long the server still wants to be left alone with the key; negative = no longer. */
  #heldMs(key: string): number {
    return (this.#heldUntil.get(key) ?? Number.NEGATIVE_INFINITY) - this.#options.clock.elapsed();
  }

  #serve(): void {
    while (this.#takers.length > 0 && !this.#closed) {
      const key = this.#ready.take(this.#options.clock.elapsed());
      if (key === undefined) return;
      this.#processing.add(key);
      this.#takers.shift()?.(key);
    }
  }

  /** Keeps one timer for the delayed key that is due first. */
  #schedule(): void {
    const due = this.#dueTimes.first;
    if (due === undefined || (this.#timer !== undefined && this.#timer.due <= due)) return;
    this.#timer?.stop.abort();
    const timer = { due, stop: new AbortController() };
    this.#timer = timer;
    this.#options.clock.sleep(due - this.#options.clock.elapsed(), timer.stop.signal).then(
      () => {
        if (this.#timer !== timer) return;
        this.#timer = undefined;
        this.#release();
      },
      () => undefined,
    );
  }

  #release(): void {
    const now = this.#options.clock.elapsed();
    for (let key = this.#dueTimes.take(now); key !== undefined; key = this.#dueTimes.take(now)) {
      const entry = this.#delayed.get(key);
      if (entry === undefined || entry.due > now) continue;
      this.#delayed.delete(key);
      this.add(key, { priority: entry.priority });
    }
    this.#schedule();
  }
}
