import type { JobStatus } from "../job.js";
import type { StepResult, ValidTurn } from "../turn.js";
import { imageDestination } from "./builds-wanted.js";
import { imageTicket } from "./tickets.js";

/** Phases in which the registry is asked: the validation goes its way meanwhile. */
const ASKING_PHASES: ReadonlySet<JobStatus["phase"]> = new Set(["BuildComplete", "ValidationRunning"]);

/** The built image whose size nobody has told yet: builds by Tekton, S2I and others have no result for it. */
export function imageToMeasure({ buildStatus }: JobStatus): string | undefined {
  const { phase, imageDigest, imageSizeBytes } = buildStatus ?? {};
  return phase === "Complete" && imageSizeBytes === undefined ? imageDigest : undefined;
}

/**
 * The step's result with the size of the job's image, as soon as the registry has told it; it is asked behind everything
 * that the step itself does. Nothing waits for the answer, and a registry that gives none leaves the size unknown.
 */
export function withImageSize(turn: ValidTurn, result: StepResult): StepResult {
  const { status, effects = [] } = result;
  const reference = imageToMeasure(status);
  const destination = imageDestination(turn, status);
  if (reference === undefined || destination === undefined) return result;
  const image = turn.seen.builds?.images[reference];
  if (image?.kind === "present" && image.sizeBytes !== undefined) {
    return {
      ...result,
      status: { ...status, buildStatus: { ...status.buildStatus, imageSizeBytes: image.sizeBytes } },
    };
  }
  const isAsked = image !== undefined && image.kind !== "unasked";
  if (isAsked || !ASKING_PHASES.has(status.phase)) return result;
  const { isInsecure, pushSecret: secret } = destination;
  const question = { reference, isInsecure, ...(secret !== undefined && { secret }) };
  return {
    ...result,
    effects: [...effects, { kind: "ask-image", ticket: imageTicket(status, reference), ...question }],
  };
}
