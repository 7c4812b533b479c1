import type { Instant } from "../../api/index.js";
import type { Clock } from "../../kube/clock.js";

/** Reviews per second, and at once. */
const RATE = 5;
const BURST = 20;

/** A token bucket: how many questions strangers may make us ask. */
export class ReviewBudget {
  readonly #clock: Clock;
  #left = BURST;
  #at: Instant;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#at = clock.now();
  }

  /** Takes one question out, if there is one. */
  take(): boolean {
    const now = this.#clock.now();
    this.#left = Math.min(BURST, this.#left + (Math.max(0, now - this.#at) / 1000) * RATE);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
