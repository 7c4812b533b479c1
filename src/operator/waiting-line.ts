/** A job that found no place. */
export interface WaitingJob {
  /** `namespace/name`. */
  readonly key: string;
  readonly namespace: string;
  /** Higher goes first. */
  readonly priority: number;
}

/** The jobs of one namespace by priority, each level first come first served. */
type Levels = Map<number, Set<string>>;

/** Jobs that wait for a place, the most urgent of each namespace at hand. */
export class WaitingLine {
  readonly #namespaces = new Map<string, Levels>();
  readonly #jobs = new Map<string, WaitingJob>();

  get size(): number {
    return this.#jobs.size;
  }

  /** Adds the job, or moves it to its new priority; else it keeps its turn. */
  add(job: WaitingJob): void {
    const known = this.#jobs.get(job.key);
    if (known?.priority === job.priority) return;
    this.remove(job.key);
    this.#jobs.set(job.key, job);
    const levels = this.#namespaces.get(job.namespace) ?? new Map<number, Set<string>>();
    this.#namespaces.set(job.namespace, levels);
    const level = levels.get(job.priority) ?? new Set<string>();
    levels.set(job.priority, level);
    level.add(job.key);
  }

  /** The job waits no more. */
  remove(key: string): void {
    const job = this.#jobs.get(key);
    if (job === undefined) return;
    this.#jobs.delete(key);
    const levels = this.#namespaces.get(job.namespace);
    const level = levels?.get(job.priority);
    level?.delete(key);
    if (level?.size === 0) levels?.delete(job.priority);
    if (levels?.size === 0) this.#namespaces.delete(job.namespace);
  }

  /** Takes the most urgent job of those namespaces for which `mayGo` holds; of equals, the one that waits longest. */
  take(mayGo: (namespace: string) => boolean): WaitingJob | undefined {
    let best: WaitingJob | undefined;
    for (const [namespace, levels] of this.#namespaces) {
      if (!mayGo(namespace)) continue;
      const first = levels
        .get(Math.max(...levels.keys()))
        ?.values()
        .next().value;
      const job = first === undefined ? undefined : this.#jobs.get(first);
      if (job !== undefined && (best === undefined || job.priority > best.priority)) best = job;
    }
    if (best !== undefined) this.remove(best.key);
    return best;
  }
}
