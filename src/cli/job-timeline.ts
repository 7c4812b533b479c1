import {
  type Attempt,
  type BuildAttempt,
  fromRfc3339,
  type NotebookValidationJobStatus,
  type RecoveryTaken,
} from "../api/index.js";
import { remedyWords } from "../operator/decide/remedies/remedy-words.js";
import { age } from "./age.js";

/** Something that happened to a job. */
interface Happening {
  /** When it ended, else when it began; RFC 3339. */
  readonly time?: string | undefined;
  /** `attempt 2`, `build 1`, `recovery`. */
  readonly what: string;
  readonly text: string;
}

/** A build or an attempt. */
interface Step extends Happening {
  /** RFC 3339. */
  readonly began?: string | undefined;
  readonly hasEnded: boolean;
  /** Why it ended. */
  readonly reason?: string | undefined;
  /** What was done about that, where it is known. */
  readonly action?: string | undefined;
}

/** Most happenings that are told; the status has more of them. */
const MAX_TOLD = 12;
/** A build that failed and the note of it in the history are of one moment, give or take that; milliseconds. */
const SAME_MS = 2000;

/**
 * What happened to a job, the oldest first: its builds and attempts, what was done about those that failed.
 * Earlier runs are told in one line.
 */
export function jobTimeline(status: NotebookValidationJobStatus, now: number): string[] {
  const { attempts = [], buildStatus, recovery, runId } = status;
  // What failed before there was a run has no id: it is of this one where it is newer than the run's beginning.
  const begun = fromRfc3339(status.queuedAt ?? status.startTime) ?? 0;
  const isPresent = (attempt: Attempt) =>
    attempt.runId === undefined ? (fromRfc3339(attempt.completionTime) ?? 0) >= begun : attempt.runId === runId;
  const present = attempts.filter(isPresent);
  const builds = buildStatus?.attempts ?? [];
  // The lists tell the newest first.
  const steps = [
    ...builds.map(ofBuild).reverse(),
    ...present
      .filter((attempt) => !isToldBy(attempt, builds))
      .map(ofAttempt)
      .reverse(),
  ];
  const remedies = [...(recovery?.actions ?? [])].reverse();
  if (steps.length < 2 && remedies.length === 0 && attempts.length < 2) return [];
  const inOrder = withRemedies(stepsInOrder(steps, now), remedies);
  const told = inOrder.slice(-MAX_TOLD);
  const untold = inOrder.length - told.length;
  const lines = told.map(({ time, what, text }) => line(time === undefined ? "" : `${age(time, now)} ago`, what, text));
  return [
    ...earlierRuns(
      attempts.filter((attempt) => !isPresent(attempt)),
      now,
    ),
    ...(untold > 0 ? [line("", "…", `${untold} more before that`)] : []),
    ...lines,
  ];
}

/** Times are whole seconds. Of one, what has ended comes first, and of that what began first; then builds before attempts. */
function stepsInOrder(steps: readonly Step[], now: number): Step[] {
  const at = (time: string | undefined): number => fromRfc3339(time) ?? now;
  return steps.toSorted(
    (a, b) =>
      at(a.time) - at(b.time) ||
      Number(b.hasEnded) - Number(a.hasEnded) ||
      at(a.began ?? a.time) - at(b.began ?? b.time),
  );
}

/** Each remedy behind the step that it answers, which ended in the same second; where that is not told, by its time. */
function withRemedies(steps: readonly Step[], remedies: readonly RecoveryTaken[]): Happening[] {
  const open = [...steps];
  const told: Happening[] = [];
  for (const taken of remedies) {
    const time = fromRfc3339(taken.time) ?? 0;
    const cause = open.findIndex((step) => isAnsweredBy(step, taken));
    const later = open.findIndex((step) => !step.hasEnded || (fromRfc3339(step.time) ?? 0) > time);
    const until = cause >= 0 ? cause + 1 : later >= 0 ? later : open.length;
    told.push(...open.splice(0, until), {
      time: taken.time,
      what: "recovery",
      text: `${remedyWords(taken)}, because of ${taken.reason}`,
    });
  }
  return [...told, ...open];
}

function isAnsweredBy({ time, hasEnded, reason, action }: Step, taken: RecoveryTaken): boolean {
  const isSame = reason === taken.reason && (action === undefined || action === taken.action);
  return hasEnded && isSame && fromRfc3339(time) === fromRfc3339(taken.time);
}

function line(when: string, what: string, text: string): string {
  return `${when.padStart(8)}  ${what.padEnd(10)} ${text}`;
}

function ofBuild({ number, strategy, startTime, completionTime, outcome, reason, message }: BuildAttempt): Step {
  const by = strategy === undefined ? "" : ` by ${strategy}`;
  return {
    time: completionTime ?? startTime,
    began: startTime,
    hasEnded: completionTime !== undefined,
    reason,
    what: `build ${number}`,
    text: `${outcome ?? "under way"}${by}${because(outcome, reason, message)}`,
  };
}

function ofAttempt(attempt: Attempt): Step {
  const { number, stage, startTime, completionTime, outcome, reason, message, action, podName } = attempt;
  const what = podName === undefined && stage !== undefined && stage !== "run" ? stage : `attempt ${number}`;
  const place = stage === undefined || stage === what || outcome === "Running" ? "" : ` (${stage})`;
  // Other actions have a line of their own.
  const next = action === "retry" ? "; tried again" : action === "wait-for-resolution" ? "; waited for" : "";
  return {
    time: completionTime ?? startTime,
    began: startTime,
    hasEnded: completionTime !== undefined,
    reason,
    action,
    what,
    text: `${outcome === "Running" ? "under way" : (outcome ?? "")}${place}${because(outcome, reason, message)}${next}`,
  };
}

/** Why, in words, where the outcome does not say it all. */
function because(outcome: string | undefined, reason: string | undefined, message: string | undefined): string {
  const words = [reason === outcome ? undefined : reason, message].filter((each) => each !== undefined && each !== "");
  return words.length === 0 ? "" : `: ${words.join(": ")}`;
}

/** Whether a build of the list says the same. */
function isToldBy({ podName, stage, reason, completionTime }: Attempt, builds: readonly BuildAttempt[]): boolean {
  if (stage !== "build" || podName !== undefined) return false;
  const at = fromRfc3339(completionTime) ?? 0;
  return builds.some((build) => {
    const apart = Math.abs((fromRfc3339(build.completionTime) ?? 0) - at);
    return build.reason === reason && apart <= SAME_MS;
  });
}

function earlierRuns(attempts: readonly Attempt[], now: number): string[] {
  const [last] = attempts;
  if (last === undefined) return [];
  const runs = new Set(attempts.map(({ runId }) => runId)).size;
  const when = age(last.completionTime ?? last.startTime, now);
  const ended = [last.outcome, last.reason === last.outcome ? undefined : last.reason].filter(Boolean).join(" ");
  const count = attempts.length === 1 ? "one attempt" : `${attempts.length} attempts`;
  return [line(when === "" ? "" : `${when} ago`, runs === 1 ? "last run" : "runs", `${count}, the last one ${ended}`)];
}
