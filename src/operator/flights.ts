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
  readonly payers: Set<string>;
  readonly passengers: { readonly resolve: (result: R) => void; readonly reject: (error: unknown) => void }[];
}

/**
 * Work that is done once for all who want the same, a bounded number at a time. Who comes when a flight is under way takes the
 * next one: nobody gets an answer from before the question. Payers take turns, so that nobody waits for all that one of them
 * wants; what one of them wants is done in the order in which it was asked for.
 */
export class Flights<R> {
  readonly #options: FlightsOptions;
  readonly #waiting = new Map<string, Flight<R>>();
  /** By key. Each has a signal of its own: signals that are made of others leave something behind in one that lives long. */
  readonly #running = new Map<string, AbortController>();
  /** The turn at which each payer was served last, while anything waits. */
  readonly #served = new Map<string, number>();
  #turn = 0;
  #stopped: Error | undefined;

  constructor(options: FlightsOptions) {
    this.#options = options;
  }

  /**
   * @param key names the work, the same for the same
   * @param payers who want it, at least one; it leaves when the first of them has a turn
   * @throws what `work` throws, the reason for being late, the reason of {@link stop}
   */
  fly(key: string, work: (signal: AbortSignal) => Promise<R>, payers: readonly string[]): Promise<R> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(key);
      if (waiting !== undefined) {
        waiting.passengers.push({ resolve, reject });
        for (const payer of payers) waiting.payers.add(payer);
        return;
      }
      this.#waiting.set(key, { key, work, payers: new Set(payers), passengers: [{ resolve, reject }] });
      this.#depart();
    });
  }

  /** Whether {@link stop} was called. */
  get isStopped(): boolean {
    return this.#stopped !== undefined;
  }

  /** Ends everything under way. */
  stop(): void {
    this.#stopped ??= new Error("the operator stops");
    for (const flight of this.#running.values()) flight.abort(this.#stopped);
  }

  /** Starts what may start: one flight per key at a time, a bounded number in all. */
  #depart(): void {
    for (let flight = this.#next(); flight !== undefined; flight = this.#next()) {
      const { key, passengers } = flight;
      const ending = new AbortController();
      if (this.#stopped !== undefined) ending.abort(this.#stopped);
      this.#waiting.delete(key);
      this.#running.set(key, ending);
      const land = (tell: (passenger: Flight<R>["passengers"][number]) => void): void => {
        this.#running.delete(key);
        passengers.forEach(tell);
        this.#depart();
      };
      this.#limited(flight.work, ending).then(
        (result) => land(({ resolve }) => resolve(result)),
        (error: unknown) => land(({ reject }) => reject(error)),
      );
    }
  }

  /** The flight that may start now: of whoever was served longest ago. */
  #next(): Flight<R> | undefined {
    if (this.#running.size >= this.#options.concurrency) return undefined;
    let best: { readonly flight: Flight<R>; readonly payer: string; readonly served: number } | undefined;
    for (const flight of this.#waiting.values()) {
      if (this.#running.has(flight.key)) continue;
      for (const payer of flight.payers) {
        const served = this.#served.get(payer) ?? 0;
        if (best === undefined || served < best.served) best = { flight, payer, served };
      }
    }
    if (best === undefined) return undefined;
    if (this.#waiting.size === 1 && this.#running.size === 0) this.#served.clear();
    this.#turn += 1;
    this.#served.set(best.payer, this.#turn);
    return best.flight;
  }

  async #limited(work: Flight<R>["work"], ending: AbortController): Promise<R> {
    const { clock, timeoutMs, late } = this.#options;
    const landed = new AbortController();
    clock.sleep(timeoutMs, landed.signal).then(
      () => ending.abort(late()),
      () => undefined,
    );
    const { signal } = ending;
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
