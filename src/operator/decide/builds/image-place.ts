import { type ImageDestination, planDestination } from "../../../build/index.js";
import type { JobStatus } from "../job.js";
import type { ValidTurn } from "../turn.js";

const DIGEST_REFERENCE = /^[^\s@]+@sha256:[0-9a-f]{64}$/;

/** Whether `image` is `repository@sha256:…`: what it names never changes. */
export function isDigestReference(image: string | undefined): image is string {
  return image !== undefined && DIGEST_REFERENCE.test(image);
}

/** Whether `image` names one of that repository, by its digest. */
export function isImageOf(repository: string, image: string | undefined): image is string {
  return isDigestReference(image) && image.startsWith(`${repository}@`);
}

/** Where what is built for the job goes; `undefined` while its environment is not known, or it has no place. */
export function destinationOf(turn: ValidTurn, { environmentDigest }: JobStatus): ImageDestination | undefined {
  const { effective, metadata, seen } = turn;
  if (effective.build === undefined || environmentDigest === undefined) return undefined;
  const where = planDestination({
    build: effective.build,
    namespace: metadata.namespace ?? "",
    environmentDigest,
    config: seen.settings.config,
  });
  return where.kind === "planned" ? where.destination : undefined;
}
