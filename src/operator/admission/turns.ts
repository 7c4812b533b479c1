/**
 * Hands out turns for work that keeps the process busy, one for each round of its event loop: however many ask at once,
 * timers and connections (the Lease's renewal among them) are served between any two.
 */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when it is the caller's turn: what it then does without awaiting is its turn. */
  next(): Promise<void> {
    this.#last = this.#last.then(() => new Promise((resolve) => setImmediate(resolve)));
    return this.#last;
  }
}
