import { type Attempt, toRfc3339 } from "../../api/index.js";
import { validationPodName } from "../../validation/index.js";
import type { JobStatus } from "./job.js";
import type { Turn } from "./turn.js";

/** How many attempts a job remembers. */
const MAX_ATTEMPTS = 20;

/** An attempt that has begun and not ended, as status tells it. */
export interface OpenAttempt {
  readonly number: number;
  readonly runId: string;
  readonly podName: string;
  readonly image: string;
}

/** How an attempt ended. */
export interface AttemptEnd {
  readonly outcome: "Passed" | "PassedWithWarnings" | "Failed" | "Error" | "Cancelled";
  readonly reason?: string;
  readonly message?: string;
  readonly stage?: Attempt["stage"];
  /** Recovery action taken after it. */
  readonly action?: string;
}

const OPEN = "Running";
const RUN_ID = /^[0-9a-z]{1,63}$/;
/** Attempts are counted up from 1 in an int32; a number this high was written by somebody else. */
const MAX_NUMBER = 1_000_000;

/** Whether a run may be called so: what people write into a status is not to be relied on. */
export function isRunId(text: string | undefined): text is string {
  return text !== undefined && RUN_ID.test(text);
}

/**
 * The attempt that is under way. It is in the status before its pod is made, so that nothing happens uncounted. One that
 * cannot be ours, since somebody edited the status, is none: it ends when the next one begins.
 * @param job name of the job
 */
export function openAttempt(status: JobStatus, job: string): OpenAttempt | undefined {
  const attempt = status.attempts?.[0];
  if (attempt?.outcome !== OPEN) return undefined;
  const { number, runId, podName, image } = attempt;
  if (runId === undefined || podName === undefined || image === undefined) return undefined;
  if (!isRunId(runId) || !isNumber(number) || podName !== validationPodName(job, runId, number)) return undefined;
  return { number, runId, podName, image };
}

/**
 * The number for a new attempt of a run: no pod of it that is there, or that the status tells of, has had it. The history
 * alone does not tell: of many failures it forgets the oldest.
 */
function nextNumber({ metadata, seen }: Turn, status: JobStatus, runId: string): number {
  const podNames = [
    ...seen.pods.map((pod) => pod.metadata.name),
    ...(status.attempts ?? []).map(({ podName }) => podName),
    status.validationPodName,
  ];
  const numbers = podNames.map((podName) => numberOf(podName, metadata.name, runId));
  return Math.max(0, ...numbers.filter((number) => number < MAX_NUMBER)) + 1;
}

/** The number of the run's attempt that a pod is of; 0 when it is of none. */
function numberOf(podName: string | undefined, job: string, runId: string): number {
  const number = Number(/-([0-9]+)$/.exec(podName ?? "")?.[1]);
  return isNumber(number) && podName === validationPodName(job, runId, number) ? number : 0;
}

function isNumber(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= MAX_NUMBER;
}

/** The status with one more attempt of its run, on `image`. One that was there as if under way has ended. */
export function withNewAttempt(turn: Turn, status: JobStatus, runId: string, image: string): JobStatus {
  const ended = withAttemptEnded(turn, status, { outcome: "Cancelled", reason: "StatusEdited" });
  const number = nextNumber(turn, ended, runId);
  return withEntry(ended, {
    number,
    runId,
    stage: "schedule",
    startTime: toRfc3339(turn.now),
    outcome: OPEN,
    image,
    podName: validationPodName(turn.metadata.name, runId, number),
  });
}

/** The status with its open attempt, if any, ended. */
export function withAttemptEnded(turn: Turn, status: JobStatus, end: AttemptEnd): JobStatus {
  const [attempt, ...earlier] = status.attempts ?? [];
  if (attempt?.outcome !== OPEN) return status;
  return { ...status, attempts: [{ ...attempt, ...end, completionTime: toRfc3339(turn.now) }, ...earlier] };
}

/** The status with a failure in its history that came before there was anything to attempt: no source, no image. */
export function withFailedPreparation(turn: Turn, status: JobStatus, end: AttemptEnd): JobStatus {
  const at = toRfc3339(turn.now);
  const { retryCount = 0, recoveryAttempts = 0 } = status;
  return withEntry(status, { number: retryCount + recoveryAttempts + 1, completionTime: at, ...end });
}

function withEntry(status: JobStatus, attempt: Attempt): JobStatus {
  return { ...status, attempts: [attempt, ...(status.attempts ?? [])].slice(0, MAX_ATTEMPTS) };
}
