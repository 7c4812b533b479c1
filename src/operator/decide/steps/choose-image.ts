import { fromRfc3339, parseDuration } from "../../../api/index.js";
import { type BuildPlan, buildName, formatImageReference, parseImageReference } from "../../../build/index.js";
import { classifySource, failureOf, sentence } from "../../../recovery/index.js";
import type { BuildsSeen, EnvironmentSeen, ImageSeen, SeenBuild } from "../build-observation.js";
import {
  newestSpentNumber,
  nextBuildNumber,
  openBuild,
  spentBuilds,
  withBuildFollowed,
  withBuildLeft,
  withImageReused,
  withoutImage,
} from "../builds/build-attempts.js";
import { type CompleteBuild, usableBuilds } from "../builds/choose-build.js";
import { environmentFailure, problemList } from "../builds/environment-failure.js";
import { environmentOf, type FlightAnswer, flightOf } from "../builds/flight.js";
import { imageToRun } from "../builds/gate.js";
import { isDigestReference } from "../builds/image-place.js";
import { type ImageCandidate, imageCandidates } from "../builds/images-wanted.js";
import { environmentTicket, imageTicket } from "../builds/tickets.js";
import { withEnvironment, withSourceWarnings } from "../builds/with-environment.js";
import { withConditions } from "../conditions.js";
import type { Effect } from "../decision.js";
import type { JobStatus } from "../job.js";
import { fail } from "../outcome.js";
import type { StepResult, ValidTurn } from "../turn.js";

/** Looks again for an answer or for room, though its coming is told; milliseconds. */
const ANSWER_POLL_MS = 30_000;
/** Looks whether a new build is there, should its coming never be told; milliseconds. */
export const BUILD_POLL_MS = 15_000;

type Flight = FlightAnswer & { readonly kind: "flight" };

/** How a build that the status now names is followed. */
export type Follow = (turn: ValidTurn, build: SeenBuild) => StepResult;

/**
 * Which image the notebook runs on: one that was built already, one that is being built, or a new one. Nothing is built
 * before every cheaper answer is known.
 */
export function chooseImage(turn: ValidTurn, follow: Follow): StepResult {
  const { status, seen } = turn;
  const environment = seen.environment ?? { kind: "unasked" };
  switch (environment.kind) {
    case "unasked":
      return waiting(turn, status, "ReadingEnvironment", "Reading what the repository says about its environment", {
        kind: "ask-environment",
        ticket: environmentTicket(status),
        commit: status.source?.commit ?? "",
      });
    case "reading":
      return { status, requeueAfterMs: ANSWER_POLL_MS };
    case "failed":
      return fail(turn, status, classifySource(environment));
    case "read":
      return withFacts(turn, environment, follow);
    default:
      return unreachable(environment);
  }
}

function withFacts(turn: ValidTurn, environment: EnvironmentSeen & { kind: "read" }, follow: Follow): StepResult {
  const { question, warnings } = environment;
  const { builds } = turn.seen;
  const answer = environmentOf(question);
  if (answer.kind === "rejected") {
    const status = withBuildLeft(turn, withSourceWarnings(turn.status, warnings), answer.reason);
    const buildStatus = { ...status.buildStatus, phase: "Failed", message: problemList(answer) } as const;
    return fail(turn, { ...status, buildStatus }, environmentFailure(answer));
  }
  const known = withEnvironment(turn.status, answer.plan, warnings);
  const flight = flightOf(turn, question, builds?.available);
  switch (flight.kind) {
    case "unknown":
      return waiting(turn, known, "AwaitingBuilds", "Looking up what the cluster can build by, and what it has built");
    case "failed":
      return fail(turn, known, flight.failure);
    case "base":
      return onBase(turn, known, flight);
    case "flight":
      return chooseBuild(turn, withSourceWarnings(known, flight.warnings), flight, builds as BuildsSeen, follow);
    default:
      return unreachable(flight);
  }
}

