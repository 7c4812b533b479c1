import { fromRfc3339, type Instant, parseDuration, toRfc3339 } from "../../../api/index.js";
import type { Pod } from "../../../kube/resources.js";
import {
  classifyAttempt,
  classifyPod,
  eventsWantedFrom,
  type Failure,
  failureOf,
  joinSentences,
  type PodContext,
  type PodSignal,
  sentence,
} from "../../../recovery/index.js";
import { assembleResults, judge, type RunProgress, type VerdictEvent } from "../../../validation/index.js";
import { type OpenAttempt, openAttempt } from "../attempts.js";
import { awaitsImage, isBaseAlone } from "../builds/gate.js";
import { conditionOf, withConditions } from "../conditions.js";
import type { JobStatus } from "../job.js";
import { fail } from "../outcome.js";
import { corePod, hasEnded, imageThatRan, isLost, notebookState } from "../pods.js";
import type { StepResult, ValidTurn } from "../turn.js";
import { keepsPod } from "../waiting/hold.js";
import { publishAndSucceed } from "./publish-image.js";
import { startValidation } from "./start-validation.js";

type VisibleTrouble = PodSignal & { readonly kind: "visible" };

/** For the runner to kill its kernel and write its reports once its limits are over; milliseconds. */
const ENDING_ALLOWANCE_MS = 60_000;
/** Of the status' budget, for what the notebook's log decides. */
const RESULTS_SHARE = 0.75;
/** While a log is read to its end. Only a backstop: the log's end brings the job back by itself. */
const LOG_POLL_MS = 5_000;

/**
 * `ValidationRunning`: follows the attempt's pod and its runner to the verdict. So does every phase that a status with an
 * open attempt may have, whoever wrote it there: nobody else would ever look at the pod.
 */
export function followValidation(before: ValidTurn): StepResult {
  const attempt = openAttempt(before.status, before.metadata.name);
  if (attempt === undefined) return startValidation(before);
  const turn: ValidTurn = { ...before, status: { ...before.status, phase: "ValidationRunning" } };
  const pod = turn.seen.pods.find(({ metadata }) => metadata.name === attempt.podName);
  if (pod === undefined) return withoutPod(turn, attempt);
  const status: JobStatus = { ...turn.status, validationPodName: attempt.podName };
  if (hasEnded(pod)) return judgeAttempt(turn, withResults(turn, status), pod);
  if (isLost(pod, turn.now)) return failWithResults(turn, status, failureOf("NodeLost"));
  return followPod(turn, status, pod, attempt);
}

/** No pod: not made yet, refused, or gone. It was there if status names it as seen. */
function withoutPod(turn: ValidTurn, attempt: OpenAttempt): StepResult {
  const { status, seen } = turn;
  if (status.validationPodName !== attempt.podName) {
    if (seen.refusal) return fail(turn, status, seen.refusal);
    return startValidation(turn);
  }
  if (seen.log?.progress.verdict === undefined) return failWithResults(turn, status, failureOf("PodDeleted"));
  const known = withResults(turn, status);
  // The runner was done: its signed verdict stands, though its pod does not.
  const judgement = judge({ progress: seen.log.progress, termination: seen.log.termination, exitCode: undefined });
  const failure = classifyAttempt({ kind: "ended", failure: failureOf("PodDeleted") }, judgement);
  if (failure !== undefined) return fail(turn, known, failure, verdictOf(judgement));
  return judgement.kind === "verdict" ? publishAndSucceed(turn, known, judgement.verdict) : { status: known };
}

function judgeAttempt(turn: ValidTurn, status: JobStatus, pod: Pod): StepResult {
  const { log, keyLoss } = turn.seen;
  const { exit } = notebookState(pod);
  const signal = classifyPod(corePod(pod), turn.now, contextOf(turn));
  // The platform's own losses don't need the runner's word; exit codes, which the notebook could cause, do.
  if (keyLoss) {
    const isPlatforms = signal.kind === "ended" && signal.failure.budget === "platform";
    return fail(turn, status, isPlatforms ? signal.failure : keyLoss);
  }
  if (exit !== undefined && log?.isFinal !== true) return { status, requeueAfterMs: LOG_POLL_MS };
  const progress = log?.progress;
  if (progress === undefined) {
    return fail(turn, status, signal.kind === "ended" ? signal.failure : failureOf("VerdictMissing"));
  }
  const judgement = judge({ progress, termination: log?.termination, exitCode: exit?.code });
  const failure = classifyAttempt(signal, judgement);
  if (failure !== undefined) return failWithResults(turn, status, failure, verdictOf(judgement));
  if (judgement.kind === "verdict" && exit !== undefined) return publishAndSucceed(turn, status, judgement.verdict);
  return fail(turn, status, failureOf("VerdictMissing"));
}

