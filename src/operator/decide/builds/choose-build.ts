import { fromRfc3339, type Instant } from "../../../api/index.js";
import type { BuildObservation, BuildPlan } from "../../../build/index.js";
import type { SeenBuild } from "../build-observation.js";
import { isImageOf } from "./image-place.js";

/** A build whose image is there. */
export type CompleteBuild = SeenBuild & { readonly observation: Extract<BuildObservation, { kind: "complete" }> };

/** What decides which build a job uses. */
export interface BuildChoiceContext {
  readonly now: Instant;
  /** When the run began; absent when its status does not tell. */
  readonly runStartedAt?: Instant;
  /** How long an environment with unpinned parts is the same, in milliseconds. */
  readonly unpinnedTtlMs: number;
  /** Builds that this run has waited for in vain, as far as it remembers them. */
  readonly spent: ReadonlySet<string>;
  /** Number of the newest of them; 0 when there is none. */
  readonly newestSpent: number;
}

/** The builds of a flight that a job may use, each kind newest first. */
export interface UsableBuilds {
  /** Their images spare a build, as long as the registry has them. */
  readonly complete: readonly CompleteBuild[];
  /** What a job without an image follows: the newest build under way, or one that failed while the run was already there. */
  readonly toFollow: SeenBuild | undefined;
}

/** Sorts out which builds of the flight serve the job. @param builds newest first */
export function usableBuilds(
  { flight, environment, destination }: Pick<BuildPlan, "flight" | "environment" | "destination">,
  builds: readonly SeenBuild[],
  context: BuildChoiceContext,
): UsableBuilds {
  // The key in a build's name is short; only the whole of it says that this is the same flight.
  const same = builds.filter((build) => build.flight === flight && build.environmentDigest === environment.digest);
  return {
    complete: same.filter(
      (build) => isComplete(build) && isAt(build, destination) && isFresh(build, context),
    ) as CompleteBuild[],
    toFollow: same.filter(({ name }) => !context.spent.has(name)).find((build) => isToFollow(build, context)),
  };
}

function isComplete(build: SeenBuild): build is CompleteBuild {
  return build.observation.kind === "complete";
}

/** What is elsewhere is not what was to be built. */
function isAt({ observation }: CompleteBuild, { repository }: BuildPlan["destination"]): boolean {
  return isImageOf(repository, observation.image);
}

function isFresh(build: CompleteBuild, { now, unpinnedTtlMs }: BuildChoiceContext): boolean {
  if (build.isPinned) return true;
  const builtAt = fromRfc3339(build.observation.completionTime) ?? build.createdAt;
  return builtAt !== undefined && now < builtAt + unpinnedTtlMs;
}

/**
 * A failed build that began after the run did would have been joined, had the job been quicker: its failure is the job's,
 * so that a crowd of jobs with one broken environment costs one build, not one for each that was late. One that is no newer
 * than what the run has waited for in vain tells it nothing new.
 */
function isToFollow(
  { number, observation, createdAt, isAbandoned }: SeenBuild,
  { runStartedAt, newestSpent }: BuildChoiceContext,
): boolean {
  switch (observation.kind) {
    case "pending":
    case "running":
      return !isAbandoned;
    case "failed":
    case "cancelled":
      if (isAbandoned || number <= newestSpent) return false;
      return createdAt !== undefined && runStartedAt !== undefined && createdAt >= runStartedAt;
    case "complete":
      return false;
    default:
      return unreachable(observation);
  }
}

function unreachable(observation: never): never {
  throw new Error(`unexpected build ${JSON.stringify(observation)}`);
}
