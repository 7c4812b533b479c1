import { fromRfc3339, type Instant, parseDuration } from "../../../api/index.js";
import type { BuildObservation } from "../../../build/index.js";
import { classifyBuild, failureOf } from "../../../recovery/index.js";
import { isRunId } from "../attempts.js";
import type { BuildsSeen, SeenBuild } from "../build-observation.js";
import {
  type OpenBuild,
  openBuild,
  withBuildComplete,
  withBuildLeft,
  withBuildProgress,
} from "../builds/build-attempts.js";
import { buildNamespace } from "../builds/build-plan.js";
import { environmentOf, flightOf } from "../builds/flight.js";
import { destinationOf, isDigestReference, isImageOf } from "../builds/image-place.js";
import type { Effect } from "../decision.js";
import { fail } from "../outcome.js";
import type { StepResult, ValidTurn } from "../turn.js";
import { BUILD_POLL_MS, chooseImage, imageReady, waiting } from "./choose-image.js";
import { stopAtObstacle } from "./stop-at-obstacle.js";

/** For the log of a failed build to be read; what it would have told is lost then. Milliseconds. */
const LOG_PATIENCE_MS = 60_000;
/** While that log is read. Only a backstop: its end brings the job back by itself. */
const LOG_POLL_MS = 5_000;

type Of<K extends BuildObservation["kind"]> = Extract<BuildObservation, { kind: K }>;

/** `Building`: from the repository's facts to the image that is validated. Until then no validation pod is made. */
export function followBuild(turn: ValidTurn): StepResult {
  const { status, seen } = turn;
  const stopped = stopAtObstacle(turn);
  if (stopped !== undefined) return stopped;
  if (!isRunId(status.runId) || status.source?.commit === undefined) {
    return { status: { ...status, phase: "Initializing", runId: undefined }, requeueAfterMs: 0 };
  }
  const open = openBuild(status);
  if (open === undefined) return chooseImage(turn, followSeen);
  const { builds } = seen;
  if (builds?.available === undefined) {
    return waiting(turn, status, "AwaitingBuilds", "Looking up how the build has come along");
  }
  const build = builds.followed?.name === open.name ? builds.followed : undefined;
  if (build === undefined) return withoutObject(turn, open, builds);
  if (isForeign(turn, build, open)) return chooseAnew(turn, "NameTaken");
  return followSeen(turn, build);
}

/** Whether another flight's build bears the name, whose keys begin alike, or something that the operator never made. */
function isForeign(turn: ValidTurn, { flight, environmentDigest }: SeenBuild, open: OpenBuild): boolean {
  const { status, seen } = turn;
  if (flight === undefined || environmentDigest !== status.environmentDigest) return true;
  const { environment, builds } = seen;
  const ours = environment?.kind === "read" && flightOf(turn, environment.question, builds?.available);
  // A flight of another key is a job's that changed since: it goes on with the build that it began with.
  return ours && ours.kind === "flight" && ours.plan.key === open.key && ours.plan.flight !== flight;
}

/** The job leaves the build that its status names, at no cost. */
function chooseAnew(turn: ValidTurn, reason: string): StepResult {
  return chooseImage({ ...turn, status: withBuildLeft(turn, turn.status, reason) }, followSeen);
}

/** Not made yet, refused, or gone. It was there if it was seen to run. */
function withoutObject(turn: ValidTurn, open: OpenBuild, builds: BuildsSeen): StepResult {
  const { status, seen, now } = turn;
  if (builds.refusal !== undefined) return fail(turn, status, builds.refusal);
  if (status.buildStatus?.startTime !== undefined) return fail(turn, status, failureOf("BuildLost"));
  const overdueAt = startsBy(turn, open);
  if (now >= overdueAt) {
    return fail(turn, status, failureOf("BuildNotStarted", { detail: `${open.name} never came to be` }));
  }
  const environment = seen.environment ?? { kind: "unasked" };
  if (environment.kind !== "read" || environmentOf(environment.question).kind === "rejected") {
    // Asks for what is not known, or says what is wrong with it.
    return chooseImage(turn, followSeen);
  }
  const flight = flightOf(turn, environment.question, builds.available);
  if (flight.kind !== "flight" || flight.plan.key !== open.key) return chooseAnew(turn, "EnvironmentChanged");
  const plan = { ...flight.plan, name: open.name, number: open.number };
  const message = `Build ${open.name} starts by ${flight.strategy}`;
  return {
    ...waiting(turn, status, "BuildStarted", message, { kind: "start-build", plan, strategy: flight.strategy }),
    requeueAfterMs: Math.min(BUILD_POLL_MS, overdueAt - now),
  };
}

