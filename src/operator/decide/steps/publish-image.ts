import { type BuildStatus, fromRfc3339, type ValidationCheck } from "../../../api/index.js";
import { joinSentences, sentence } from "../../../recovery/index.js";
import type { VerdictEvent } from "../../../validation/index.js";
import { openAttempt } from "../attempts.js";
import { type SharedTag, sharedTag } from "../builds/builds-wanted.js";
import { buildsImage } from "../builds/gate.js";
import { isDigestReference } from "../builds/image-place.js";
import { ranInPlace } from "../builds/ran-in-place.js";
import { publicationTicket } from "../builds/tickets.js";
import { conditionOf, withConditions } from "../conditions.js";
import type { JobStatus } from "../job.js";
import { succeed } from "../outcome.js";
import { notebookImage } from "../pods.js";
import type { StepResult, ValidTurn } from "../turn.js";

/** How long a passed run waits for the registry; milliseconds. */
const PUBLICATION_PATIENCE_MS = 2 * 60_000;
/** Looks again for the registry's answer, though its coming is told; milliseconds. */
const PUBLICATION_POLL_MS = 10_000;

const PUBLISHING = "PublishingImage";

/** Whether the job's notebook has passed and its image's tag is being moved. */
export function isPublishing({ phase, reason }: JobStatus): boolean {
  return phase === "ValidationRunning" && reason === PUBLISHING;
}

/**
 * The notebook passed: its image becomes the recommended one, and the shared tag moves to it before anybody is told. A
 * registry that is in the way does not turn a pass into anything else: the status says that nothing was published, and why.
 * Only what the notebook is seen to have run on is recommended: the status alone could name anything.
 */
export function publishAndSucceed(turn: ValidTurn, status: JobStatus, verdict: VerdictEvent): StepResult {
  if (!buildsImage(turn)) return succeed(turn, status, verdict);
  const standIn = ranInPlace(turn, status);
  if (standIn !== undefined) return succeedOnStandIn(turn, status, verdict, standIn);
  const { imageDigest } = status.buildStatus ?? {};
  const recommended =
    isDigestReference(imageDigest) && ranOn(turn, imageDigest) ? { recommendedImage: imageDigest } : {};
  const publication = publicationOf(turn, status);
  if (publication.kind === "waiting") return publication.result;
  return succeed(turn, withBuildStatus(status, { ...recommended, ...publication.outcome }), verdict);
}

/** On another environment than its own a notebook passes with a warning at most, and nothing of it is published. */
function succeedOnStandIn(turn: ValidTurn, status: JobStatus, verdict: VerdictEvent, image: string): StepResult {
  const said = `The notebook ran on the image ${image} in place of its own environment`;
  const check: ValidationCheck = { type: "Dependencies", status: "Warning", message: sentence(said) };
  const tag = turn.effective.build?.imageTag;
  const told: JobStatus = {
    ...status,
    validationChecks: [check, ...(status.validationChecks ?? [])],
    ...(tag !== undefined && {
      buildStatus: {
        ...status.buildStatus,
        published: false,
        publishMessage: sentence(`The tag ${tag} does not move: ${said.replace("The", "the")}`),
      },
    }),
  };
  return succeed(turn, told, {
    ...verdict,
    verdict: "PassedWithWarnings",
    message: joinSentences(verdict.message, said),
  });
}

/**
 * Whether the notebook ran on that image: as its pod says, or as was seen when this process was asked to publish it, under
 * a ticket that names the image.
 */
function ranOn({ seen, status, metadata }: ValidTurn, image: string): boolean {
  const podName = openAttempt(status, metadata.name)?.podName;
  const pod = seen.pods.find((each) => each.metadata.name === podName);
  return pod === undefined ? (seen.builds?.publication.kind ?? "unasked") !== "unasked" : notebookImage(pod) === image;
}

type Outcome = Pick<BuildStatus, "published" | "publishMessage">;

function publicationOf(
  turn: ValidTurn,
  status: JobStatus,
): { readonly kind: "done"; readonly outcome: Outcome } | { readonly kind: "waiting"; readonly result: StepResult } {
  const done = (published: boolean, publishMessage: string) =>
    ({ kind: "done", outcome: { published, publishMessage: sentence(publishMessage) } }) as const;
  const tag = sharedTag(turn, status);
  if (tag === undefined) {
    if (turn.effective.build?.imageTag === undefined) return { kind: "done", outcome: {} };
    return done(false, `The tag ${turn.effective.build.imageTag} does not move: nothing was built for this job`);
  }
  const { builds } = turn.seen;
  const { imageDigest } = status.buildStatus ?? {};
  if (builds?.tagOwner !== undefined && builds.tagOwner.image !== imageDigest) {
    const { job, image } = builds.tagOwner;
    return done(false, `${tag.reference} stays where it is: the job ${job} passed with ${image} under it`);
  }
  if (imageDigest === undefined || !ranOn(turn, imageDigest)) {
    return done(false, `${tag.reference} is not moved: nothing shows that the notebook ran on ${imageDigest}`);
  }
  const seen = builds?.publication ?? { kind: "unasked" };
  switch (seen.kind) {
    case "published":
      return done(true, `${tag.reference} points to the image that the notebook passed with`);
    case "failed":
      return done(false, seen.message);
    case "unasked":
    case "publishing":
      if (isOverdue(turn, status)) {
        return done(false, `The registry did not answer in time, so ${tag.reference} may be where it was`);
      }
      return { kind: "waiting", result: publishing(turn, status, tag, seen.kind === "unasked") };
    default:
      return unreachable(seen);
  }
}

/** From the moment at which the notebook was seen to have passed. */
function isOverdue({ now }: ValidTurn, status: JobStatus): boolean {
  if (!isPublishing(status)) return false;
  const since = fromRfc3339(conditionOf(status, "ValidationComplete")?.lastTransitionTime);
  return since !== undefined && now >= since + PUBLICATION_PATIENCE_MS;
}

function publishing(turn: ValidTurn, status: JobStatus, tag: SharedTag, isUnasked: boolean): StepResult {
  const { imageDigest = "" } = status.buildStatus ?? {};
  const { isInsecure, pushSecret } = tag.destination;
  const message = sentence(`The notebook passed; ${tag.reference} moves to its image`);
  const note = { reason: PUBLISHING, message };
  return {
    status: withConditions(turn, { ...status, ...note }, { type: "ValidationComplete", status: "True", ...note }),
    effects: isUnasked
      ? [
          {
            kind: "publish-image",
            ticket: publicationTicket(status),
            image: imageDigest,
            tag: tag.tag,
            isInsecure,
            ...(pushSecret !== undefined && { pushSecret }),
          },
        ]
      : [],
    requeueAfterMs: PUBLICATION_POLL_MS,
  };
}

function withBuildStatus(status: JobStatus, more: Partial<BuildStatus>): JobStatus {
  return { ...status, buildStatus: { ...status.buildStatus, ...more } };
}

function unreachable(seen: never): never {
  throw new Error(`unexpected answer ${JSON.stringify(seen)}`);
}
