import { fromRfc3339, type GitSource, type WaitingFor } from "../../../api/index.js";
import type { MissingObject } from "../../../recovery/index.js";
import { openAttempt } from "../attempts.js";
import type { JobStatus } from "../job.js";
import type { Turn } from "../turn.js";
import { isHolding } from "./holding.js";
import { namesObject } from "./named-objects.js";
import { objectWaitedFor } from "./waiting-for.js";

/** References of repositories that could not be reached. */
export interface MissingSource extends SourcePlace {
  readonly kind: "Git";
  /** Of the golden notebook, if it has a repository of its own. */
  readonly golden?: SourcePlace;
}

interface SourcePlace {
  readonly url: string;
  readonly ref: string;
  /** Name of a Secret in the job's namespace. */
  readonly credentialsSecret?: string;
}

/** An object that a job names. */
interface NamedObject extends MissingObject {
  /** Whether a variable is made from its key. @default false */
  readonly isVariable?: boolean;
}

/** What can be looked at from outside, to see whether it is there by now. */
export type Resolvable = NamedObject | MissingSource;

/** A question to look at something again and again, until it is there. */
export interface ResolutionQuestion {
  /** Names the question: what was seen before another try of the job is no answer to the next one. */
  readonly ticket: string;
  readonly about: Resolvable;
  /** `brisk` for a run that waits; `slow` for a job that has failed and that nobody waits for. */
  readonly pace: "brisk" | "slow";
  /** Whether the job has failed just now, and the first look is to be now, too. @default false */
  readonly isFresh?: boolean;
}

/** What a job's spec and its status say. */
type Spoken = Pick<Turn, "status" | "reading">;

/** How long after its end a job counts as one that has failed just now, milliseconds. */
const FRESH_MS = 60_000;
/**
 * A wait so long saw its object absent: the first looks are 5 s apart, and one that finds it there ends the wait. A Git server
 * that answers now and then ends no shorter one either: it would start one run after the other.
 */
const MIN_WAIT_MS = 30_000;

/** What the job wants to be looked at for it; nothing where it does not wait, or where only a new try can tell. */
export function resolutionQuestion(turn: Turn): ResolutionQuestion | undefined {
  const { status } = turn;
  const isFailed = status.phase === "Failed";
  const about = isFailed ? missingOfFailed(turn) : missingOfHolding(turn);
  if (about === undefined) return undefined;
  const { phase = "", runCount = 0, retryCount = 0, lastRetryTime = "" } = status;
  const ticket = [phase, runCount, retryCount, lastRetryTime, JSON.stringify(about)].join("/");
  return isFailed ? { ticket, about, pace: "slow", isFresh: isFresh(turn) } : { ticket, about, pace: "brisk" };
}

/** Whether the job, which has failed, runs again by itself when something is there that can be looked at from outside. */
export function isLookedFor(turn: Spoken): boolean {
  return turn.status.phase === "Failed" && missingOfFailed(turn) !== undefined;
}

function isFresh({ status, now }: Turn): boolean {
  const endedAt = fromRfc3339(status.completionTime);
  return endedAt !== undefined && Math.abs(now - endedAt) < FRESH_MS;
}

/**
 * Whether what the job has failed for was away when it failed, as far as its status tells: the run waited for it, and no
 * look found it.
 */
export function wasAwayAtTheEnd({ waitingFor, completionTime }: JobStatus): boolean {
  const [since, endedAt] = [fromRfc3339(waitingFor?.since), fromRfc3339(completionTime)];
  return since !== undefined && endedAt !== undefined && endedAt - since >= MIN_WAIT_MS;
}

function missingOfHolding(turn: Turn): Resolvable | undefined {
  const { status, metadata } = turn;
  const { waitingFor } = status;
  // A pod that is kept goes on by itself.
  if (waitingFor === undefined || !isHolding(status) || openAttempt(status, metadata.name)) return undefined;
  return objectOf(turn, waitingFor);
}

/**
 * Only what the run itself found missing until its end: an object that was there and did not help, or a repository that
 * the operator reached and the pod did not, would start a run like the last one, again and again.
 */
function missingOfFailed(turn: Spoken): Resolvable | undefined {
  const { status, reading } = turn;
  const { waitingFor, failureReason } = status;
  if (waitingFor === undefined || waitingFor.reason !== failureReason || !reading.ok) return undefined;
  const { retry, recovery } = reading.effective;
  const isWanted = retry.enabled && retry.whenResolved && recovery.smart;
  if (!isWanted || recovery.disabledActions.includes("wait-for-resolution")) return undefined;
  if (waitingFor.kind !== "Git") return (waitingFor.tries ?? 0) === 0 ? objectOf(turn, waitingFor) : undefined;
  if (status.runId !== undefined) return undefined;
  const { notebook, goldenNotebook } = reading.spec;
  const golden = goldenNotebook?.git;
  return { kind: "Git", ...placeOf(notebook.git), ...(golden !== undefined && { golden: placeOf(golden) }) };
}

function placeOf({ url, ref, credentialsSecret }: GitSource): SourcePlace {
  return { url, ref, ...(credentialsSecret !== undefined && { credentialsSecret }) };
}

function objectOf({ reading }: Spoken, waitingFor: WaitingFor): Resolvable | undefined {
  const object = objectWaitedFor(waitingFor);
  if (object === undefined || !reading.ok || !namesObject(reading.spec, object)) return undefined;
  const { kind, name, key } = object;
  if (key === undefined) return object;
  const { env = [] } = reading.spec.podConfig ?? {};
  const isVariable = env.some(({ valueFrom }) => {
    const source = kind === "ConfigMap" ? valueFrom?.configMapKeyRef : valueFrom?.secretKeyRef;
    return source !== undefined && source.name === name && source.key === key;
  });
  return { ...object, ...(isVariable && { isVariable }) };
}
