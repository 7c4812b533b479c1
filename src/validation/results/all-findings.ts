import type { CellEndEvent, Finding } from "../event.js";
import type { RunProgress } from "../run-progress.js";

/** Every finding of the run, those of no finished cell first, then by cell. An error without a finding of its own is an `E1`. */
export function allFindings(progress: RunProgress): Finding[] {
  return [...progress.lint, ...progress.cells.flatMap((cell) => [...errorWithoutFinding(cell), ...withCell(cell)])];
}

function withCell(cell: CellEndEvent): Finding[] {
  return cell.findings.map((finding) => ({ ...finding, cell: finding.cell ?? cell.cell }));
}

function errorWithoutFinding({ status, error, findings, cell }: CellEndEvent): Finding[] {
  if (status !== "Failure" || !error || findings.some(({ severity }) => severity === "failure")) return [];
  return [{ check: "E1", severity: "failure", cell, message: `The cell raised ${error.name}.` }];
}
