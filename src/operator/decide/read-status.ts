import { readStatus } from "../../api/index.js";
import type { JobStatus } from "./job.js";

/** Judging a status is dear, and cached objects are frozen: what was read once stays true. */
const readings = new WeakMap<object, JobStatus>();

/** The parts of a job's status that make sense, whichever operator wrote it. */
export function statusOf(status: unknown): JobStatus {
  if (typeof status !== "object" || status === null) return {};
  const known = Object.isFrozen(status) ? readings.get(status) : undefined;
  if (known !== undefined) return known;
  const read = readStatus(status);
  if (Object.isFrozen(status)) readings.set(status, read);
  return read;
}

/**
 * Says that `status` reads as `reading`: for a frozen status that this operator decided itself, or that equals one. It
 * made sense when it was decided, so it need not be judged again.
 *
 * @throws TypeError when `status` can still change
 */
export function knowStatus(status: object, reading: JobStatus): void {
  if (!Object.isFrozen(status)) throw new TypeError("a status that can change is not known");
  readings.set(status, reading);
}
