import type { FailureReason } from "../../../recovery/index.js";
import type { JobStatus } from "../job.js";
import type { Turn } from "../turn.js";
import { withoutImage } from "./build-attempts.js";
import { awaitsImage } from "./gate.js";

/** Failures that say that the image may not be where it was: what a registry lost is looked for, and built, again. */
const IMAGE_IN_DOUBT: ReadonlySet<string> = new Set<FailureReason>(["ImagePullBackOff", "ErrImagePull"]);

/** The status of a job that is tried again after `reason`: without its image, if that may be gone. */
export function withImageDoubted(turn: Turn, status: JobStatus, reason: string | undefined): JobStatus {
  const isAwaited = turn.reading.ok && awaitsImage({ effective: turn.reading.effective, seen: turn.seen }, status);
  return isAwaited && reason !== undefined && IMAGE_IN_DOUBT.has(reason) ? withoutImage(status) : status;
}
