import type { BuildPlan } from "../../../build/index.js";
import type { SeenBuild } from "../build-observation.js";
import type { ValidTurn } from "../turn.js";
import { imageToMeasure } from "./image-size.js";

/** An image that may spare a build, by the name under which a registry is asked for it. */
export interface ImageCandidate {
  readonly reference: string;
  /** The name was chosen by people (`imageTag`), so that another environment may be behind it. */
  readonly isShared: boolean;
}

/**
 * Names under which the registry may have the environment already, though no build in the cluster tells of it: the shared
 * one under `reuseIfExists`, then the environment's own. What is not pinned is another one each time it is built, and a
 * registry does not tell its age: it is reused by a name only for those who ask for that.
 */
export function imageCandidates({ effective, status }: ValidTurn, plan: BuildPlan): ImageCandidate[] {
  // A name doesn't tell who built: what a strategy made that the run has given up may be behind it.
  if ((status.recovery?.abandonedStrategies ?? []).length > 0) return [];
  const { repository, tag, publishTag } = plan.destination;
  const asksForReuse = effective.build?.reuseIfExists === true;
  const shared =
    asksForReuse && publishTag !== undefined ? [{ reference: `${repository}:${publishTag}`, isShared: true }] : [];
  const isReusable = plan.environment.isPinned || (asksForReuse && publishTag === undefined);
  return [...shared, ...(isReusable ? [{ reference: `${repository}:${tag}`, isShared: false }] : [])];
}

/**
 * References that the next decisions may ask a registry about: the job's image while its size is unknown, images of
 * complete builds, and {@link imageCandidates}.
 * @param plan absent = the flight is not known
 */
export function imagesWanted(turn: ValidTurn, plan: BuildPlan | undefined, builds: readonly SeenBuild[]): string[] {
  const own = imageToMeasure(turn.status) ?? [];
  if (plan === undefined) return [own].flat();
  const built = builds.flatMap(({ observation }) => (observation.kind === "complete" ? [observation.image] : []));
  return [...new Set([own, built, imageCandidates(turn, plan).map(({ reference }) => reference)].flat())];
}
