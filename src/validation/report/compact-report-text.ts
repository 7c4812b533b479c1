import type { CellDiff, CellResult, EducationalFeedback, ValidationCheck } from "../../api/index.js";
import type { CompactReportRequest } from "./compact-report.js";

const MAX_ROWS = 200;
const MAX_DIFFS = 50;

/** The report of a run as Markdown. Texts of the notebook stand in code, where they can't become markup. */
export function compactReportText({ job, notebook, status }: CompactReportRequest): string {
  const { verdict, phase, message, validationChecks = [], educationalFeedback = [], results = [] } = status;
  const diffs = status.comparisonResult?.diffs ?? [];
  return [
    `# ${verdict ?? phase ?? "Unknown"}: ${code(notebook)}`,
    ...(message === undefined ? [] : [prose(message)]),
    factTable({ job, notebook, status }),
    ...section("Checks", validationChecks.map(checkLine)),
    ...section("What to do", educationalFeedback.map(lesson)),
    ...section("Differences from the golden notebook", diffs.slice(0, MAX_DIFFS).map(difference)),
    ...section("Cells", results.length === 0 ? [] : [cellTable(results)]),
    ...(status.resultsTruncated ? ["The size limit of a status cut something: the full report is an artifact."] : []),
  ].join("\n\n");
}

function factTable({ job, status }: CompactReportRequest): string {
  const { source, runId, completionTime, duration, cells, resources, environment } = status;
  const packages = environment?.packages === undefined ? undefined : `${environment.packages} packages`;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["Job", `${job.namespace}/${job.name}`],
    ["Commit", source?.commit],
    ["Run", runId],
    ["Ended", completionTime],
    ["Took", duration],
    ["Cells", cells],
    ["Peak memory", resources?.peakMemory],
    ["Image", environment?.image],
    ["Environment", [packages, environment?.sbomDigest].filter((part) => part !== undefined).join(", ") || undefined],
  ];
  const rows = facts.flatMap(([name, value]) => (value === undefined ? [] : [`| ${name} | ${code(value)} |`]));
  return ["| | |", "|---|---|", ...rows].join("\n");
}

function section(title: string, blocks: readonly string[]): string[] {
  return blocks.length === 0 ? [] : [`## ${title}`, ...blocks];
}

function checkLine({ status, type, cell, message }: ValidationCheck): string {
  return `- **${status}** ${type}${cell === undefined ? "" : `, cell ${cell}`}: ${prose(message ?? "")}`;
}

function lesson({ issue, cell, explanation, bestPractice, suggestion, example, documentation }: EducationalFeedback) {
  const parts = [explanation, bestPractice, suggestion].flatMap((text) => (text === undefined ? [] : [prose(text)]));
  return [
    `### ${cell === undefined ? "" : `Cell ${cell}: `}${prose(issue)}`,
    ...parts,
    ...(example === undefined ? [] : [fenced(example, "python")]),
    ...(documentation === undefined ? [] : [`See ${code(documentation)}.`]),
  ].join("\n\n");
}

function difference({ cellIndex, diffType, severity, diff, expected, actual }: CellDiff): string {
  const shown = diff ?? [expected, actual].filter((text) => text !== undefined).join("\n");
  return [`### Cell ${cellIndex}: ${diffType}, ${severity}`, ...(shown === "" ? [] : [fenced(shown, "diff")])].join(
    "\n\n",
  );
}

function cellTable(results: readonly CellResult[]): string {
  const rows = results.slice(0, MAX_ROWS).map(({ cellIndex, status, executionTime, errorName }) => {
    return `| ${cellIndex} | ${status} | ${executionTime ?? ""} | ${errorName === undefined ? "" : code(errorName)} |`;
  });
  const more = results.length > MAX_ROWS ? [`\n${results.length - MAX_ROWS} more cells are in report.json.`] : [];
  return ["| cell | status | time | error |", "|---|---|---|---|", ...rows, ...more].join("\n");
}

function prose(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\`*_{}[\]<>#|!&~$@]/g, "\\$&");
}

/** One line of code, safe in a table as well. */
function code(text: string): string {
  const line = text.replace(/\s+/g, " ").replaceAll("|", "\\|");
  const fence = "`".repeat(longestRun(line) + 1);
  const margin = fence.length > 1 || line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${fence}${margin}${line}${margin}${fence}`;
}

function fenced(text: string, language: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}
