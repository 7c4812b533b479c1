import { fromRfc3339, type Instant } from "../../api/index.js";
import { failureOf } from "../../recovery/index.js";
import { buildsImage } from "./builds/gate.js";
import { withImageSize } from "./builds/image-size.js";
import { cleanUp, removeSurplusPods } from "./clean-up.js";
import type { Decision } from "./decision.js";
import { finalReport } from "./final-report.js";
import { isTerminal, type JobStatus, type StoredJob } from "./job.js";
import { isRetryRequested, retryNow } from "./manual-retry.js";
import type { Observation } from "./observation.js";
import { giveUp } from "./outcome.js";
import { readTurn } from "./read-turn.js";
import { waitForRival } from "./rival.js";
import { adopt, isAdoptable, isOutdated, startAfresh } from "./runs.js";
import { admit } from "./steps/admit.js";
import { followBuild } from "./steps/follow-build.js";
import { followValidation } from "./steps/follow-validation.js";
import { isPublishing } from "./steps/publish-image.js";
import { resolveSource } from "./steps/resolve-source.js";
import { startValidation } from "./steps/start-validation.js";
import { waitOrStart } from "./steps/wait-or-start.js";
import { summarized } from "./summary.js";
import { hold, isHeld, resume } from "./suspension.js";
import { transitionNotes } from "./transition-notes.js";
import type { Step, StepResult, Turn, ValidTurn } from "./turn.js";
import { writeTime } from "./write-time.js";

/** How each phase goes on. */
const STEPS: Record<NonNullable<JobStatus["phase"]>, Step> = {
  Pending: admit,
  Initializing: resolveSource,
  Building: build,
  BuildComplete: startValidation,
  ValidationRunning: followValidation,
  Retrying: waitOrStart,
  Succeeded: cleanUp,
  Failed: cleanUp,
  /** Only older operators write it; their running jobs start afresh before a step is asked. */
  Running: admit,
};

/** Of a job that builds nothing (any more), another operator wrote that it builds. */
function build(turn: ValidTurn): StepResult {
  return buildsImage(turn) ? followBuild(turn) : admit(turn);
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
  const status = summarized(turn, result.status);
  const surplus = removeSurplusPods(turn, status);
  const notes = transitionNotes(turn.status, status).map((note) => ({ kind: "emit", note }) as const);
  // The report comes last: it may be refused for a while, and is said again later.
  const effects = [...surplus, ...(result.effects ?? []), ...notes, ...finalReport(turn, status)];
  return {
    status,
    write: writeTime(turn.status, status, effects),
    effects,
    ...(result.requeueAfterMs !== undefined && { requeueAfterMs: result.requeueAfterMs }),
  };
}

/** What holds in every phase comes before the phase's own step. */
function route(turn: Turn): StepResult {
  if (isAdoptable(turn)) return { status: adopt(turn) };
  if (isOutdated(turn)) return route(startAfresh(turn));
  if (isRetryRequested(turn)) return route(retryNow(turn));
  if (isTerminal(turn.status.phase)) return cleanUp(turn);
  if (!turn.reading.ok) return giveUp(turn, turn.status, failureOf("InvalidSpec", { message: turn.reading.problem }));
  return carryOn({ ...turn, spec: turn.reading.spec, effective: turn.reading.effective });
}

function carryOn(turn: ValidTurn): StepResult {
  if (turn.spec.suspend) return { status: hold(turn) };
  if (isHeld(turn.status)) return carryOn({ ...turn, status: resume(turn) });
  const leftMs = totalTimeLeft(turn);
  // Its notebook passed in time: what is left has a limit of its own.
  const isLate = leftMs !== undefined && leftMs <= 0 && !isPublishing(turn.status);
  const result = withImageSize(
    turn,
    isLate
      ? giveUp(turn, turn.status, failureOf("TotalTimeout"), "Failed")
      : STEPS[turn.status.phase ?? "Pending"](turn),
  );
  if (isTerminal(result.status.phase)) return result;
  return {
    ...result,
    requeueAfterMs: Math.min(
      result.requeueAfterMs ?? RESYNC_MS,
      leftMs === undefined || leftMs <= 0 ? RESYNC_MS : leftMs,
    ),
  };
}

/** A job under way is looked at at least so often: nothing may hang on a single event being told; milliseconds. */
const RESYNC_MS = 5 * 60_000;

/** Milliseconds until the run as a whole has taken too long; `undefined` when it may take any time. */
function totalTimeLeft({ effective, status, now }: ValidTurn): number | undefined {
  const startedAt = fromRfc3339(status.startTime);
  const { totalMs } = effective.timeouts;
  return totalMs === undefined || startedAt === undefined ? undefined : startedAt + totalMs - now;
}
