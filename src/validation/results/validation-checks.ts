import type { CheckType, ValidationCheck } from "../../api/index.js";
import { headUtf8 } from "../../api/utf8.js";
import { checkRow } from "../checks/table.js";
import type { CellEndEvent, Finding } from "../event.js";
import type { RunProgress } from "../run-progress.js";

/** Most checks in the status. The report has them all. */
export const MAX_CHECKS = 200;
const MAX_MESSAGE_BYTES = 512;

/** Every finding of the run, static ones first, then by cell. An error without a finding of its own is an `E1`. */
export function allFindings(progress: RunProgress): Finding[] {
  return [...progress.lint, ...progress.cells.flatMap((cell) => [...errorWithoutFinding(cell), ...withCell(cell)])];
}

/** What the checks said: failures first, then warnings. Notes teach, but decide nothing: they stand in the feedback. */
export function validationChecks(progress: RunProgress): ValidationCheck[] {
  const findings = decisiveFindings(progress);
  return [...findings.map(toCheck), ...passedExitCode(progress, findings)].slice(0, MAX_CHECKS);
}

/** Findings that bear on the verdict: failures first, then warnings. */
export function decisiveFindings(progress: RunProgress): Finding[] {
  const findings = allFindings(progress);
  return (["failure", "warning"] as const).flatMap((grave) => findings.filter(({ severity }) => severity === grave));
}

function toCheck(finding: Finding): ValidationCheck {
  return {
    type: checkType(finding),
    status: finding.severity === "failure" ? "Failed" : "Warning",
    ...(finding.cell !== undefined && { cell: finding.cell }),
    message: headUtf8(`${finding.check}: ${finding.message}`, MAX_MESSAGE_BYTES),
  };
}

function checkType({ check, evidence }: Finding): CheckType {
  // One row of the table is about files and about logs.
  if (check === "X3" && evidence?.pattern !== undefined) return "ExpectedLog";
  return checkRow(check)?.type ?? "Lint";
}

/** Said only when it is proven: the run ended well, and every code cell of it was seen. */
function passedExitCode({ verdict }: RunProgress, findings: readonly Finding[]): ValidationCheck[] {
  if (verdict?.exitCode !== 0 || findings.some(isAboutExitCode)) return [];
  const { codeCells, skipped } = verdict.counts;
  const ran = Math.max(0, codeCells - skipped);
  const message =
    codeCells === 0
      ? "The notebook has no code cells, so nothing ran"
      : `${ran} code ${ran === 1 ? "cell" : "cells"} ran without error`;
  return [{ type: "ExitCode", status: "Passed", message }];
}

function isAboutExitCode({ check, severity }: Finding): boolean {
  return severity === "failure" || checkRow(check)?.type === "ExitCode";
}

function withCell(cell: CellEndEvent): Finding[] {
  return cell.findings.map((finding) => ({ ...finding, cell: finding.cell ?? cell.cell }));
}

function errorWithoutFinding({ status, error, findings, cell }: CellEndEvent): Finding[] {
  if (status !== "Failure" || !error || findings.some(({ severity }) => severity === "failure")) return [];
  return [{ check: "E1", severity: "failure", cell, message: `The cell raised ${error.name}.` }];
}
