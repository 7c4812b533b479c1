/** Limits of what may run at a time. */
export interface CapacityLimits {
  /** In all namespaces together. */
  readonly total: number;
  readonly perNamespace: number;
}

/** A pod that may run, seen from here. */
export interface LivePod {
  readonly jobUid: string;
  readonly namespace: string;
}

/**
 * Places for validation pods. A job holds at most one: by a live pod, or by a reservation from the decision to start
 * until its pod is seen. Kept in memory only: live pods are counted from the cache, so nothing is lost with it.
 */
export class Capacity {
  readonly #limits: CapacityLimits;
  readonly #livePods: () => readonly LivePod[];
  readonly #reserved = new Map<string, { readonly namespace: string; hasStarted: boolean }>();
  readonly #waiting = new Set<string>();

  /** @param livePods every validation pod that has not ended, from the cache */
  constructor(limits: CapacityLimits, livePods: () => readonly LivePod[]) {
    this.#limits = limits;
    this.#livePods = livePods;
  }

  /** Reserves a place for the job, unless it has one. @returns whether it has one now */
  reserve(job: LivePod): boolean {
    const places = new Map([...this.#reserved].map(([uid, { namespace }]) => [uid, namespace]));
    for (const pod of this.#livePods()) places.set(pod.jobUid, pod.namespace);
    if (!places.has(job.jobUid)) {
      const inNamespace = [...places.values()].filter((namespace) => namespace === job.namespace).length;
      if (places.size >= this.#limits.total || inNamespace >= this.#limits.perNamespace) return false;
    }
    if (!this.#reserved.has(job.jobUid))
      this.#reserved.set(job.jobUid, { namespace: job.namespace, hasStarted: false });
    return true;
  }

  /** The job's pod was made: the reservation stands until the pod is seen, and counts by itself. */
  started(jobUid: string): void {
    const place = this.#reserved.get(jobUid);
    if (place !== undefined) place.hasStarted = true;
  }

  /** Gives the reservation back if nothing was started on it. */
  release(jobUid: string): void {
    if (this.#reserved.get(jobUid)?.hasStarted === false) this.#reserved.delete(jobUid);
  }

  /** The job's pod is seen or gone, or the job is. */
  drop(jobUid: string): void {
    this.#reserved.delete(jobUid);
  }

  /** Remembers a job that found no place. */
  wait(jobKey: string): void {
    this.#waiting.add(jobKey);
  }

  /** Jobs that found no place, who may try again now that one is free. They are forgotten here. */
  takeWaiting(): string[] {
    const keys = [...this.#waiting];
    this.#waiting.clear();
    return keys;
  }
}
