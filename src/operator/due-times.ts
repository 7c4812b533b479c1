interface Entry {
  readonly due: number;
  readonly key: string;
}

/** Keys by the time at which they are due, the earliest at hand: a binary heap. A key may be in it more than once. */
export class DueTimes {
  readonly #heap: Entry[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** The earliest time; `undefined` when there is none. */
  get first(): number | undefined {
    return this.#heap[0]?.due;
  }

  add(key: string, due: number): void {
    const heap = this.#heap;
    let at = heap.length;
    const entry = { key, due };
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Entry;
      if (above.due <= due) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  /** Takes out a key that is due by `now`; of several, the earliest. */
  take(now: number): string | undefined {
    const heap = this.#heap;
    const [first] = heap;
    if (first === undefined || first.due > now) return undefined;
    const last = heap.pop() as Entry;
    if (heap.length > 0) this.#sink(last);
    return first.key;
  }

  clear(): void {
    this.#heap.length = 0;
  }

  /** Puts `entry` where the first was, and down to where it belongs. */
  #sink(entry: Entry): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [a, b] = [heap[left], heap[left + 1]];
      if (a === undefined) break;
      const isRight = b !== undefined && b.due < a.due;
      const child = isRight ? b : a;
      if (child.due >= entry.due) break;
      heap[at] = child;
      at = isRight ? left + 1 : left;
    }
    heap[at] = entry;
  }
}
