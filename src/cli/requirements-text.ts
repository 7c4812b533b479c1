import { counted, palette, printable } from "./output.js";
import type { RequirementsFinding, RequirementsReport } from "./requirements-report.js";

/**
 * The report for people: each finding with its place, then what mends them, each advice once.
 * @param root where its paths start, if that is not where the user is
 */
export function requirementsText(report: RequirementsReport, root?: string): string {
  const { red, yellow, green, bold, dim } = palette(process.stdout);
  const lines: string[] = [];
  const place = ({ file, line }: RequirementsFinding) => bold(placeOf({ file, line }));
  const uses = placesOf(report.problems);
  for (const problem of report.problems) {
    lines.push(`${place(problem)}: ${red("error")}: ${printable(problem.message)}`);
    if (problem.fix !== undefined && uses.get(problem.fix)?.length === 1)
      lines.push(`  fix: ${printable(problem.fix)}`);
  }
  for (const warning of report.warnings)
    lines.push(`${place(warning)}: ${yellow("warning")}: ${printable(warning.message)}`);
  for (const [fix, places] of uses) {
    if (places.length > 1) lines.push(`fix for ${listed(places)}: ${printable(fix)}`);
  }
  const { summary } = report;
  const found = report.files.filter((file) => file.found).length;
  const verdict = summary.problems > 0 ? red(counted(summary.problems, "error")) : green("nothing to refuse");
  const constraints = summary.constraints > 0 ? `, ${counted(summary.constraints, "constraint")}` : "";
  lines.push(
    `${printable(report.file)}: ${counted(summary.requirements, "requirement")} in ${counted(found, "file")}` +
      `${constraints}; ${summary.pinned} pinned, ${summary.hashed} with hashes: ${verdict}`,
  );
  if (summary.hashMode && summary.problems === 0) {
    lines.push(
      dim("pip demands hashes of everything here, also of dependencies that are not listed: it looks during the build"),
    );
  }
  if (root !== undefined) lines.push(dim(`paths and commands start at ${printable(root)}`));
  return `${lines.join("\n")}\n`;
}

function placeOf({ file, line }: Pick<RequirementsFinding, "file" | "line">): string {
  return `${printable(file)}:${line}`;
}

/** Where each advice applies. */
function placesOf(problems: readonly RequirementsFinding[]): Map<string, string[]> {
  const uses = new Map<string, string[]>();
  for (const problem of problems) {
    if (problem.fix === undefined) continue;
    const places = uses.get(problem.fix);
    if (places === undefined) uses.set(problem.fix, [placeOf(problem)]);
    else places.push(placeOf(problem));
  }
  return uses;
}

const MAX_LISTED = 3;

function listed(places: readonly string[]): string {
  const rest = places.length - MAX_LISTED;
  return `${places.slice(0, MAX_LISTED).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
