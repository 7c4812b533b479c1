import { seededRandom } from "../../../src/kube/index.js";

/** Draws that are the same for the same seed. */
export class Dice {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** One of them. */
  of<const C extends readonly unknown[]>(...choices: C): C[number] {
    return choices[Math.floor(this.#random() * choices.length)];
  }

  /** Whether something happens that happens in so many of a hundred cases. */
  chance(percent: number): boolean {
    return this.#random() * 100 < percent;
  }

  /** `value` in so many of a hundred cases, or nothing. */
  maybe<T>(percent: number, value: () => T): T | undefined {
    return this.chance(percent) ? value() : undefined;
  }
}
