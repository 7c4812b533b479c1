import type { Random } from "./random.js";

/** Growing waits with jitter: `first`, 2×, 4×, … up to `max`, each spread evenly over 50 % to 100 % of itself. */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #random: Random;
  #failures = 0;

  /** @param limits in milliseconds */
  constructor(limits: { readonly firstMs: number; readonly maxMs: number }, random: Random) {
    this.#firstMs = limits.firstMs;
    this.#maxMs = limits.maxMs;
    this.#random = random;
  }

  /** Counts one more failure and says how long to wait, in milliseconds: at least `atLeastMs`, plus jitter. */
  next(atLeastMs = 0): number {
    const full = Math.min(this.#maxMs, this.#firstMs * 2 ** Math.min(this.#failures++, 30));
    const wait = full * (0.5 + 0.5 * this.#random());
    return wait >= atLeastMs ? wait : atLeastMs + this.#firstMs * this.#random();
  }

  /** The next failure waits `first` again. */
  reset(): void {
    this.#failures = 0;
  }
}
