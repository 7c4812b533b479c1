import type { Clock } from "../kube/clock.js";
import { untilAborted } from "../kube/deadline.js";

export interface FlightsOptions {
  readonly clock: Clock;
  /** Flights at a time. */
  readonly concurrency: number;
  /** Longest flight, in milliseconds. */
  readonly timeoutMs: number;
  /** Reason of a flight that took longer. */
  readonly late: () => Error;
}

/** One piece of work that several passengers may wait for. */
interface Flight<R> {
  readonly key: string;
  readonly work: (signal: AbortSignal) => Promise<R>;
  readonly passengers: { readonly resolve: (result: R) => void; readonly reject: (error: unknown) => void }[];
}

/**
 * Work that is done once for all who want the same, a bounded number at a time. Who comes when a flight is under way takes the
 * next one: nobody gets an answer from before the question.
 */
export class Flights<R> {
  readonly #options: FlightsOptions;
  readonly #waiting = new Map<string, Flight<R>>();
  readonly #running = new Set<string>();
  readonly #stop = new AbortController();
  #underWay = 0;

  constructor(options: FlightsOptions) {
    this.#options = options;
  }

  /**
   * @param key names the work, the same for the same
   * @throws what `work` throws, the reason for being late, the reason of {@link stop}
   */
  fly(key: string, work: (signal: AbortSignal) => Promise<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(key);
      if (waiting !== undefined) {
        waiting.passengers.push({ resolve, reject });
        return;
      }
      this.#waiting.set(key, { key, work, passengers: [{ resolve, reject }] });
      this.#depart();
    });
  }

  /** Whether {@link stop} was called. */
  get isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Ends everything under way. */
  stop(): void {
    this.#stop.abort(new Error("the operator stops"));
  }

  /** Starts what may start: one flight per key at a time, a bounded number in all. */
  #depart(): void {
    for (const flight of this.#waiting.values()) {
      if (this.#underWay >= this.#options.concurrency) return;
      if (this.#running.has(flight.key)) continue;
      this.#waiting.delete(flight.key);
      this.#running.add(flight.key);
      this.#underWay += 1;
      const land = (tell: (passenger: Flight<R>["passengers"][number]) => void): void => {
        this.#running.delete(flight.key);
        this.#underWay -= 1;
        flight.passengers.forEach(tell);
        this.#depart();
      };
      this.#limited(flight.work).then(
        (result) => land(({ resolve }) => resolve(result)),
        (error: unknown) => land(({ reject }) => reject(error)),
      );
    }
  }

  async #limited(work: Flight<R>["work"]): Promise<R> {
    const { clock, timeoutMs, late } = this.#options;
    const landed = new AbortController();
    const delay = new AbortController();
    clock.sleep(timeoutMs, AbortSignal.any([landed.signal, this.#stop.signal])).then(
      () => delay.abort(late()),
      () => undefined,
    );
    const signal = AbortSignal.any([this.#stop.signal, delay.signal]);
    try {
      // Work that ignores its signal holds nobody up.
      return await untilAborted(signal, () => work(signal));
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      landed.abort();
    }
  }
}
