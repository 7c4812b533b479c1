import type { Clock } from "../kube/clock.js";
import { equalJson, freezeJson } from "../kube/json.js";
import { isLater } from "../kube/object-key.js";
import type { NotebookValidationJobObject } from "../kube/resources.js";
import type { JobStatus } from "./decide/job.js";
import { knowStatus, statusOf } from "./decide/read-status.js";

/** How long an answer of the API server is believed to be newer than the cache: a watch that is so late is broken. */
const NEWER_FOR_MS = 60_000;

/** While the operator is late, progress may wait so many times as long: what others wait for comes first. */
const BUSY_INTERVALS = 5;

/** What is known of one job. A value: it is replaced, never changed. */
export interface LedgerEntry {
  /** When the job was first met, or its status was written last; by {@link Clock.elapsed}, as all times here. */
  readonly writtenAt: number;
  /** The job as the API server last told it, until the cache has it. */
  readonly newest?: { readonly job: NotebookValidationJobObject; readonly at: number };
  /** The status that is decided and not written, and the written one from which it was decided. */
  readonly unwritten?: { readonly base: unknown; readonly status: JobStatus };
}

/**
 * What the operator knows of jobs beyond its cache: answers to its own writes that no watch has told yet, and changes of
 * status that wait for the job's next regular write. All of it may be lost at any time. Without an answer the next write
 * carries an old resourceVersion and is refused; an unwritten status is decided again, from the written one and from
 * what the cluster, the log and Git say.
 */
export class JobLedger {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #entries: Map<string, LedgerEntry>;
  readonly #isLate: () => boolean;

  /**
   * @param intervalMs shortest time between two regular writes of one job's status
   * @param entries by UID of the job. @default none
   * @param isLate whether jobs wait that should have been looked at by now. @default never
   */
  constructor(
    clock: Clock,
    intervalMs: number,
    entries = new Map<string, LedgerEntry>(),
    isLate: () => boolean = () => false,
  ) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#entries = entries;
    this.#isLate = isLate;
  }

  /** The job as it is known best: as cached, or as a later answer of the API server told it. */
  newest(cached: NotebookValidationJobObject): NotebookValidationJobObject {
    const entry = this.#entries.get(uidOf(cached));
    if (entry?.newest === undefined) return cached;
    const { job, at } = entry.newest;
    const isNewer = isLater(job.metadata.resourceVersion ?? "", cached.metadata.resourceVersion ?? "");
    const ageMs = this.#clock.elapsed() - at;
    if (isNewer && ageMs < NEWER_FOR_MS) return job;
    const { newest: _caughtUp, ...rest } = entry;
    this.#entries.set(uidOf(cached), rest);
    knowEqual(cached.status, job.status);
    return cached;
  }

  /** The API server told this job in answer to a read. */
  read(job: NotebookValidationJobObject): void {
    this.#entries.set(uidOf(job), { ...this.#entry(job), newest: { job: freezeJson(job), at: this.#clock.elapsed() } });
  }

  /** The job's status was decided to be `status` and written; the API server answered with `job`. */
  written(job: NotebookValidationJobObject, status: JobStatus): void {
    const now = this.#clock.elapsed();
    this.#entries.set(uidOf(job), { writtenAt: now, newest: { job: freezeJson(job), at: now } });
    knowEqual(job.status, decided(status));
  }

  /** The job with the status that was decided last, written or not: unless somebody else wrote one meanwhile. */
  asDecided(job: NotebookValidationJobObject): NotebookValidationJobObject {
    const entry = this.#entries.get(uidOf(job));
    if (entry?.unwritten === undefined) return job;
    const { base, status } = entry.unwritten;
    return equalJson(base ?? {}, job.status ?? {}) ? { ...job, status } : job;
  }

  /** Keeps a status that is not written now; `undefined` when the written one says it all. */
  keep(job: NotebookValidationJobObject, status: JobStatus | undefined): void {
    const uid = uidOf(job);
    if (status === undefined && this.#entries.get(uid)?.unwritten === undefined) return;
    const { unwritten: _decidedAgain, ...rest } = this.#entry(job);
    this.#entries.set(uid, {
      ...rest,
      ...(status && { unwritten: { base: job.status, status: decided(status) } }),
    });
  }

  /** Milliseconds until the job's next regular write may be made, or should be asked about again; 0 = now. */
  dueInMs(job: NotebookValidationJobObject): number {
    const entry = this.#entry(job);
    this.#entries.set(uidOf(job), entry);
    const ageMs = this.#clock.elapsed() - entry.writtenAt;
    if (ageMs < this.#intervalMs) return this.#intervalMs - ageMs;
    const longestMs = BUSY_INTERVALS * this.#intervalMs;
    return ageMs < longestMs && this.#isLate() ? Math.min(this.#intervalMs, longestMs - ageMs) : 0;
  }

  /** The job is gone, or has come to its end with everything written. */
  forget(uid: string): void {
    this.#entries.delete(uid);
  }

  #entry(job: NotebookValidationJobObject): LedgerEntry {
    return this.#entries.get(uidOf(job)) ?? { writtenAt: this.#clock.elapsed() };
  }
}

function uidOf({ metadata }: NotebookValidationJobObject): string {
  return metadata.uid ?? "";
}

/** `status`, frozen, and known to make sense. */
function decided(status: JobStatus): JobStatus {
  const frozen = freezeJson(status);
  knowStatus(frozen, frozen);
  return frozen;
}

/** What is known of `like` is known of `status`, too, when both say the same. */
function knowEqual(status: unknown, like: unknown): void {
  if (typeof status !== "object" || status === null || !Object.isFrozen(status)) return;
  if (equalJson(status, like)) knowStatus(status, statusOf(like));
}
