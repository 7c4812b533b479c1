import { openAttempt } from "../attempts.js";
import type { JobStatus } from "../job.js";
import { notebookImage } from "../pods.js";
import type { ValidTurn } from "../turn.js";
import { imageToRun, standInImage } from "./gate.js";
import { isDigestReference } from "./image-place.js";

/**
 * The image that the notebook of a job that builds ran on in place of its own environment, if it did: as its pod says, and
 * as the attempt's record does once the pod is gone. That the status no longer tells of a fallback proves nothing.
 */
export function ranInPlace(turn: ValidTurn, status: JobStatus): string | undefined {
  const standIn = standInImage(turn, status);
  if (standIn !== undefined) return standIn;
  const attempt = openAttempt(turn.status, turn.metadata.name);
  const pod = turn.seen.pods.find(({ metadata }) => metadata.name === attempt?.podName);
  const ran = pod === undefined ? attempt?.image : notebookImage(pod);
  if (ran === undefined || ran === imageToRun(turn, status)) return undefined;
  // A webhook may have named a mirror of the registry: the same digest is the same image there.
  const { imageDigest } = status.buildStatus ?? {};
  const isOwn = ran !== turn.effective.containerImage && isSameImage(ran, imageDigest);
  return isOwn ? undefined : ran;
}

function isSameImage(image: string, other: string | undefined): boolean {
  return isDigestReference(image) && isDigestReference(other) && digestOf(image) === digestOf(other);
}

function digestOf(reference: string): string {
  return reference.slice(reference.indexOf("@") + 1);
}
