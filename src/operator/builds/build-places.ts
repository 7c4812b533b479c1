import type { Instant } from "../../api/index.js";
import type { Clock } from "../../kube/clock.js";
import { Capacity } from "../capacity.js";

/** A job that would start a build. */
export interface BuildApplicant {
  readonly jobUid: string;
  /** `namespace/name` of the job. */
  readonly jobKey: string;
  /** Of the job. */
  readonly namespace: string;
  /** Higher goes first. */
  readonly priority: number;
  /** Flight of the build: it takes one place, however many jobs wait for it. */
  readonly flight: string;
}

/** How many builds wait to be started, and since when. */
export interface BuildQueue {
  readonly length: number;
  readonly oldestMs: number;
}

/** Places for builds: a flight holds at most one, by live build objects or from the decision to start until one is seen. */
export class BuildPlaces {
  readonly #clock: Clock;
  readonly #capacity: Capacity;
  /** Jobs that hold a reservation together, by flight: it stands until the last of them has decided. */
  readonly #holders = new Map<string, Set<string>>();
  /** Flights that found no place, by UID of the job. */
  readonly #queued = new Map<string, { readonly flight: string; readonly since: Instant }>();

  /** @param total builds at a time */
  constructor(total: number, clock: Clock) {
    this.#clock = clock;
    this.#capacity = new Capacity({ total, perNamespace: Number.POSITIVE_INFINITY }, () => clock.now());
  }

  /** Builds that run or may yet. */
  get running(): number {
    return this.#capacity.livePods;
  }

  get queue(): BuildQueue {
    const entries = [...this.#queued.values()];
    const since = Math.min(...entries.map((entry) => entry.since));
    return {
      length: new Set(entries.map(({ flight }) => flight)).size,
      oldestMs: entries.length === 0 ? 0 : this.#clock.now() - since,
    };
  }

  /** A build of the flight was seen that has not ended. */
  seen(flight: string, buildUid: string): void {
    this.#capacity.seen({ jobUid: flight, namespace: "" }, buildUid, undefined);
  }

  /** A build of the flight has ended or is gone. */
  ended(flight: string, buildUid: string): void {
    this.#capacity.ended(flight, buildUid);
  }

  /** Reserves a place for the job's flight until {@link release}, or lets the job wait for one. */
  reserve({ jobUid, jobKey, namespace, priority, flight }: BuildApplicant): boolean {
    if (!this.#capacity.reserve({ jobUid: flight, namespace: "" })) {
      this.#capacity.wait({ key: jobKey, namespace, priority });
      const since = this.#queued.get(jobUid)?.since ?? this.#clock.now();
      this.#queued.set(jobUid, { flight, since });
      return false;
    }
    this.#queued.delete(jobUid);
    this.#holders.set(flight, (this.#holders.get(flight) ?? new Set()).add(jobUid));
    return true;
  }

  /** A build of the flight is being made: its place stands until it is seen, or {@link failed}. */
  started(flight: string): void {
    this.#capacity.started(flight);
  }

  /** No build of the flight was made after all. */
  failed(flight: string): void {
    this.#capacity.drop(flight);
  }

  /** The job has decided: what it reserved and did not use is free again. */
  release(jobUid: string): void {
    for (const [flight, holders] of this.#holders) {
      if (!holders.delete(jobUid) || holders.size > 0) continue;
      this.#holders.delete(flight);
      this.#capacity.release(flight);
    }
  }

  /** The job wants no build started. */
  leave(jobUid: string): void {
    this.#queued.delete(jobUid);
  }

  /** Keys of jobs that found no place and may try again, as many as there are places. */
  takeWaiting(): string[] {
    return this.#capacity.takeWaiting();
  }
}