/** Fails with what the runner told, and with the end that it could not tell; what the platform lost is no cell's fault. */
function failWithResults(
  turn: ValidTurn,
  status: JobStatus,
  failure: Failure,
  verdict: "Failed" | "Error" = "Error",
): StepResult {
  const ending = failure.fault === "user" ? failure : undefined;
  return fail(turn, withResults(turn, status, ending), failure, verdict);
}

function verdictOf(judgement: ReturnType<typeof judge>): "Failed" | "Error" {
  return judgement.kind === "verdict" && judgement.verdict.verdict === "Failed" ? "Failed" : "Error";
}

/** The pod waits or works. */
function followPod(turn: ValidTurn, status: JobStatus, pod: Pod, attempt: OpenAttempt): StepResult {
  const { startedAt } = notebookState(pod);
  const signal = classifyPod(corePod(pod), turn.now, contextOf(turn));
  const { keyLoss } = turn.seen;
  if (signal.kind === "ended") return failWithResults(turn, status, signal.failure);
  // Nothing that it could still say would count.
  if (keyLoss) return fail(turn, status, keyLoss);
  const endsBy = startedAt === undefined ? Number.POSITIVE_INFINITY : startedAt + backstopMs(turn);
  // Also of a pod whose end is announced, and does not come.
  if (turn.now >= endsBy) return failWithResults(turn, status, failureOf("ValidationTimeout"), "Failed");
  if (signal.kind === "visible") {
    return {
      status: withTrouble(turn, status, signal),
      requeueAfterMs: Math.max(Math.min(signal.graceEndsAt, eventsDueAt(turn, pod), endsBy) - turn.now, 1),
    };
  }
  if (startedAt === undefined) {
    const lookAgainAt = Math.min(eventsDueAt(turn, pod), signal.lookAgainAt ?? Number.POSITIVE_INFINITY);
    return {
      status: underWay(turn, status, "PodStarting", `Attempt ${attempt.number}: pod ${attempt.podName} is starting`),
      ...(Number.isFinite(lookAgainAt) && { requeueAfterMs: Math.max(lookAgainAt - turn.now, 1) }),
    };
  }
  return { ...running(turn, status, attempt), requeueAfterMs: endsBy - turn.now };
}

/** When events may explain why the pod still waits; never when its status does. */
function eventsDueAt({ seen }: ValidTurn, pod: Pod): Instant {
  return seen.podEvents?.askAgainAt ?? eventsWantedFrom(corePod(pod)) ?? Number.POSITIVE_INFINITY;
}

/** When the operator ends a runner that does not end itself, from the start of its container; milliseconds. */
function backstopMs({ effective, seen }: ValidTurn): number {
  const kernelStartMs = parseDuration(seen.settings.config.patience.kernelStartTimeout);
  return kernelStartMs + effective.timeouts.validationMs + ENDING_ALLOWANCE_MS;
}

function running(turn: ValidTurn, status: JobStatus, attempt: OpenAttempt): { status: JobStatus } {
  const live = withResults(turn, status);
  const [first, ...earlier] = live.attempts ?? [];
  const attempts = first === undefined ? [] : [{ ...first, stage: "run" as const }, ...earlier];
  return {
    status: underWay(
      turn,
      { ...live, attempts },
      "NotebookRunning",
      `Attempt ${attempt.number}: the notebook is running`,
    ),
  };
}

function withTrouble(turn: ValidTurn, status: JobStatus, { failure, graceEndsAt }: VisibleTrouble): JobStatus {
  // What the platform does to a pod ends when the platform says so, and a pod without a node may outlive our patience.
  const mayStay = failure.budget === "platform" || keepsPod(failure);
  const patience = mayStay ? "" : `The attempt ends at ${toRfc3339(graceEndsAt)} if this stays`;
  const message = joinSentences(failure.message, failure.suggestedAction, patience);
  return underWay(turn, status, failure.reason, message);
}

