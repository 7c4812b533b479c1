import type { BuildPlan, ImageDestination } from "../../../build/index.js";
import type { BuildsSeen, EnvironmentSeen } from "../build-observation.js";
import { isTerminal, type JobStatus } from "../job.js";
import type { ValidTurn } from "../turn.js";
import { buildNamespace } from "./build-plan.js";
import { flightOf } from "./flight.js";
import { buildsImage } from "./gate.js";
import { destinationOf, isImageOf } from "./image-place.js";

/** What `BuildsSeen` has to be about for the job's next decision. */
export interface BuildsWanted {
  /** Namespace of the builds. */
  readonly namespace: string;
  /** Build that the status names, whatever became of the flight since. */
  readonly buildName?: string;
  /** First build of the flight; absent while the flight is not known, or nothing is to be built. */
  readonly plan?: BuildPlan;
}

/** What is to be looked up about builds; `undefined` when the job builds nothing, or is over. */
export function buildsWanted(
  turn: ValidTurn,
  environment: EnvironmentSeen,
  available: BuildsSeen["available"],
): BuildsWanted | undefined {
  if (!buildsImage(turn) || isTerminal(turn.status.phase)) return undefined;
  const { buildName } = turn.status.buildStatus ?? {};
  const flight = environment.kind === "read" ? flightOf(turn, environment.question, available) : undefined;
  return {
    namespace: buildNamespace(turn),
    ...(buildName !== undefined && { buildName }),
    ...(flight?.kind === "flight" && { plan: flight.plan }),
  };
}

/** A name of an image that moves to what was validated. */
export interface SharedTag {
  /** `host/path:tag`. */
  readonly reference: string;
  readonly tag: string;
  readonly destination: ImageDestination;
}

/**
 * The tag that the job moves when its notebook passes, or has moved; `undefined` when it asks for none, or its image is
 * not known. The same for the job under way and for a finished one, so that owners of a tag are found by it.
 */
export function sharedTag(turn: ValidTurn, status: JobStatus): SharedTag | undefined {
  const destination = imageDestination(turn, status);
  if (destination?.publishTag === undefined) return undefined;
  const { repository, publishTag: tag } = destination;
  return { reference: `${repository}:${tag}`, tag, destination };
}

/** Where the job's image is, by its status; `undefined` when it is not known, or nothing was built for the job. */
export function imageDestination(turn: ValidTurn, status: JobStatus): ImageDestination | undefined {
  const destination = buildsImage(turn) ? destinationOf(turn, status) : undefined;
  // An environment that nothing was built for is the base image, which lives elsewhere.
  return destination && isImageOf(destination.repository, status.buildStatus?.imageDigest) ? destination : undefined;
}
