import { distributionOf, missingModule } from "../../api/distribution.js";
import type { EducationalFeedback } from "../../api/index.js";
import { headUtf8 } from "../../api/utf8.js";
import { isCheckId } from "../checks/table.js";
import type { CellError, Finding, Severity } from "../event.js";
import { allFindings } from "../results/all-findings.js";
import type { UntoldEnding } from "../results/untold-ending.js";
import type { RunProgress } from "../run-progress.js";
import { CHECK_FEEDBACK } from "./checks.js";
import { checkDocumentation, endingDocumentation } from "./documentation.js";
import { ENDING_FEEDBACK } from "./endings.js";
import { type FeedbackEntry, lessonFrom } from "./entry.js";
import { exceptionFeedback } from "./exceptions.js";
import type { Facts } from "./facts.js";

/** Most lessons in the status. */
export const MAX_FEEDBACK = 20;
const MAX_ISSUE_BYTES = 512;
/** Most further cells that a lesson names. */
const MAX_NAMED_CELLS = 10;

const ORDER: readonly Severity[] = ["failure", "warning", "note", "ignored"];
const SHOWN = { failure: "error", warning: "warning", note: "info", ignored: "info" } as const;

/** How much is explained: `educationalMode` and its companions of `spec.validationConfig`. */
export interface FeedbackDetail {
  readonly enabled: boolean;
  readonly bestPractices: boolean;
  readonly examples: boolean;
}

const EVERYTHING: FeedbackDetail = { enabled: true, bestPractices: true, examples: true };

/**
 * What there is to learn from a run, gravest first, then from top to bottom. The same lesson is taught once, where it first
 * applies, and names the other cells.
 * @param ending of a run that left no verdict
 */
export function feedbackFor(
  progress: RunProgress,
  detail: FeedbackDetail = EVERYTHING,
  ending?: UntoldEnding,
): EducationalFeedback[] {
  if (!detail.enabled) return [];
  const findings = allFindings(progress).sort(
    (a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) || (a.cell ?? -1) - (b.cell ?? -1),
  );
  const last = lessonOfEnding(progress, ending);
  // What is known of the ending says more than the check that it failed.
  const others = last ? findings.filter(({ check }) => check !== "E3") : findings;
  const lessons = others.flatMap((finding) => lessonOf(finding, progress) ?? []);
  const all = [...(last ?? []), ...lessons];
  return distinct(all)
    .slice(0, MAX_FEEDBACK)
    .map((each) => withDetail(each, detail));
}

/** Each lesson once, with the cells that it applies to. */
function distinct(lessons: readonly EducationalFeedback[]): EducationalFeedback[] {
  const groups = new Map<string, [EducationalFeedback, ...EducationalFeedback[]]>();
  for (const lesson of lessons) {
    const key = `${lesson.explanation}\n${lesson.suggestion}`;
    const group = groups.get(key);
    if (group) group.push(lesson);
    else groups.set(key, [lesson]);
  }
  return [...groups.values()].map(([first, ...others]) => {
    const cells = [...new Set(others.flatMap(({ cell }) => (cell === undefined || cell === first.cell ? [] : [cell])))];
    if (cells.length === 0) return first;
    const named = cells.slice(0, MAX_NAMED_CELLS).join(", ");
    const more = cells.length > MAX_NAMED_CELLS ? ` and ${cells.length - MAX_NAMED_CELLS} more` : "";
    const also = ` (also ${cells.length === 1 ? "cell" : "cells"} ${named}${more})`;
    return { ...first, issue: `${headUtf8(first.issue, MAX_ISSUE_BYTES - also.length)}${also}` };
  });
}

function withDetail(feedback: EducationalFeedback, detail: FeedbackDetail): EducationalFeedback {
  const { bestPractice, example, ...rest } = feedback;
  return {
    ...rest,
    ...(detail.bestPractices && bestPractice !== undefined && { bestPractice }),
    ...(detail.examples && example !== undefined && { example }),
  };
}

function lessonOf(finding: Finding, progress: RunProgress): EducationalFeedback | undefined {
  const error = progress.cells.find(({ cell }) => cell === finding.cell)?.error;
  const byException = finding.check === "E1" && error ? exceptionFeedback(error.name) : undefined;
  const entry = byException ?? (isCheckId(finding.check) ? CHECK_FEEDBACK[finding.check] : undefined);
  if (!entry) return undefined;
  const issue = (finding.check === "E1" || finding.check === "E3") && error ? said(error) : finding.message;
  const facts = { ...finding.evidence, ...(byException && factsOf(error)) };
  return feedback(issue, SHOWN[finding.severity], finding.cell, entry, facts, checkDocumentation(finding.check));
}

/** A lesson stands alone, unlike the finding of an error. */
function said({ name, message }: CellError): string {
  return message === "" ? name : `${name}: ${message}`;
}

function lessonOfEnding(
  { verdict, running, cells }: RunProgress,
  untold: UntoldEnding | undefined,
): EducationalFeedback[] | undefined {
  const ending = verdict ?? untold;
  if (!ending) return undefined;
  const entry = Object.hasOwn(ENDING_FEEDBACK, ending.reason) ? ENDING_FEEDBACK[ending.reason] : undefined;
  if (!entry) return undefined;
  const cell =
    running?.cell ?? verdict?.failingCells[0]?.cell ?? cells.find(({ status }) => status === "Failure")?.cell;
  const facts = { whileCell: cell === undefined ? "" : ` while cell ${cell} was running` };
  return [feedback(ending.message, "error", cell, entry, facts, endingDocumentation(ending.reason))];
}

function feedback(
  issue: string,
  severity: EducationalFeedback["severity"],
  cell: number | undefined,
  entry: FeedbackEntry,
  facts: Facts,
  documentation: string,
): EducationalFeedback {
  return {
    issue: headUtf8(issue, MAX_ISSUE_BYTES),
    severity,
    ...(cell !== undefined && { cell }),
    ...lessonFrom(entry, facts),
    documentation,
  };
}

/** Names that an error's message tells: of the module, file, variable or key. */
function factsOf(error: CellError | undefined): Facts {
  const message = headUtf8(error?.message ?? "", MAX_ISSUE_BYTES);
  const module = missingModule(message);
  return {
    distribution: module === undefined ? undefined : distributionOf(module),
    file: /No such file or directory: '([^']{1,255})'/.exec(message)?.[1],
    variable: /name '(\w{1,128})' is not defined|local variable '(\w{1,128})'/.exec(message)?.slice(1).find(Boolean),
    key: /^('[^']{1,128}'|"[^"]{1,128}")$/.exec(message)?.[1],
  };
}