/** The repository asks for nothing that the base image lacks. */
function onBase(turn: ValidTurn, status: JobStatus, { base }: FlightAnswer & { kind: "base" }): StepResult {
  const imageReference = base.reference;
  const parsed = parseImageReference(imageReference);
  const digest = parsed?.digest ?? base.digest;
  const image = parsed && digest && formatImageReference({ host: parsed.host, path: parsed.path, digest });
  const found = { imageReference, ...(isDigestReference(image) && { imageDigest: image }) };
  const message = "Nothing is built: the base image is the environment";
  return imageReady(turn, withImageReused(status, found, message), message);
}

function chooseBuild(turn: ValidTurn, status: JobStatus, flight: Flight, seen: BuildsSeen, follow: Follow): StepResult {
  const { plan } = flight;
  const { now } = turn;
  const { retention } = turn.seen.settings.config;
  const runStartedAt = fromRfc3339(status.startTime);
  const { complete, toFollow } = usableBuilds(plan, seen.builds, {
    now,
    ...(runStartedAt !== undefined && { runStartedAt }),
    unpinnedTtlMs: parseDuration(retention.unpinnedEnvironments),
    spent: spentBuilds(status),
    newestSpent: newestSpentNumber(status, plan.key),
  });
  for (const build of complete) {
    const { image: reference, completionTime } = build.observation;
    const builtAt = fromRfc3339(completionTime);
    // What was pushed since the run began is there, unless a pod missed it; of the rest the registry may have been cleared.
    const isNew =
      builtAt !== undefined && runStartedAt !== undefined && builtAt >= runStartedAt && (status.retryCount ?? 0) === 0;
    const image = imageSeen(seen, reference);
    if (!isNew && isOpen(image)) return asking(turn, status, plan, reference, image);
    // A registry that can't be asked denies nothing: the node's pull will tell.
    if (image.kind !== "absent") return reuse(turn, status, plan, build);
  }
  if (toFollow !== undefined) {
    return follow({ ...turn, status: withBuildFollowed(turn, status, plan, toFollow) }, toFollow);
  }
  return chooseFromRegistry(turn, status, flight, seen);
}

/** What the registry has by name is as good as what a build of the cluster made, if its label says that it is the same. */
function chooseFromRegistry(turn: ValidTurn, status: JobStatus, flight: Flight, seen: BuildsSeen): StepResult {
  const { plan } = flight;
  const warnings: string[] = [];
  for (const candidate of imageCandidates(turn, plan)) {
    const image = imageSeen(seen, candidate.reference);
    if (isOpen(image)) return asking(turn, status, plan, candidate.reference, image);
    if (image.kind === "present" && image.environmentDigest === plan.environment.digest) {
      return reuseNamed(turn, withSourceWarnings(status, warnings), plan, candidate, image);
    }
    warnings.push(...warningsAbout(candidate, image));
  }
  return start(turn, withSourceWarnings(status, warnings), flight, seen);
}

function warningsAbout({ reference, isShared }: ImageCandidate, image: ImageSeen): string[] {
  if (image.kind === "unknown") return [`The registry could not tell whether ${reference} exists: ${image.message}`];
  if (image.kind === "present" && isShared) return [`${reference} is of another environment, so it is not reused`];
  return [];
}

function imageSeen({ images }: BuildsSeen, reference: string): ImageSeen {
  return images[reference] ?? { kind: "unasked" };
}

function isOpen(image: ImageSeen): image is ImageSeen & { kind: "unasked" | "asking" } {
  return image.kind === "unasked" || image.kind === "asking";
}

