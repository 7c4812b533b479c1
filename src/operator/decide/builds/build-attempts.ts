import { type BuildAttempt, type BuildStatus, formatDuration, fromRfc3339, toRfc3339 } from "../../../api/index.js";
import { type BuildObservation, type BuildPlan, parseBuildName } from "../../../build/index.js";
import { type Failure, type FailureReason, sentence } from "../../../recovery/index.js";
import type { SeenBuild } from "../build-observation.js";
import type { JobStatus } from "../job.js";
import type { Turn } from "../turn.js";

/** How many builds a run remembers. */
const MAX_ATTEMPTS = 20;
/** Longest `layersPulled`, in characters. */
const MAX_LAYERS = 63;

/** A build that the job waits for, as its status tells it. */
export interface OpenBuild {
  readonly name: string;
  readonly key: string;
  readonly number: number;
  /** When the job began to wait for it, RFC 3339. */
  readonly since?: string;
}

/** How a build ended for a job. */
interface BuildEnd {
  readonly outcome: "Complete" | "Failed" | "Cancelled" | "TimedOut" | typeof LEFT;
  readonly reason: string;
  readonly message?: string;
}

/** The job stopped waiting for the build, which may go on for others. */
const LEFT = "Left";

/** The build that the job waits for; a name that can't be ours, since somebody edited the status, is none. */
export function openBuild({ buildStatus }: JobStatus): OpenBuild | undefined {
  const { phase, buildName: name } = buildStatus ?? {};
  if (name === undefined || (phase !== "Pending" && phase !== "Running")) return undefined;
  const parsed = parseBuildName(name);
  if (parsed === undefined) return undefined;
  const since = buildStatus?.attempts?.find(({ buildName }) => buildName === name)?.startTime;
  return { name, ...parsed, ...(since !== undefined && { since }) };
}

/** The builds that this run has waited for in vain: none of them is waited for again. One that it merely left may be. */
export function spentBuilds({ buildStatus }: JobStatus): ReadonlySet<string> {
  const spent = (buildStatus?.attempts ?? []).filter(({ outcome }) => outcome !== undefined && outcome !== LEFT);
  return new Set(spent.flatMap(({ buildName }) => buildName ?? []));
}

/**
 * The newest build of a flight that this run has waited for in vain; 0 when there is none. Its history forgets the oldest
 * of many, so what a build is to the run goes by this number, too.
 */
export function newestSpentNumber(status: JobStatus, key: string): number {
  return Math.max(0, ...numbersOf(spentBuilds(status), key));
}

/** The number for a new build of a flight: no build of it that is there, or that this run knew, has had it. */
export function nextBuildNumber({ buildStatus }: JobStatus, key: string, builds: readonly SeenBuild[]): number {
  const known = (buildStatus?.attempts ?? []).flatMap(({ buildName }) => buildName ?? []);
  return Math.max(0, ...builds.map(({ number }) => number), ...numbersOf(known, key)) + 1;
}

function numbersOf(names: Iterable<string>, key: string): number[] {
  return [...names].flatMap((name) => {
    const parsed = parseBuildName(name);
    return parsed?.key === key ? [parsed.number] : [];
  });
}

/** The status with a build that the job waits for from now on: one of its own, or another job's. */
export function withBuildFollowed(
  turn: Turn,
  status: JobStatus,
  { destination }: Pick<BuildPlan, "destination">,
  build: Pick<SeenBuild, "name" | "number" | "strategy">,
): JobStatus {
  const ended = withBuildLeft(turn, status, "StatusEdited");
  const { name: buildName, number, strategy } = build;
  const attempt: BuildAttempt = { number, strategy, buildName, startTime: toRfc3339(turn.now) };
  const earlier = (ended.buildStatus?.attempts ?? []).filter((each) => each.buildName !== buildName);
  const buildStatus: BuildStatus = {
    phase: "Pending",
    strategy,
    buildName,
    imageReference: `${destination.repository}:${destination.tag}`,
    attempts: [attempt, ...earlier].slice(0, MAX_ATTEMPTS),
  };
  return { ...status, buildStatus };
}

