import { formatImageReference, parseImageReference } from "../../../build/index.js";
import type { FailureReason } from "../../../recovery/index.js";
import type { JobStatus } from "../job.js";
import type { Turn, ValidTurn } from "../turn.js";
import { withoutImage } from "./build-attempts.js";
import { environmentOf } from "./flight.js";
import { destinationOf, isDigestReference, isImageOf } from "./image-place.js";

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
 * Whether the base image itself is the environment, so that nothing is built: by what the repository says, where that is
 * known. Elsewhere the status tells, but never of a job whose image is to hold the repository.
 */
export function isBaseAlone(
  { effective, seen }: Pick<ValidTurn, "effective" | "seen">,
  { source }: JobStatus,
): boolean {
  const { environment } = seen;
  const answer = environment?.kind === "read" ? environmentOf(environment.question) : undefined;
  if (answer?.kind === "planned") return answer.plan.dockerfile.kind === "none";
  return source?.environmentSource?.kind === "baseImage" && effective.build?.includeSource !== true;
}

/**
 * The image that a validation pod may run; `undefined` while it is not built: then there is no pod. Whoever may write the
 * status can't have another image run: it is of the job's own repository, and the one that the named build tells.
 * A base image that is the environment itself stands by its tag where no registry told its digest.
 */
export function imageToRun(turn: ValidTurn, status: JobStatus): string | undefined {
  if (!buildsImage(turn)) return turn.effective.containerImage;
  const { phase, imageDigest } = status.buildStatus ?? {};
  if (phase !== "Complete") return undefined;
  if (isBaseAlone(turn, status)) return baseToRun(turn, imageDigest);
  const destination = destinationOf(turn, status);
  if (destination === undefined || !isImageOf(destination.repository, imageDigest)) return undefined;
  return isDenied(turn, status) ? undefined : imageDigest;
}

/** The job's base image, by the digest that a registry told of it. */
function baseToRun({ effective, seen }: ValidTurn, imageDigest: string | undefined): string | undefined {
  const reference = effective.build?.baseImage ?? seen.settings.config.defaultImages.base;
  if (imageDigest === undefined) return reference;
  const base = parseImageReference(reference);
  if (base === undefined || !isDigestReference(imageDigest)) return undefined;
  const digest = base.digest ?? imageDigest.slice(imageDigest.indexOf("@") + 1);
  return formatImageReference({ host: base.host, path: base.path, digest }) === imageDigest ? imageDigest : undefined;
}

/** Whether the build that the status names, as far as it is still there, made another image, or none. */
function isDenied({ seen }: ValidTurn, { buildStatus }: JobStatus): boolean {
  const build = seen.builds?.followed;
  if (build === undefined || build.name !== buildStatus?.buildName) return false;
  const { flight, observation } = build;
  return flight === undefined || observation.kind !== "complete" || observation.image !== buildStatus.imageDigest;
}
