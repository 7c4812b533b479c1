import type { JobStatus } from "../job.js";
import type { ValidTurn } from "../turn.js";
import { environmentOf } from "./flight.js";
import { buildsImage, imageToRun } from "./gate.js";

/** Whether the run's image holds the repository as it is at the run's commit. */
export type SourceInImage =
  | { readonly kind: "held" /** Of the image. */; readonly directory: string }
  | { readonly kind: "none" }
  /** The cluster's builds are not listed yet, or what the repository says of its environment is not read. */
  | { readonly kind: "unknown" };

const NONE = { kind: "none" } as const;
const UNKNOWN = { kind: "unknown" } as const;

/**
 * Whether the run can do without the container that fetches the commit. It can with `includeSource`, and where the
 * repository's own Dockerfile copies all of it and writes nothing after that: both are part of the environment's digest. Only
 * an image counts whose build is there and was made by the operator: the label of any other says what its pusher wished. Nor is
 * the directory taken from the status, which more people may write than may say what runs. A stand-in image holds nothing of it.
 */
export function sourceInImage(turn: ValidTurn, status: JobStatus): SourceInImage {
  if (!buildsImage(turn) || status.recovery?.image !== undefined || status.source?.commit === undefined) return NONE;
  // A golden notebook's own repository is in no image.
  if (turn.spec.goldenNotebook?.git !== undefined) return NONE;
  const image = imageToRun(turn, status);
  const { builds, environment } = turn.seen;
  if (image === undefined) return NONE;
  if (builds?.available === undefined) return UNKNOWN;
  const build = builds.followed?.name === status.buildStatus?.buildName ? builds.followed : undefined;
  if (build?.flight === undefined) return NONE;
  if (build.observation.kind !== "complete" || build.observation.image !== image) return NONE;
  if (environment?.kind === "failed") return NONE;
  if (environment?.kind !== "read") return UNKNOWN;
  const answer = environmentOf(environment.question);
  if (answer.kind !== "planned" || answer.plan.digest !== build.environmentDigest) return NONE;
  const { repositoryAt } = answer.plan;
  return repositoryAt === undefined ? NONE : { kind: "held", directory: repositoryAt };
}