/** The status with how far the build has come. */
export function withBuildProgress(
  turn: Turn,
  status: JobStatus,
  build: SeenBuild,
  observation: Extract<BuildObservation, { kind: "running" }>,
): JobStatus {
  const { currentStep, layersPulled } = observation.progress;
  const expectedAt = build.expectedAt !== undefined && build.expectedAt > turn.now ? build.expectedAt : undefined;
  return {
    ...status,
    buildStatus: {
      ...status.buildStatus,
      phase: "Running",
      startTime: observation.startTime,
      currentStep: currentStep === undefined ? status.buildStatus?.currentStep : sentence(currentStep),
      layersPulled: layersPulled?.slice(0, MAX_LAYERS) ?? status.buildStatus?.layersPulled,
      estimatedCompletionTime: expectedAt === undefined ? undefined : toRfc3339(expectedAt),
    },
  };
}

/** The status with the image that the build made. */
export function withBuildComplete(
  turn: Turn,
  status: JobStatus,
  observation: Extract<BuildObservation, { kind: "complete" }>,
): JobStatus {
  const { image, sizeBytes, cacheHit } = observation;
  const startTime = observation.startTime ?? status.buildStatus?.startTime;
  const completionTime = observation.completionTime ?? toRfc3339(turn.now);
  const ended = withBuildEnded(turn, status, { outcome: "Complete", reason: "BuildComplete" });
  return {
    ...ended,
    buildStatus: {
      ...ended.buildStatus,
      phase: "Complete",
      imageDigest: image,
      reused: false,
      startTime,
      completionTime,
      ...durationOf(startTime, completionTime),
      currentStep: undefined,
      layersPulled: undefined,
      ...(sizeBytes !== undefined && { imageSizeBytes: sizeBytes }),
      ...(cacheHit !== undefined && { cacheHit }),
    },
  };
}

/** The status with an image that was there before the run: nothing is built for it. */
export function withImageReused(
  status: JobStatus,
  image: Pick<BuildStatus, "imageDigest" | "imageReference" | "imageSizeBytes" | "strategy" | "buildName">,
  message: string,
): JobStatus {
  const { attempts } = status.buildStatus ?? {};
  return {
    ...status,
    buildStatus: {
      phase: "Complete",
      ...image,
      reused: true,
      message: sentence(message),
      ...(attempts !== undefined && { attempts }),
    },
  };
}

/** The status with the build that the job waits for, if any, ended by a failure of it, or of the job's. */
export function withBuildFailed(turn: Turn, status: JobStatus, { reason, message }: Failure): JobStatus {
  return withBuildEnded(turn, status, { outcome: OUTCOMES[reason] ?? "Failed", reason, message });
}

const OUTCOMES: Partial<Record<FailureReason, BuildEnd["outcome"]>> = {
  BuildTimeout: "TimedOut",
  TotalTimeout: "TimedOut",
  BuildCancelled: "Cancelled",
};

/** The status of a job that no longer waits for its build, if any: it has none, and may come back to this one. */
export function withBuildLeft(turn: Turn, status: JobStatus, reason: string): JobStatus {
  return openBuild(status) === undefined
    ? status
    : withoutImage(withBuildEnded(turn, status, { outcome: LEFT, reason }));
}

/** The status without its image, which is chosen anew; what was built in this run stays in its history. */
export function withoutImage(status: JobStatus): JobStatus {
  if (status.buildStatus === undefined) return status;
  const { attempts } = status.buildStatus;
  return { ...status, buildStatus: { phase: "Pending", ...(attempts !== undefined && { attempts }) } };
}

function withBuildEnded(turn: Turn, status: JobStatus, { outcome, reason, message }: BuildEnd): JobStatus {
  const open = openBuild(status);
  if (open === undefined) return status;
  const completionTime = toRfc3339(turn.now);
  const words = message === undefined ? {} : { message: sentence(message) };
  const attempts = (status.buildStatus?.attempts ?? []).map((attempt) =>
    attempt.buildName === open.name && attempt.outcome === undefined
      ? { ...attempt, outcome, reason, ...words, completionTime }
      : attempt,
  );
  return {
    ...status,
    buildStatus: {
      ...status.buildStatus,
      message: words.message,
      phase: "Failed",
      completionTime,
      ...durationOf(status.buildStatus?.startTime, completionTime),
      estimatedCompletionTime: undefined,
      attempts,
    },
  };
}

function durationOf(startTime: string | undefined, completionTime: string): Pick<BuildStatus, "duration"> {
  const from = fromRfc3339(startTime);
  const to = fromRfc3339(completionTime);
  if (from === undefined || to === undefined) return {};
  return { duration: formatDuration(Math.max(0, Math.round((to - from) / 1000)) * 1000) };
}
