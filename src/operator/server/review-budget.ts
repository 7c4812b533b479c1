import type { Clock } from "../../kube/clock.js";

/** Reviews per second, and at once. */
const RATE = 5;
const BURST = 20;

/** A token bucket: how many questions strangers may make us ask. */
export class ReviewBudget {
  readonly #clock: Clock;
  #left = BURST;
  /** By {@link Clock.elapsed}. */
  #at: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#at = clock.elapsed();
  }

  /** Takes one question out, if there is one. */
  take(): boolean {
    const now = this.#clock.elapsed();
    this.#left = Math.min(BURST, this.#left + ((now - this.#at) / 1000) * RATE);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