function underWay(turn: ValidTurn, status: JobStatus, reason: string, message: string): JobStatus {
  return withConditions(
    turn,
    { ...status, reason, message: sentence(message) },
    { type: "ValidationComplete", status: "Unknown", reason, message },
  );
}

/**
 * The status with what the runner has told so far.
 * @param ending of an attempt that is over
 */
function withResults(turn: ValidTurn, status: JobStatus, ending?: Failure): JobStatus {
  const progress = toldProgress(turn);
  if (progress === undefined || progress.lastSeq === 0) return status;
  const { statusBudgetBytes } = turn.seen.settings.config;
  const { storeOutputs } = turn.effective;
  const budgetBytes = Math.floor(statusBudgetBytes * RESULTS_SHARE);
  const { verdict, cells, start } = progress;
  return {
    ...status,
    ...assembleResults(progress, {
      storeOutputs,
      budgetBytes,
      feedback: turn.effective.feedback,
      asked: {
        validationConfig: turn.spec.validationConfig,
        hasGolden: turn.effective.goldenNotebook !== undefined,
      },
      ending,
    }),
    ...(start && { cells: `${verdict?.exitCode === 0 ? start.codeCells : cells.length}/${start.codeCells}` }),
    ...withResources(progress),
    ...(verdict && environmentOf(verdict, turn)),
  };
}

/** What the runner told: where its log was cut off, that the notebook passed is told by its termination message alone. */
function toldProgress({ seen: { log } }: ValidTurn): RunProgress | undefined {
  if (log?.isFinal !== true || log.progress.verdict !== undefined || log.termination?.exitCode !== 0)
    return log?.progress;
  return { ...log.progress, verdict: log.termination };
}

/** What was installed, and what it was installed in: nobody but the node knows the latter. */
function environmentOf({ environment }: VerdictEvent, turn: ValidTurn): Pick<JobStatus, "environment"> {
  const podName = openAttempt(turn.status, turn.metadata.name)?.podName;
  const pod = turn.seen.pods.find(({ metadata }) => metadata.name === podName);
  const image = pod && imageThatRan(pod);
  const { lockedBy } = turn.status.environment ?? {};
  const found = { ...environment, ...(image !== undefined && { image }), ...(lockedBy !== undefined && { lockedBy }) };
  return Object.keys(found).length === 0 ? {} : { environment: found };
}

/** Until the verdict knows better: the most that a cell left behind. */
function withResources({ verdict, cells }: RunProgress): Pick<JobStatus, "resources"> {
  const seen = cells.flatMap(({ memoryBytes }) => memoryBytes ?? []);
  const peak = verdict?.peakMemoryBytes ?? seen.reduce((most, each) => Math.max(most, each), 0);
  const resources = {
    ...(peak > 0 && { peakMemory: `${Math.ceil(peak / 2 ** 20)}Mi` }),
    ...(verdict?.cpuSeconds !== undefined && { cpuSeconds: verdict.cpuSeconds }),
  };
  return verdict || peak > 0 ? { resources } : {};
}

function contextOf(turn: ValidTurn): PodContext {
  const { metadata, seen, status } = turn;
  const { startupGrace, scheduleTimeout } = seen.settings.config.patience;
  const madeAt = fromRfc3339(metadata.creationTimestamp);
  const acceptedAt = fromRfc3339(conditionOf(status, "SpecValid")?.lastTransitionTime);
  return {
    begunAt: fromRfc3339(status.attempts?.[0]?.startTime),
    // The job was accepted by our clock after it was made by the cluster's.
    ...(madeAt !== undefined && acceptedAt !== undefined && { aheadAtMostMs: acceptedAt - madeAt }),
    patience: { startupGraceMs: parseDuration(startupGrace), scheduleTimeoutMs: parseDuration(scheduleTimeout) },
    events: seen.podEvents?.items,
    imageIsBuilt: awaitsImage(turn, status) && !isBaseAlone(turn, status),
    runningCell: seen.log?.progress.running?.cell,
    memoryBefore: seen.log?.progress.cells.findLast(({ memoryBytes }) => memoryBytes !== undefined)?.memoryBytes,
  };
}
