import { toRfc3339 } from "../api/instant.js";
import type { Clock } from "../kube/clock.js";
import type { Pod } from "../kube/resources.js";

/**
 * By when pods that were asked to go should be gone. The API server dates that by its own calendar; an operator whose calendar
 * is ahead would take a pod for lost with its node while it still runs, and one behind would wait for a lost one. So the grace
 * period is counted from when this process first saw the pod leaving. Lost with the process, whose successor counts anew.
 */
export class LeavingPods {
  readonly #clock: Clock;
  /** When they should be gone, by {@link Clock.elapsed}; by UID of the job, then of the pod. */
  readonly #goneBy = new Map<string, ReadonlyMap<string, number>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** All pods of a job, with deletions dated by the operator's calendar. */
  dated(jobUid: string, pods: readonly Pod[]): readonly Pod[] {
    const known = this.#goneBy.get(jobUid);
    const goneBy = new Map<string, number>();
    const dated = pods.map((pod) => {
      const { uid = "", deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
      if (deletionTimestamp === undefined) return pod;
      // Whoever deletes it once more may shorten the grace period.
      const by = Math.min(known?.get(uid) ?? Infinity, this.#clock.elapsed() + deletionGracePeriodSeconds * 1000);
      goneBy.set(uid, by);
      const date = toRfc3339(this.#clock.now() + by - this.#clock.elapsed());
      return { ...pod, metadata: { ...pod.metadata, deletionTimestamp: date } };
    });
    if (goneBy.size > 0) this.#goneBy.set(jobUid, goneBy);
    else this.#goneBy.delete(jobUid);
    return dated;
  }

  /** The job is gone. */
  forget(jobUid: string): void {
    this.#goneBy.delete(jobUid);
  }
}
