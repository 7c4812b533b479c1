import type { Instant } from "../api/index.js";
import type { FollowedRef, FollowedSeen } from "./decide/observation.js";
import type { FollowedPlace, FollowingJob } from "./following-job.js";

/** What one job is told. */
interface Told {
  readonly seen: FollowedSeen;
  /** When it was last told of a move, and the mark that it had then. */
  readonly move?: { readonly at: Instant; readonly mark: string | undefined };
}

/**
 * Tells jobs where their branches are, of a move at most once per interval, and once more for each new mark: a remote that says
 * something else each time, or never what a run then gets, must not start one run after the other.
 */
export class MoveLimit {
  readonly #intervalMs: number;
  readonly #told = new Map<string, Told>();

  /** @param intervalMs least time from one move that a job is told of to the next, in milliseconds */
  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /**
   * What the remote says now. The job is told, unless that is a move too soon after the last: then what it was told stays.
   * @returns whether the job was told of a move
   */
  tell(job: FollowingJob, seen: FollowedSeen, now: Instant): boolean {
    const before = this.#told.get(job.uid);
    const last = before?.move;
    if (!hasMoved(job, seen, now)) {
      this.#told.set(job.uid, { seen, ...(last && { move: last }) });
      return false;
    }
    // After a clock was set back, nobody knows how long ago that was.
    const isSoon = last !== undefined && last.mark === job.mark && last.at <= now && now < last.at + this.#intervalMs;
    if (isSoon) return false;
    this.#told.set(job.uid, { seen, move: { at: now, mark: job.mark } });
    return true;
  }

  /** What the job was told last. */
  look(jobUid: string): FollowedSeen {
    return this.#told.get(jobUid)?.seen ?? {};
  }

  /** The job is gone, or follows nothing any more. */
  forget(jobUid: string): void {
    this.#told.delete(jobUid);
  }
}

function hasMoved({ notebook, golden, resolvedAt }: FollowingJob, seen: FollowedSeen, now: Instant): boolean {
  // A time in the future was written by a clock that was wrong: everything is later than that.
  const since = resolvedAt === undefined || resolvedAt > now ? Number.NEGATIVE_INFINITY : resolvedAt;
  const isElsewhere = (place: FollowedPlace | undefined, told: FollowedRef | undefined): boolean =>
    told !== undefined && told.commit !== place?.commit && told.askedAt > since;
  return isElsewhere(notebook, seen.notebook) || isElsewhere(golden, seen.golden);
}