/** When a build that nothing works on is given up: a controller that is down, a queue without end. */
function startsBy({ seen, now, status }: ValidTurn, open: OpenBuild, createdAt?: Instant): Instant {
  const since = fromRfc3339(open.since) ?? fromRfc3339(status.startTime) ?? now;
  return Math.max(since, createdAt ?? since) + parseDuration(seen.settings.config.patience.scheduleTimeout);
}

function followSeen(turn: ValidTurn, build: SeenBuild): StepResult {
  const { observation } = build;
  if (build.isAbandoned && observation.kind !== "complete") return chooseAnew(turn, "BuildAbandoned");
  switch (observation.kind) {
    case "pending":
      return pending(turn, build, observation);
    case "running":
      return running(turn, build, observation);
    case "complete":
      return complete(turn, build, observation);
    case "failed":
      return failed(turn, build, observation);
    case "cancelled":
      return fail(turn, turn.status, failureOf("BuildCancelled", { message: `The build ${build.name} was cancelled` }));
    default:
      return unreachable(observation);
  }
}

function pending(turn: ValidTurn, build: SeenBuild, { reason, message }: Of<"pending">): StepResult {
  const { status, now } = turn;
  const open = openBuild(status);
  const why = message ?? reason;
  const detail = why === undefined ? build.name : `${build.name}: ${why}`;
  const overdueAt = open === undefined ? now : startsBy(turn, open, build.createdAt);
  if (now >= overdueAt) return fail(turn, status, failureOf("BuildNotStarted", { detail }));
  return {
    ...waiting(turn, status, "BuildPending", `Waiting until the build begins: ${detail}`, ...joining(turn, build)),
    requeueAfterMs: overdueAt - now,
  };
}

function running(turn: ValidTurn, build: SeenBuild, observation: Of<"running">): StepResult {
  const { now, effective } = turn;
  const status = withBuildProgress(turn, turn.status, build, observation);
  const step = observation.progress.currentStep;
  // The clock of a build that was under way already starts when the job joins it.
  const since = Math.max(
    fromRfc3339(observation.startTime) ?? Number.NEGATIVE_INFINITY,
    fromRfc3339(openBuild(status)?.since) ?? Number.NEGATIVE_INFINITY,
  );
  const endsBy = (Number.isFinite(since) ? since : now) + effective.timeouts.buildMs;
  if (now >= endsBy) {
    const where = status.buildStatus?.currentStep;
    const detail = where === undefined ? build.name : `${build.name} was at: ${where}`;
    return fail(turn, status, failureOf("BuildTimeout", { detail }));
  }
  const message = step === undefined ? `Build ${build.name} runs` : `Build ${build.name}: ${step}`;
  return {
    ...waiting(turn, status, "BuildRunning", message, ...joining(turn, build)),
    requeueAfterMs: endsBy - now,
  };
}

function complete(turn: ValidTurn, build: SeenBuild, observation: Of<"complete">): StepResult {
  const { status } = turn;
  if (!isDigestReference(observation.image)) {
    const message = `The build ${build.name} ended well, but does not tell the digest of its image`;
    return fail(turn, status, failureOf("BuildFailed", { message, fault: "platform" }));
  }
  const repository = destinationOf(turn, status)?.repository;
  if (repository === undefined || !isImageOf(repository, observation.image)) {
    const message = `The build ${build.name} tells of ${observation.image}, which is not in ${repository ?? "the job's repository"}`;
    return fail(turn, status, failureOf("BuildFailed", { message, fault: "platform" }));
  }
  const message = `Build ${build.name} made ${observation.image}`;
  return imageReady(turn, withBuildComplete(turn, status, observation), message);
}

function failed(turn: ValidTurn, build: SeenBuild, { signal, completionTime }: Of<"failed">): StepResult {
  const { status, now } = turn;
  if (build.failure !== undefined) return fail(turn, status, build.failure);
  const endedAt = fromRfc3339(completionTime) ?? build.createdAt ?? Number.NEGATIVE_INFINITY;
  // Also where nothing tells of a log yet: caches are filled one by one.
  if (now < endedAt + LOG_PATIENCE_MS) {
    return { ...waiting(turn, status, "BuildFailing", "Reading why the build failed"), requeueAfterMs: LOG_POLL_MS };
  }
  const { log: _unread, ...words } = signal;
  return fail(turn, status, classifyBuild(words));
}

/** Whoever waits for a build owns it, so that it stays as long as one of them does. */
function joining(turn: ValidTurn, { name, uid, strategy, owners }: SeenBuild): Effect[] {
  const { metadata } = turn;
  // Owners can't be of another namespace.
  if (buildNamespace(turn) !== metadata.namespace || owners.includes(metadata.uid ?? "")) return [];
  return [{ kind: "join-build", name, uid, strategy }];
}

function unreachable(observation: never): never {
  throw new Error(`unexpected build ${JSON.stringify(observation)}`);
}
