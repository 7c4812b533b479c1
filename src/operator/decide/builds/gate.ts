import type { Level } from "../../../api/index.js";
import { formatImageReference, parseImageReference } from "../../../build/index.js";
import type { JobStatus } from "../job.js";
import type { ValidTurn } from "../turn.js";
import { withoutImage } from "./build-attempts.js";
import { environmentOf } from "./flight.js";
import { destinationOf, isDigestReference, isImageOf } from "./image-place.js";

/** Levels at which a notebook may be judged in another environment than its own. */
const LENIENT: ReadonlySet<Level> = new Set<Level>(["learning", "development"]);

/** Whether the job's notebook runs on an image that is built for it, or was for another. */
export function buildsImage({ effective, seen }: Pick<ValidTurn, "effective" | "seen">): boolean {
  return effective.build !== undefined && seen.settings.build === "build";
}

/**
 * Whether a pre-built image may stand in for the job's own environment. From staging on it could only fail: what passes
 * there is to be the environment that is released.
 */
export function allowsStandIn(turn: Pick<ValidTurn, "effective" | "seen">): boolean {
  return buildsImage(turn) && LENIENT.has(turn.effective.level);
}

/**
 * The pre-built image that stands in for the job's own environment, if the run has fallen back to one. That it has is in
 * the status; which one it is, is not believed from there.
 */
export function standInImage(turn: Pick<ValidTurn, "effective" | "seen">, { recovery }: JobStatus): string | undefined {
  return recovery?.image !== undefined && allowsStandIn(turn) ? turn.effective.containerImage : undefined;
}

/** Whether an image has to be there that is built for the job before its notebook runs. */
export function awaitsImage(turn: Pick<ValidTurn, "effective" | "seen">, status: JobStatus): boolean {
  return buildsImage(turn) && standInImage(turn, status) === undefined;
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

/** The status of a job that tries its own environment again, whose image is looked for anew. */
export function withoutStandIn(status: JobStatus): JobStatus {
  if (status.recovery?.image === undefined) return status;
  const { image: _, ...recovery } = status.recovery;
  return { ...withoutImage(status), recovery };
}

/**
 * The image that a validation pod may run; `undefined` while it is not built: then there is no pod. Whoever may write the
 * status can't have another image run: it is of the job's own repository, and the one that the named build tells.
 * A base image that is the environment itself stands by its tag where no registry told its digest.
 */
export function imageToRun(turn: ValidTurn, status: JobStatus): string | undefined {
  if (!awaitsImage(turn, status)) return turn.effective.containerImage;
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