function asking(
  turn: ValidTurn,
  status: JobStatus,
  { destination }: BuildPlan,
  reference: string,
  image: ImageSeen,
): StepResult {
  const { isInsecure, pushSecret: secret } = destination;
  const ticket = imageTicket(status, reference);
  const question = {
    kind: "ask-image",
    ticket,
    reference,
    isInsecure,
    ...(secret !== undefined && { secret }),
  } as const;
  const message = `Asking the registry for ${reference}`;
  return waiting(turn, status, "LookingForImage", message, ...(image.kind === "unasked" ? [question] : []));
}

function reuse(turn: ValidTurn, status: JobStatus, plan: BuildPlan, build: CompleteBuild): StepResult {
  const { image, sizeBytes } = build.observation;
  const { repository, tag } = plan.destination;
  const message = `The environment was built before, by ${build.name}`;
  const found = {
    imageDigest: image,
    imageReference: `${repository}:${tag}`,
    strategy: build.strategy,
    buildName: build.name,
    ...(sizeBytes !== undefined && { imageSizeBytes: sizeBytes }),
  };
  return imageReady(turn, withImageReused(status, found, message), message);
}

function reuseNamed(
  turn: ValidTurn,
  status: JobStatus,
  { destination }: BuildPlan,
  { reference }: ImageCandidate,
  { digest, sizeBytes }: ImageSeen & { kind: "present" },
): StepResult {
  const message = `The registry has the environment already, as ${reference}`;
  const found = {
    imageDigest: `${destination.repository}@${digest}`,
    imageReference: reference,
    ...(sizeBytes !== undefined && { imageSizeBytes: sizeBytes }),
  };
  return imageReady(turn, withImageReused(status, found, message), message);
}

/** The image is known: the gate is open. One that the gate would not let through fails: it would be chosen for ever. */
export function imageReady(turn: ValidTurn, status: JobStatus, message: string): StepResult {
  if (imageToRun(turn, status) === undefined) {
    const { imageDigest, imageReference } = status.buildStatus ?? {};
    const refused = `The image ${imageDigest ?? imageReference ?? "that was found"} is none that this job may run`;
    const failure = failureOf("BuildFailed", { message: refused, fault: "platform" });
    const { buildStatus, ...without } = withoutImage(status);
    return fail(turn, { ...without, buildStatus: { ...buildStatus, phase: "Failed" } }, failure);
  }
  const reason = "BuildComplete";
  const said = sentence(message);
  return {
    status: withConditions(
      turn,
      { ...status, phase: "BuildComplete", reason, message: said },
      { type: "BuildInProgress", status: "False", reason, message: said },
      { type: "BuildComplete", status: "True", reason, message: said },
    ),
    requeueAfterMs: 0,
  };
}

function start(turn: ValidTurn, status: JobStatus, { plan, strategy }: Flight, seen: BuildsSeen): StepResult {
  if (!seen.hasRoom) return waiting(turn, status, "BuildQueued", "Waiting until fewer builds run");
  const number = nextBuildNumber(status, plan.key, seen.builds);
  const name = buildName(plan.key, number);
  const message = `Build ${name} starts by ${strategy}`;
  const begun = withBuildFollowed(turn, status, plan, { name, number, strategy });
  const effect = { kind: "start-build", plan: { ...plan, name, number }, strategy } as const;
  return { ...waiting(turn, begun, "BuildStarted", message, effect), requeueAfterMs: BUILD_POLL_MS };
}

/** The image is on its way; what is waited for is in the message. */
export function waiting(
  turn: ValidTurn,
  status: JobStatus,
  reason: string,
  message: string,
  ...effects: readonly Effect[]
): StepResult {
  const said = sentence(message);
  return {
    status: withConditions(
      turn,
      { ...status, reason, message: said },
      { type: "BuildInProgress", status: openBuild(status) === undefined ? "False" : "True", reason, message: said },
      { type: "BuildComplete", status: "Unknown", reason, message: said },
    ),
    effects,
    requeueAfterMs: ANSWER_POLL_MS,
  };
}

function unreachable(answer: never): never {
  throw new Error(`unexpected answer ${JSON.stringify(answer)}`);
}
