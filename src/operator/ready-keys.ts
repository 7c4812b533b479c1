import { UNDER_WAY_PRIORITY } from "./priority.js";

interface Waiting {
  readonly since: number;
}

/** The keys of one namespace, first come first served within a priority. */
interface Namespace {
  readonly levels: Map<number, Map<string, Waiting>>;
  /** Keys of this namespace that workers have. */
  busy: number;
  /** Number of the turn in which it was last served. */
  lastTurn: number;
}

/**
 * Keys that are ready, and who goes next: what is under way, then a key that waited too long, then the higher priority, then the namespace with
 * the fewest workers, then the namespace whose last turn is longest ago, then the older key. So a namespace with ten
 * thousand jobs delays another's single job by one turn of each namespace, not by ten thousand.
 */
export class ReadyKeys {
  readonly #namespaces = new Map<string, Namespace>();
  readonly #priorities = new Map<string, number>();
  #turn = 0;

  /** @param agingMs a key that waited this long goes before every priority that a job can ask for */
  constructor(readonly agingMs: number) {}

  get size(): number {
    return this.#priorities.size;
  }

  /** Since when the oldest key waits. */
  get oldest(): number | undefined {
    let oldest: number | undefined;
    for (const namespace of this.#namespaces.values()) {
      for (const level of namespace.levels.values()) {
        const head = level.values().next().value;
        if (head !== undefined && (oldest === undefined || head.since < oldest)) oldest = head.since;
      }
    }
    return oldest;
  }

  has(key: string): boolean {
    return this.#priorities.has(key);
  }

  /** Adds the key, or lifts it to a higher priority; it keeps the time since when it waits. */
  add(key: string, priority: number, now: number): void {
    const before = this.#priorities.get(key);
    if (before !== undefined && before >= priority) return;
    const namespace = this.#namespaceOf(key);
    const since = before === undefined ? now : (namespace.levels.get(before)?.get(key)?.since ?? now);
    if (before !== undefined) remove(namespace, before, key);
    const level = namespace.levels.get(priority) ?? new Map<string, Waiting>();
    namespace.levels.set(priority, level);
    level.set(key, { since });
    this.#priorities.set(key, priority);
  }

  /** Takes the next key out; its namespace counts as busy until {@link release}. */
  take(now: number): string | undefined {
    let best: { namespace: Namespace; priority: number; rank: number; key: string; since: number } | undefined;
    for (const namespace of this.#namespaces.values()) {
      for (const [priority, level] of namespace.levels) {
        const head = level.entries().next().value;
        if (head === undefined) continue;
        const [key, { since }] = head;
        const isAged = now - since >= this.agingMs && priority < UNDER_WAY_PRIORITY;
        const rank = isAged ? UNDER_WAY_PRIORITY - 1 : priority;
        const candidate = { namespace, priority, rank, key, since };
        if (best === undefined || goesBefore(candidate, best)) best = candidate;
      }
    }
    if (best === undefined) return undefined;
    remove(best.namespace, best.priority, best.key);
    this.#priorities.delete(best.key);
    best.namespace.busy += 1;
    best.namespace.lastTurn = ++this.#turn;
    return best.key;
  }

  /** A worker is through with a key that was taken. */
  release(key: string): void {
    const namespace = this.#namespaceOf(key);
    namespace.busy -= 1;
    if (namespace.busy <= 0 && namespace.levels.size === 0) this.#namespaces.delete(namespaceNameOf(key));
  }

  #namespaceOf(key: string): Namespace {
    const name = namespaceNameOf(key);
    const known = this.#namespaces.get(name);
    if (known !== undefined) return known;
    // As if just served: a namespace whose only key comes back at once must not go first for ever.
    const fresh: Namespace = { levels: new Map(), busy: 0, lastTurn: this.#turn };
    this.#namespaces.set(name, fresh);
    return fresh;
  }
}

interface Candidate {
  readonly namespace: Namespace;
  readonly rank: number;
  readonly since: number;
}

function goesBefore(a: Candidate, b: Candidate): boolean {
  if (a.rank !== b.rank) return a.rank > b.rank;
  if (a.namespace.busy !== b.namespace.busy) return a.namespace.busy < b.namespace.busy;
  if (a.namespace.lastTurn !== b.namespace.lastTurn) return a.namespace.lastTurn < b.namespace.lastTurn;
  return a.since < b.since;
}

function remove(namespace: Namespace, priority: number, key: string): void {
  const level = namespace.levels.get(priority);
  level?.delete(key);
  if (level?.size === 0) namespace.levels.delete(priority);
}

function namespaceNameOf(key: string): string {
  const slash = key.indexOf("/");
  return slash < 0 ? "" : key.slice(0, slash);
}
