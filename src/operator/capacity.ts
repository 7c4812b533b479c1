import type { Instant } from "../api/index.js";
import { type WaitingJob, WaitingLine } from "./waiting-line.js";

/** Limits of what may run at a time. */
export interface CapacityLimits {
  /** In all namespaces together. */
  readonly total: number;
  readonly perNamespace: number;
}

/** A job that wants a place. */
export interface Applicant {
  readonly jobUid: string;
  readonly namespace: string;
}

interface Place {
  readonly namespace: string;
  /** UIDs of the job's pods that may run, each with the moment from which it counts as lost. */
  readonly pods: Map<string, Instant>;
  /** From the decision to start until the pod is seen. */
  reservation?: "made" | "started";
}

/**
 * Places for validation pods. A job holds at most one: by live pods, or by a reservation from the decision to start
 * until its pod is seen. Kept in memory only: live pods are told by the cache, so nothing is lost with it. Every question
 * is answered from counts, whatever the number of jobs.
 */
export class Capacity {
  readonly #limits: CapacityLimits;
  readonly #now: () => Instant;
  /** By UID of the job. */
  readonly #places = new Map<string, Place>();
  readonly #inNamespace = new Map<string, number>();
  /** Pods that are to be gone, by UID, with their job's: they give their place back even if their node never answers. */
  readonly #leaving = new Map<string, string>();
  readonly #waiting = new WaitingLine();
  #livePods = 0;

  constructor(limits: CapacityLimits, now: () => Instant) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Pods that run or may yet. */
  get livePods(): number {
    this.#sweep();
    return this.#livePods;
  }

  /**
   * A pod of the job was seen alive. Its reservation is over: the pod counts by itself.
   * @param lostFrom when it counts as lost; `undefined` = not foreseeable
   */
  seen({ jobUid, namespace }: Applicant, podUid: string, lostFrom: Instant | undefined): void {
    const place = this.#places.get(jobUid) ?? this.#occupy(jobUid, namespace);
    delete place.reservation;
    if (!place.pods.has(podUid)) this.#livePods += 1;
    place.pods.set(podUid, lostFrom ?? Number.POSITIVE_INFINITY);
    if (lostFrom !== undefined) this.#leaving.set(podUid, jobUid);
  }

  /** A pod of the job has ended or is gone. */
  ended(jobUid: string, podUid: string): void {
    this.#leaving.delete(podUid);
    const place = this.#places.get(jobUid);
    if (place === undefined) return;
    // The pod of a reservation may be told only when it is over; the end of an earlier pod is not that one's.
    if (place.pods.delete(podUid)) this.#livePods -= 1;
    else delete place.reservation;
    this.#vacate(jobUid, place);
  }

  /** Reserves a place for the job, unless it has one. @returns whether it has one now */
  reserve({ jobUid, namespace }: Applicant): boolean {
    this.#sweep();
    const place = this.#places.get(jobUid);
    const isFull = this.#places.size >= this.#limits.total || this.#roomIn(namespace) <= 0;
    if (place === undefined && isFull) return false;
    const own = place ?? this.#occupy(jobUid, namespace);
    own.reservation ??= "made";
    return true;
  }

  /** The job's pod was made: the reservation stands until the pod is seen, and counts by itself. */
  started(jobUid: string): void {
    const place = this.#places.get(jobUid);
    if (place?.reservation !== undefined) place.reservation = "started";
  }

  /** Gives the reservation back if nothing was started on it. */
  release(jobUid: string): void {
    if (this.#places.get(jobUid)?.reservation === "made") this.drop(jobUid);
  }

  /** The job needs its reservation no more. */
  drop(jobUid: string): void {
    const place = this.#places.get(jobUid);
    if (place === undefined) return;
    delete place.reservation;
    this.#vacate(jobUid, place);
  }

  /** Remembers a job that found no place. */
  wait(job: WaitingJob): void {
    this.#waiting.add(job);
  }

  /**
   * Jobs that found no place and may try again, as many as there are places now, the most urgent first. They are
   * forgotten here: who finds no place again has to wait again.
   */
  takeWaiting(): string[] {
    if (this.#waiting.size === 0) return [];
    this.#sweep();
    const keys: string[] = [];
    const promised = new Map<string, number>();
    while (keys.length < this.#limits.total - this.#places.size) {
      const job = this.#waiting.take((namespace) => this.#roomIn(namespace) > (promised.get(namespace) ?? 0));
      if (job === undefined) break;
      promised.set(job.namespace, (promised.get(job.namespace) ?? 0) + 1);
      keys.push(job.key);
    }
    return keys;
  }

  #roomIn(namespace: string): number {
    return this.#limits.perNamespace - (this.#inNamespace.get(namespace) ?? 0);
  }

  #occupy(jobUid: string, namespace: string): Place {
    const place: Place = { namespace, pods: new Map() };
    this.#places.set(jobUid, place);
    this.#inNamespace.set(namespace, (this.#inNamespace.get(namespace) ?? 0) + 1);
    return place;
  }

  #vacate(jobUid: string, { namespace, pods, reservation }: Place): void {
    if (pods.size > 0 || reservation !== undefined) return;
    this.#places.delete(jobUid);
    const left = (this.#inNamespace.get(namespace) ?? 1) - 1;
    if (left > 0) this.#inNamespace.set(namespace, left);
    else this.#inNamespace.delete(namespace);
  }

  /** Pods that should be gone for long count no more. There are few of them at a time. */
  #sweep(): void {
    const now = this.#now();
    for (const [podUid, jobUid] of this.#leaving) {
      if ((this.#places.get(jobUid)?.pods.get(podUid) ?? 0) <= now) this.ended(jobUid, podUid);
    }
  }
}
