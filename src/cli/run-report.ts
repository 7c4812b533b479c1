import { isAbsolute, relative } from "node:path";
import type { CellResult, NotebookValidationJob, ValidationCheck } from "../api/index.js";
import { counted, palette, printable } from "./output.js";

/** What `nbv run` reports about one job. */
export interface JobReport {
  readonly job: NotebookValidationJob;
  /** Report files, as paths that can be opened from here. */
  readonly reports: readonly string[];
}

const TRACEBACK_LINES = 15;
const WHOSE = { user: "the notebook's or the job's own", platform: "the platform's" } as const;

/** A job's outcome as a value for `--output json|yaml`. */
export function reportValue({ job, reports }: JobReport): object {
  const { name, namespace } = job.metadata;
  const { managedFields: _, ...metadata } = job.metadata;
  return { name, namespace, verdict: job.status?.verdict ?? "Error", metadata, status: job.status ?? {}, reports };
}

/** A job's outcome for people. @param stream decides about colours */
export function reportText({ job, reports }: JobReport, stream: { isTTY?: boolean }): string {
  const { bold, dim } = palette(stream);
  const { status = {} } = job;
  const commit = shortCommit(status.source?.commit);
  const lines = [
    `${bold(printable(job.metadata.name))}  ${printable(job.spec.notebook.path)}${commit === undefined ? "" : dim(`  @ ${commit}`)}`,
    ...cellTable(status.results ?? [], status.validationChecks ?? [], stream),
    ...(status.resultsTruncated === true ? [dim("  (the list of cells was cut; the report has them all)")] : []),
    ...wholeNotebook(status.validationChecks ?? [], stream),
    ...failureText(job, stream),
    ...feedback(job),
    verdictLine(job, stream),
    ...reports.map((path) => dim(`  ${printable(fromHere(path))}`)),
    ...(reports.length === 0 && status.verdict !== undefined ? [dim("  No report files: none could be kept.")] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** 12 hex digits, also of the tree that stands for a commit. */
function shortCommit(commit: string | undefined): string | undefined {
  const length = commit?.startsWith("tree-") === true ? "tree-".length + 12 : 12;
  return commit?.slice(0, length);
}

/** A path as one would type it: relative where it lies below the working directory. */
function fromHere(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") || isAbsolute(short) || short === "" ? path : short;
}

function cellTable(
  results: readonly CellResult[],
  checks: readonly ValidationCheck[],
  stream: { isTTY?: boolean },
): string[] {
  if (results.length === 0) return [];
  const { red, yellow, green, dim } = palette(stream);
  const paint = { Success: green, Failure: red, Skipped: dim, Warning: yellow, Running: yellow };
  const rows = results.flatMap((cell) => {
    const time = (cell.executionTime ?? "").padStart(9);
    const found = checks.filter(
      (check) =>
        check.cell === cell.cellIndex &&
        (check.status === "Failed" || check.status === "Warning") &&
        // The finding that a cell raised says once more what it raised.
        !(cell.errorName !== undefined && isOfRaising(check)),
    );
    // Nothing runs any more: what never came to its end was stopped.
    const status = cell.status === "Running" ? "Stopped" : cell.status;
    const error = cell.errorName === undefined ? [] : [`${cell.errorName}: ${cell.errorMessage ?? ""}`];
    const notes = [...error, ...found.map(({ type, message }) => `${type}: ${message ?? ""}`)].map((note) =>
      oneLine(note),
    );
    const first = `  ${String(cell.cellIndex).padStart(4)}  ${paint[cell.status](status.padEnd(8))} ${dim(time)}`;
    const [note, ...more] = notes;
    return [note === undefined ? first : `${first}  ${note}`, ...more.map((each) => `${" ".repeat(28)}${each}`)];
  });
  return [dim("  cell  status        time   (all cells count, from 0)"), ...rows];
}

function isOfRaising({ type, message = "" }: ValidationCheck): boolean {
  return type === "ExitCode" && /^E1\b/.test(message);
}

function wholeNotebook(checks: readonly ValidationCheck[], stream: { isTTY?: boolean }): string[] {
  const { red, yellow } = palette(stream);
  return checks
    .filter(({ cell, status }) => cell === undefined && (status === "Failed" || status === "Warning"))
    .map(
      ({ type, status, message }) =>
        `  ${status === "Failed" ? red("✗") : yellow("!")} ${type}: ${oneLine(message ?? "")}`,
    );
}

function failureText(job: NotebookValidationJob, stream: { isTTY?: boolean }): string[] {
  const failing = job.status?.results?.find(({ status, traceback }) => status === "Failure" && traceback !== undefined);
  if (failing?.traceback === undefined) return [];
  const { bold } = palette(stream);
  const tail = failing.traceback
    .trimEnd()
    .split("\n")
    .slice(-TRACEBACK_LINES)
    .map((line) => `    ${printable(line)}`);
  return ["", bold(`  cell ${failing.cellIndex} failed:`), ...tail];
}

function feedback(job: NotebookValidationJob): string[] {
  const advice = (job.status?.educationalFeedback ?? []).filter(({ severity }) => severity !== "info").slice(0, 5);
  return advice.flatMap(({ issue, suggestion, bestPractice, cell }) => {
    const what = suggestion ?? bestPractice;
    if (what === undefined) return [];
    return ["", `  ${cell === undefined ? "" : `cell ${cell}: `}${oneLine(issue)}`, `    → ${oneLine(what, 400)}`];
  });
}

function verdictLine(job: NotebookValidationJob, stream: { isTTY?: boolean }): string {
  const { red, yellow, green, bold } = palette(stream);
  const { verdict = "Error", message = "", duration, reason, fault } = job.status ?? {};
  const paint = { Passed: green, PassedWithWarnings: yellow, Failed: red, Error: red }[verdict];
  const cells = job.status?.results?.length ?? 0;
  const facts = [
    ...(cells > 0 ? [counted(cells, "cell")] : []),
    ...(duration === undefined ? [] : [duration]),
    ...(fault === undefined ? [] : [`${WHOSE[fault]} fault`]),
  ].join(", ");
  const why = verdict === "Passed" || reason === undefined ? "" : ` (${reason})`;
  return `\n${bold(paint(verdict))}${why}${facts === "" ? "" : `  ${facts}`}${message === "" ? "" : `\n  ${oneLine(message, 1024)}`}`;
}

function oneLine(text: string, limit = 200): string {
  const line = printable(text);
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}
