import { fromRfc3339, parseDuration } from "../../../api/index.js";
import type { Pod } from "../../../kube/resources.js";
import { failureOf, joinSentences, sentence } from "../../../recovery/index.js";
import { isRunId, type OpenAttempt, openAttempt, withNewAttempt } from "../attempts.js";
import { imageToRun } from "../builds/gate.js";
import { sourceInImage } from "../builds/source-in-image.js";
import { environmentTicket } from "../builds/tickets.js";
import { withConditions } from "../conditions.js";
import type { AttemptPlan } from "../decision.js";
import { giveUp } from "../give-up.js";
import type { JobStatus } from "../job.js";
import { isLive } from "../pods.js";
import { resourcesToRun } from "../remedies/increase-memory.js";
import type { StepResult, ValidTurn } from "../turn.js";
import { stopAtObstacle } from "./stop-at-obstacle.js";

const OLD_POD = "WaitingForOldPod";

/** Looks again whether an earlier pod is gone, in case its end is never told; milliseconds. */
const GONE_POLL_MS = 15_000;

/** Looks whether the new pod is there, should its coming (or its coming and going) never be told; milliseconds. */
const SEEN_POLL_MS = 15_000;
/** Looks again for room, though its return is told; milliseconds. */
const ROOM_POLL_MS = 30_000;
/** Looks again for what the repository says of its environment, though its coming is told; milliseconds. */
const COPY_POLL_MS = 30_000;

/**
 * Starts an attempt, or goes on starting the one that is counted already. Only when no other pod of the job is left:
 * two kernels of one job could write to the same claim. And only when the image is there that is to be validated.
 */
export function startValidation(turn: ValidTurn): StepResult {
  const stopped = stopAtObstacle(turn);
  if (stopped !== undefined) return stopped;
  const { seen, now } = turn;
  const { runId, source } = turn.status;
  const { name } = turn.metadata;
  const lacksGolden = turn.spec.goldenNotebook?.git !== undefined && source?.goldenCommit === undefined;
  if (!isRunId(runId) || source?.commit === undefined || lacksGolden) {
    return { status: { ...turn.status, phase: "Initializing", runId: undefined }, requeueAfterMs: 0 };
  }
  const image = imageToRun(turn, turn.status);
  if (image === undefined) {
    const message = "The image that the notebook runs on is not known yet";
    const status = {
      ...turn.status,
      phase: "Building",
      reason: "ImageWanted",
      message,
      nextRetryTime: undefined,
    } as const;
    return { status, requeueAfterMs: 0 };
  }
  const counted = openAttempt(turn.status, name);
  const old = seen.pods.find((pod) => isLive(pod, now) && pod.metadata.name !== counted?.podName);
  if (old !== undefined) return awaitGoing(turn, old);
  if (counted === undefined && seen.lateUntil !== undefined && now < seen.lateUntil) {
    const message = "Waiting until no pod of an earlier attempt can come to be any more: the API server gave no answer";
    return { status: { ...turn.status, reason: OLD_POD, message }, requeueAfterMs: seen.lateUntil - now };
  }
  if (!seen.hasRoom) {
    const status = { ...turn.status, reason: "Queued", message: "Waiting until fewer validations run" };
    return { status, requeueAfterMs: ROOM_POLL_MS };
  }
  const copy = turn.status.recovery?.sourceFromImage === true ? sourceInImage(turn, turn.status) : undefined;
  if (copy?.kind === "unknown") return findingCopy(turn, source.commit);
  const status = counted === undefined ? begun(turn, runId, image) : onImage(turn.status, counted, image);
  const attempt = openAttempt(status, name);
  if (attempt === undefined) return { status };
  const resources = resourcesToRun(turn, status);
  const plan: AttemptPlan = {
    ...attempt,
    ...commitsOf(source),
    ...(resources !== turn.effective.resources && { resources }),
    ...(copy?.kind === "held" && { sourceDirectory: copy.directory }),
  };
  return {
    status,
    effects: [{ kind: "start-attempt", plan }],
    requeueAfterMs: SEEN_POLL_MS,
  };
}

/** An earlier attempt's pod was to be deleted, as surplus, since that attempt ended. Policy may deny it for ever. */
function awaitGoing(turn: ValidTurn, { metadata: { name, deletionTimestamp } }: Pod): StepResult {
  const { status, seen, now } = turn;
  const times = [status.attempts?.[0]?.completionTime, status.startTime].map((time) => fromRfc3339(time) ?? 0);
  const longestMs = parseDuration(seen.settings.config.patience.resolutionTimeout);
  const isDenied = status.reason === OLD_POD && deletionTimestamp === undefined;
  if (isDenied && now >= Math.max(...times) + longestMs) {
    const message = `Pod ${name} of an earlier attempt can't be deleted`;
    return giveUp(turn, status, failureOf("ApiForbidden", { message }));
  }
  const message = joinSentences(
    `Waiting until pod ${name} of an earlier attempt is gone`,
    "If it stays, see who protects it, such as an admission webhook: the event PodNotDeleted of this job tells",
  );
  return { status: { ...status, reason: OLD_POD, message: sentence(message) }, requeueAfterMs: GONE_POLL_MS };
}

/** The run is to go on with the copy in its image, and an operator that was restarted does not know yet where that is. */
function findingCopy({ status, seen }: ValidTurn, commit: string): StepResult {
  const message = "Finding out where the image holds the repository";
  const ask = { kind: "ask-environment", ticket: environmentTicket(status), commit } as const;
  return {
    status: { ...status, reason: "ReadingEnvironment", message },
    effects: (seen.environment ?? { kind: "unasked" }).kind === "unasked" ? [ask] : [],
    requeueAfterMs: COPY_POLL_MS,
  };
}

/** The status whose open attempt names the image that its pod gets, whatever somebody wrote into its record. */
function onImage(status: JobStatus, { image: recorded }: OpenAttempt, image: string): JobStatus {
  const [attempt, ...earlier] = status.attempts ?? [];
  if (recorded === image || attempt === undefined) return status;
  return { ...status, attempts: [{ ...attempt, image }, ...earlier] };
}

function commitsOf({ commit = "", goldenCommit }: NonNullable<JobStatus["source"]>) {
  return { commit, ...(goldenCommit !== undefined && { goldenCommit }) };
}

function begun(turn: ValidTurn, runId: string, image: string): JobStatus {
  const { environment } = turn.status;
  const status = withNewAttempt(turn, turn.status, runId, image);
  const number = openAttempt(status, turn.metadata.name)?.number ?? 1;
  const reason = "AttemptStarted";
  const message = `Attempt ${number} starts on image ${image}`;
  return withConditions(
    turn,
    {
      ...status,
      phase: "ValidationRunning",
      reason,
      message,
      nextRetryTime: undefined,
      validationPodName: undefined,
      progress: undefined,
      results: undefined,
      resultsTruncated: undefined,
      validationChecks: undefined,
      educationalFeedback: undefined,
      comparisonResult: undefined,
      cells: undefined,
      resources: undefined,
      environment: environment?.lockedBy === undefined ? undefined : { lockedBy: environment.lockedBy },
    },
    { type: "ValidationComplete", status: "Unknown", reason, message },
  );
}
