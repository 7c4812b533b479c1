import { counted, palette, printable } from "./output.js";
import type { RequirementsFinding, RequirementsReport } from "./requirements-report.js";

/**
 * The report for people: each finding with its place, then what mends them, each advice once.
 * @param shown a path of the repository as the user would write it
 */
export function requirementsText(report: RequirementsReport, shown: (path: string) => string): string {
  const { red, yellow, green, bold, dim } = palette(process.stdout);
  const lines: string[] = [];
  const place = ({ file, line }: RequirementsFinding) => bold(`${printable(shown(file))}:${line}`);
  const uses = countOf(report.problems);
  for (const problem of report.problems) {
    lines.push(`${place(problem)}: ${red("error")}: ${printable(problem.message)}`);
    if (problem.fix !== undefined && uses.get(problem.fix) === 1) lines.push(`  fix: ${printable(problem.fix)}`);
  }
  for (const warning of report.warnings)
    lines.push(`${place(warning)}: ${yellow("warning")}: ${printable(warning.message)}`);
  for (const [fix, count] of uses) if (count > 1) lines.push(`fix: ${printable(fix)}`);
  const { summary } = report;
  const verdict = summary.problems > 0 ? red(counted(summary.problems, "error")) : green("nothing to refuse");
  const constraints = summary.constraints > 0 ? `, ${counted(summary.constraints, "constraint")}` : "";
  lines.push(
    `${printable(shown(report.file))}: ${counted(summary.requirements, "requirement")} in ${counted(report.files.length, "file")}` +
      `${constraints}; ${summary.pinned} pinned, ${summary.hashed} with hashes: ${verdict}`,
  );
  if (summary.hashMode && summary.problems === 0) {
    lines.push(
      dim("pip demands hashes of everything here, also of dependencies that are not listed: it looks during the build"),
    );
  }
  return `${lines.join("\n")}\n`;
}

function countOf(problems: readonly RequirementsFinding[]): Map<string, number> {
  const uses = new Map<string, number>();
  for (const { fix } of problems) if (fix !== undefined) uses.set(fix, (uses.get(fix) ?? 0) + 1);
  return uses;
}
