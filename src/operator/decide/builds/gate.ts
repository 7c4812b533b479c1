import type { FailureReason } from "../../../recovery/index.js";
import type { JobStatus } from "../job.js";
import type { Turn, ValidTurn } from "../turn.js";
import { withoutImage } from "./build-attempts.js";

const DIGEST_REFERENCE = /^[^\s@]+@sha256:[0-9a-f]{64}$/;

/** Whether `image` is `repository@sha256:…`: what it names never changes. */
export function isDigestReference(image: string | undefined): image is string {
  return image !== undefined && DIGEST_REFERENCE.test(image);
}

/** Failures that say that the image may not be where it was: what a registry lost is looked for, and built, again. */
const IMAGE_IN_DOUBT: ReadonlySet<string> = new Set<FailureReason>(["ImagePullBackOff", "ErrImagePull"]);

/** The status of a job that is tried again after `reason`: without its image, if that may be gone. */
export function withImageDoubted(turn: Turn, status: JobStatus, reason: string | undefined): JobStatus {
  const builds = turn.reading.ok && buildsImage({ effective: turn.reading.effective, seen: turn.seen });
  return builds && reason !== undefined && IMAGE_IN_DOUBT.has(reason) ? withoutImage(status) : status;
}

/** Whether the job's notebook runs on an image that is built for it, or was for another. */
export function buildsImage({ effective, seen }: Pick<ValidTurn, "effective" | "seen">): boolean {
  return effective.build !== undefined && seen.settings.build === "build";
}

/**
 * The image that a validation pod may run; `undefined` while it is not built: then there is no pod.
 * A base image that is the environment itself stands by its tag where no registry told its digest.
 */
export function imageToRun(turn: ValidTurn, status: JobStatus): string | undefined {
  if (!buildsImage(turn)) return turn.effective.containerImage;
  const { phase, imageDigest, imageReference } = status.buildStatus ?? {};
  if (phase !== "Complete") return undefined;
  if (isDigestReference(imageDigest)) return imageDigest;
  return status.source?.environmentSource?.kind === "baseImage" ? imageReference : undefined;
}
