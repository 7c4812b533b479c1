import { fromRfc3339, type NotebookValidationJobStatus, toRfc3339 } from "../../api/index.js";
import { type FeedbackDetail, feedbackFor } from "../feedback/feedback-for.js";
import type { RunProgress } from "../run-progress.js";
import type { AskedChecks } from "./asked-checks.js";
import { cellResults } from "./cell-results.js";
import { comparisonResult } from "./comparison-result.js";
import { fitList, fitResults, jsonBytes } from "./fit-results.js";
import type { UntoldEnding } from "./untold-ending.js";
import { decisiveFindings, MAX_CHECKS, validationChecks } from "./validation-checks.js";

/** The part of a job's status that its notebook's log decides. */
export type AssembledResults = Pick<
  NotebookValidationJobStatus,
  "results" | "resultsTruncated" | "validationChecks" | "educationalFeedback" | "comparisonResult" | "progress"
>;

export interface AssembleOptions {
  /** Whether cell outputs may appear in the status. */
  readonly storeOutputs: boolean;
  /** For everything assembled here, as JSON, in bytes. */
  readonly budgetBytes: number;
  /** How much is explained. @default everything */
  readonly feedback?: FeedbackDetail;
  /** What the job asks to be proven. */
  readonly asked?: AskedChecks;
  /** Of an attempt that is over and left no verdict. */
  readonly ending?: UntoldEnding | undefined;
}

/** Status from a run's events: live while it runs, complete at its end, within the budget. */
export function assembleResults(progress: RunProgress, options: AssembleOptions): AssembledResults {
  // Findings come gravest first, so what does not fit is what matters least. Results get half of the budget or more.
  const share = Math.floor(options.budgetBytes / 4);
  const allChecks = validationChecks(progress, options.asked);
  const checks = fitList(allChecks, share);
  const allFeedback = feedbackFor(progress, options.feedback, options.ending);
  const feedback = fitList(allFeedback, share);
  const comparison = comparisonResult(progress, Math.floor(options.budgetBytes / 8));
  const others = {
    ...(checks.length > 0 && { validationChecks: checks }),
    ...(feedback.length > 0 && { educationalFeedback: feedback }),
    ...(comparison.result && { comparisonResult: comparison.result }),
    ...(progress.start && { progress: progressOf(progress) }),
  };
  const all = cellResults(progress, options.storeOutputs, options.ending);
  const room = Math.max(0, options.budgetBytes - jsonBytes(others) - OVERHEAD_BYTES);
  const fitted = fitResults(all, room);
  const isTruncated =
    fitted.isTruncated ||
    progress.dropped > 0 ||
    lacksCells(progress) ||
    checks.length < allChecks.length ||
    feedback.length < allFeedback.length ||
    comparison.isTruncated ||
    decisiveFindings(progress).length > MAX_CHECKS;
  return {
    ...(fitted.results.length > 0 && { results: fitted.results }),
    ...(isTruncated && { resultsTruncated: true }),
    ...others,
  };
}

/** Whether cells passed of which nothing was heard. */
function lacksCells({ start, cells, verdict }: RunProgress): boolean {
  return verdict?.exitCode === 0 && cells.length < (start?.codeCells ?? 0);
}

/** Names and punctuation around the lists. */
const OVERHEAD_BYTES = 64;

function progressOf({ start, running, cells, verdict }: RunProgress): NonNullable<AssembledResults["progress"]> {
  const total = start?.codeCells ?? 0;
  const done = verdict?.exitCode === 0 ? total : Math.min(cells.length, total);
  const startedAt = verdict ? undefined : fromRfc3339(running?.at);
  const cell = running?.cell ?? cells.at(-1)?.cell;
  return {
    ...(cell !== undefined && { cell }),
    totalCells: start?.totalCells ?? 0,
    percent: total === 0 ? (verdict ? 100 : 0) : Math.floor((100 * done) / total),
    ...(startedAt !== undefined && { cellStartedAt: toRfc3339(startedAt) }),
  };
}
