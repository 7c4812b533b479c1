import type { Instant } from "../../api/index.js";
import { failureOf } from "../../recovery/index.js";
import { awaitsImage } from "./builds/gate.js";
import { withImageSize } from "./builds/image-size.js";
import { cleanUp } from "./clean-up.js";
import { conditionOf } from "./conditions.js";
import { deadLetterLabel, LABEL_POLL_MS } from "./dead-letter.js";
import type { Decision, EventNote } from "./decision.js";
import { finalReport } from "./final-report.js";
import { branchMove, moveNote } from "./follow.js";
import { giveUp } from "./give-up.js";
import { isTerminal, type JobStatus, type StoredJob } from "./job.js";
import { retryGranted, retryNow, retryRefused, withoutRetry } from "./manual-retry.js";
import type { Observation } from "./observation.js";
import { statusOf } from "./read-status.js";
import { readTurn } from "./read-turn.js";
import { retryRequest } from "./retry-request.js";
import { waitForRival } from "./rival.js";
import { adopt, isAdoptable, isOutdated, SPEC_CHANGED, startAfresh } from "./runs.js";
import { admit } from "./steps/admit.js";
import { followBuild } from "./steps/follow-build.js";
import { followValidation } from "./steps/follow-validation.js";
import { isPublishing } from "./steps/publish-image.js";
import { resolveSource } from "./steps/resolve-source.js";
import { waitOrStart } from "./steps/wait-or-start.js";
import { summarized } from "./summary.js";
import { surplusPods } from "./surplus-pods.js";
import { hold, isHeld, resume } from "./suspension.js";
import { endOfTotalTime } from "./total-time.js";
import { transitionNotes } from "./transition-notes.js";
import type { Step, StepResult, Turn, ValidTurn } from "./turn.js";
import { giveUpWaiting } from "./waiting/hold.js";
import { withWaitOver } from "./waiting/wait-over.js";
import { isResolved, runAgain, withResolutionAsked } from "./waiting/when-resolved.js";
import { writeTime } from "./write-time.js";

/** How each phase goes on. */
const STEPS: Record<NonNullable<JobStatus["phase"]>, Step> = {
  Pending: admit,
  Initializing: resolveSource,
  Building: build,
  BuildComplete: followValidation,
  ValidationRunning: followValidation,
  Retrying: waitOrStart,
  Succeeded: cleanUp,
  Failed: cleanUp,
  /** Only older operators write it; their running jobs start afresh before a step is asked. */
  Running: admit,
};

/** Of a job that builds nothing (any more), another operator wrote that it builds. */
function build(turn: ValidTurn): StepResult {
  return awaitsImage(turn, turn.status) ? followBuild(turn) : admit(turn);
}

/**
 * What is to be done about a job: the next status, and effects to perform once that status is written. Pure and total:
 * the same job, observation and moment always give the same decision, and every job, however broken, gets one.
 */
export function decide(job: StoredJob, seen: Observation, now: Instant): Decision {
  const turn = readTurn(job, seen, now);
  if (job.metadata.deletionTimestamp !== undefined) return { status: turn.status, write: "soon", effects: [] };
  if (seen.rival !== undefined) return waitForRival(turn, seen.rival);
  const result = route(turn);
  const status = summarized(turn, withWaitOver(turn, result.status));
  const surplus = surplusPods(turn, status);
  const notes = transitionNotes(turn.status, status).map((note) => ({ kind: "emit", note }) as const);
  const label = deadLetterLabel(turn, status);
  // The report comes last: it may be refused for a while, and is said again later.
  const effects = [...surplus.effects, ...(result.effects ?? []), ...notes, ...label, ...finalReport(turn, status)];
  return {
    status,
    write: writeTime(statusOf(job.status), status, effects),
    effects,
    ...soonest(result.requeueAfterMs, surplus.requeueAfterMs, label.length > 0 ? LABEL_POLL_MS : undefined),
  };
}

function soonest(...delays: readonly (number | undefined)[]): Pick<Decision, "requeueAfterMs"> {
  const known = delays.filter((delay) => delay !== undefined);
  return known.length === 0 ? {} : { requeueAfterMs: Math.min(...known) };
}

/** What holds in every phase comes before the phase's own step. */
function route(turn: Turn): StepResult {
  if (isAdoptable(turn)) return { status: adopt(turn) };
  if (isOutdated(turn)) {
    // A job that no run of ours has read yet begins, and is told of by its outcome.
    if (turn.status.specHash === undefined) return route(startAfresh(turn));
    return begin(turn, startAfresh(turn, "SpecChanged", SPEC_CHANGED), SPEC_CHANGED);
  }
  const move = branchMove(turn);
  if (move !== undefined) {
    const note = moveNote(move);
    return begin(turn, startAfresh(turn, "SourceChanged", note), note);
  }
  const request = retryRequest(turn);
  if (request.kind === "granted") return begin(turn, retryNow(turn), retryGranted(turn));
  if (request.kind === "refused") {
    const result = route(withoutRetry(turn));
    return { ...result, effects: [...(result.effects ?? []), { kind: "emit", note: retryRefused(request.why) }] };
  }
  if (isResolved(turn)) return route(runAgain(turn));
  if (isTerminal(turn.status.phase)) return withResolutionAsked(turn, cleanUp(turn));
  if (!turn.reading.ok) return giveUp(turn, turn.status, failureOf("InvalidSpec", { message: turn.reading.problem }));
  return carryOn({ ...turn, spec: turn.reading.spec, effective: turn.reading.effective });
}

/** What begins because somebody changed or asked for something, told once: of a dead letter, its end tells. */
function begin(turn: Turn, begun: Turn, note: EventNote): StepResult {
  const result = route(begun);
  if (conditionOf(turn.status, "DeadLettered")?.status === "True") return result;
  return { ...result, effects: [{ kind: "emit", note }, ...(result.effects ?? [])] };
}

function carryOn(turn: ValidTurn): StepResult {
  if (turn.spec.suspend) return { status: hold(turn) };
  if (isHeld(turn.status)) return carryOn({ ...turn, status: resume(turn) });
  const leftMs = totalTimeLeft(turn);
  // Its notebook passed in time: what is left has a limit of its own.
  const isLate = leftMs !== undefined && leftMs <= 0 && !isPublishing(turn.status);
  const result = withImageSize(turn, isLate ? giveUpLate(turn) : STEPS[turn.status.phase ?? "Pending"](turn));
  if (isTerminal(result.status.phase)) return result;
  return {
    ...result,
    requeueAfterMs: Math.min(
      result.requeueAfterMs ?? RESYNC_MS,
      leftMs === undefined || leftMs <= 0 ? RESYNC_MS : leftMs,
    ),
  };
}

/** The run has no time left: for what it waits for, if it does, which says more than the limit. */
function giveUpLate(turn: ValidTurn): StepResult {
  const { status } = turn;
  return status.waitingFor !== undefined && status.waitingFor.reason === status.reason
    ? giveUpWaiting(turn, status)
    : giveUp(turn, status, failureOf("TotalTimeout"), "Failed");
}

/** A job under way is looked at at least so often: nothing may hang on a single event being told; milliseconds. */
const RESYNC_MS = 5 * 60_000;

/** Milliseconds until the run as a whole has taken too long; `undefined` when it may take any time. */
function totalTimeLeft(turn: ValidTurn): number | undefined {
  const endsAt = endOfTotalTime(turn);
  return endsAt === undefined ? undefined : endsAt - turn.now;
}
