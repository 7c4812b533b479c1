import type { Severity } from "../validation/index.js";
import type { LintedNotebook, LintFinding } from "./lint-answer.js";
import { counted, palette, printable } from "./output.js";

/** How many findings of each severity there are. */
export interface LintSummary {
  readonly notebooks: number;
  readonly failures: number;
  readonly warnings: number;
  readonly notes: number;
}

type Colours = ReturnType<typeof palette>;

/** The report for people: `file:cell:line`, the line itself, and what to do. Cells count from 0, lines from 1. */
export function lintText(notebooks: readonly LintedNotebook[], summary: LintSummary, level: string): string {
  const colours = palette(process.stdout);
  const { green, red, yellow, dim } = colours;
  const lines: string[] = [];
  for (const notebook of notebooks) {
    const file = printable(notebook.name);
    for (const finding of inOrder(notebook.findings)) lines.push(...findingLines(file, finding, colours));
    for (const { cell, line, why } of notebook.unparsed) {
      const told = `not checked, Python can't parse it: ${printable(why)}`;
      lines.push(dim(`${[file, cell, ...(line === null ? [] : [line])].join(":")}: ${told}`));
    }
    const failures = countOf(notebook.findings, "failure");
    const warnings = countOf(notebook.findings, "warning");
    if (notebook.language !== "python")
      lines.push(dim(`${file}: not checked, it runs on ${printable(notebook.language)}`));
    else if (failures > 0) lines.push(`${file}: ${red("fails")} at level ${level}`);
    else lines.push(`${file}: ${warnings > 0 ? yellow("passes with warnings") : green("passes")} at level ${level}`);
  }
  if (summary.notebooks > 1) {
    const { failures, warnings, notes } = summary;
    const counts = [counted(failures, "failure"), counted(warnings, "warning"), counted(notes, "note")].join(", ");
    lines.push(`${counted(summary.notebooks, "notebook")}: ${counts}`);
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/** Findings of `severity`. */
export function countOf(findings: readonly LintFinding[], severity: Severity): number {
  return findings.filter((finding) => finding.severity === severity).length;
}

function findingLines(file: string, finding: LintFinding, { red, yellow, bold, dim }: Colours): string[] {
  const { check, severity, cell, message, source, lesson } = finding;
  const line = lineOf(finding);
  const place = [file, ...(cell === undefined ? [] : [cell]), ...(line === undefined ? [] : [line])].join(":");
  const word = severity === "failure" ? red(severity) : severity === "warning" ? yellow(severity) : severity;
  const excerpt = source === null || line === undefined ? [] : [dim(`    ${line} | ${printable(source)}`)];
  const fix = lesson.suggestion === undefined ? [] : [`    fix: ${printable(lesson.suggestion)}`];
  return [`${bold(place)}: ${word}: ${check}: ${printable(message)}`, ...excerpt, ...fix];
}

function lineOf({ evidence }: LintFinding): number | undefined {
  const line = evidence?.line;
  return typeof line === "number" ? line : undefined;
}

/** As the notebook reads; what is said of the whole comes first. */
function inOrder(findings: readonly LintFinding[]): LintFinding[] {
  const place = (finding: LintFinding): [number, number] => [finding.cell ?? -1, lineOf(finding) ?? 0];
  return [...findings].sort((a, b) => {
    const [cellA, lineA] = place(a);
    const [cellB, lineB] = place(b);
    return cellA - cellB || lineA - lineB;
  });
}
