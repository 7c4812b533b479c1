import type { CellResult, NotebookValidationJob, ValidationCheck } from "../api/index.js";
import { redact } from "../recovery/index.js";
import { counted, palette, printable } from "./output.js";

/** Where text goes: decides about colours. */
interface Stream {
  readonly isTTY?: boolean;
}

type Status = NonNullable<NotebookValidationJob["status"]>;

const TRACEBACK_LINES = 15;
const WHOSE = { user: "the notebook's or the job's own", platform: "the platform's" } as const;

/** What a run has found, for people: cells, checks, the failing cell's traceback, feedback. */
export function findingsText(job: NotebookValidationJob, stream: Stream): string[] {
  const { status = {} } = job;
  const { dim } = palette(stream);
  return [
    ...cellTable(job, stream),
    ...(status.resultsTruncated === true ? [dim("  (the list of cells was cut; the report has them all)")] : []),
    ...withoutRow(status, stream),
    ...failureText(job, stream),
    ...feedback(job),
  ];
}

/** 12 hex digits, also of the tree that stands for a commit. */
export function shortCommit(commit: string | undefined): string | undefined {
  const length = commit?.startsWith("tree-") === true ? "tree-".length + 12 : 12;
  return commit?.slice(0, length);
}

function cellTable({ status = {} }: NotebookValidationJob, stream: Stream): string[] {
  const { results = [], validationChecks: checks = [] } = status;
  if (results.length === 0) return [];
  // When nothing runs any more, what never came to its end was stopped.
  const isOver = status.phase !== "ValidationRunning";
  const { red, yellow, green, dim } = palette(stream);
  const paint = { Success: green, Failure: red, Skipped: dim, Warning: yellow, Running: yellow };
  const rows = results.flatMap((cell) => {
    const time = printable(cell.executionTime ?? "").padStart(9);
    const found = checks.filter(
      (check) =>
        check.cell === cell.cellIndex &&
        (check.status === "Failed" || check.status === "Warning") &&
        // The finding that a cell raised says once more what it raised.
        !(cell.errorName !== undefined && isOfRaising(check)),
    );
    const said: CellResult["status"] | "Stopped" = cell.status === "Running" && isOver ? "Stopped" : cell.status;
    const error = cell.errorName === undefined ? [] : [`${cell.errorName}: ${cell.errorMessage ?? ""}`];
    const notes = [...error, ...found.map(({ type, message }) => `${type}: ${message ?? ""}`)].map((note) =>
      oneLine(note),
    );
    const first = `  ${String(cell.cellIndex).padStart(4)}  ${paint[cell.status](said.padEnd(8))} ${dim(time)}`;
    const [note, ...more] = notes;
    return [note === undefined ? first : `${first}  ${note}`, ...more.map((each) => `${" ".repeat(28)}${each}`)];
  });
  return [dim("  cell  status        time   (all cells count, from 0)"), ...rows];
}

function isOfRaising({ type, message = "" }: ValidationCheck): boolean {
  return type === "ExitCode" && /^E1\b/.test(message);
}

/** What is about the whole notebook, or about a cell that has no row in the table: no code, never seen, cut off. */
function withoutRow({ validationChecks: checks = [], results = [] }: Status, stream: Stream): string[] {
  const { red, yellow } = palette(stream);
  const rows = new Set(results.map(({ cellIndex }) => cellIndex));
  return checks
    .filter(
      ({ cell, status }) => (cell === undefined || !rows.has(cell)) && (status === "Failed" || status === "Warning"),
    )
    .map(({ type, status, cell, message = "" }) => {
      const where = cell === undefined ? "" : `cell ${cell}: `;
      return `  ${status === "Failed" ? red("✗") : yellow("!")} ${where}${type}: ${oneLine(message)}`;
    });
}

function failureText(job: NotebookValidationJob, stream: Stream): string[] {
  const failing = job.status?.results?.find(({ status, traceback }) => status === "Failure" && traceback !== undefined);
  if (failing?.traceback === undefined) return [];
  const { bold } = palette(stream);
  const tail = redact(failing.traceback)
    .trimEnd()
    .split("\n")
    .slice(-TRACEBACK_LINES)
    .map((line) => `    ${printable(line)}`);
  return ["", bold(`  cell ${failing.cellIndex} failed:`), ...tail];
}

/** Lessons in their order, gravest first. What several findings have in common is advised once. */
function feedback({ status }: NotebookValidationJob): string[] {
  const issues = new Map<string, string[]>();
  for (const { issue, suggestion, bestPractice, cell } of status?.educationalFeedback ?? []) {
    const advice = suggestion ?? bestPractice;
    if (advice === undefined) continue;
    const line = `  ${cell === undefined ? "" : `cell ${cell}: `}${oneLine(issue)}`;
    issues.set(advice, [...(issues.get(advice) ?? []), line]);
  }
  return [...issues].flatMap(([advice, lines]) => ["", ...lines, `    → ${oneLine(advice, 400)}`]);
}

/** The verdict, and why. */
export function verdictText(job: NotebookValidationJob, stream: Stream): string {
  const { red, yellow, green, bold } = palette(stream);
  const { verdict = "Error", message = "", duration, reason, fault } = job.status ?? {};
  const paint = { Passed: green, PassedWithWarnings: yellow, Failed: red, Error: red }[verdict];
  const cells = job.status?.results?.length ?? 0;
  const facts = [
    ...(cells > 0 ? [counted(cells, "cell")] : []),
    ...(duration === undefined ? [] : [printable(duration)]),
    ...(fault === undefined ? [] : [`${WHOSE[fault]} fault`]),
  ].join(", ");
  const why = reason === undefined || reason === verdict ? "" : ` (${printable(reason)})`;
  return `\n${bold(paint(verdict))}${why}${facts === "" ? "" : `  ${facts}`}${message === "" ? "" : `\n  ${oneLine(message, 1024)}`}`;
}

/**
 * Text on one line, harmless to a terminal, and without what looks like a secret: an operator that was here before may have
 * left raw log lines in a status. @param limit longest length, in characters
 */
export function oneLine(text: string, limit = 200): string {
  const line = printable(redact(text));
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}
