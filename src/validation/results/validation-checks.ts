import type { CheckType, ValidationCheck } from "../../api/index.js";
import { headUtf8 } from "../../api/utf8.js";
import { checkRow } from "../checks/table.js";
import type { Finding } from "../event.js";
import type { RunProgress } from "../run-progress.js";
import { allFindings } from "./all-findings.js";
import { type AskedChecks, isAboutLog, provenChecks, skippedChecks } from "./asked-checks.js";

/** Most checks in the status. The report has them all. */
export const MAX_CHECKS = 200;
const MAX_MESSAGE_BYTES = 512;

/**
 * What the checks said: failures first, then warnings, then what was proven and what was left out. Notes teach, but decide
 * nothing: they stand in the feedback.
 */
export function validationChecks(progress: RunProgress, asked: AskedChecks = {}): ValidationCheck[] {
  const findings = decisiveFindings(progress);
  const others = [...passedExitCode(progress, findings), ...provenChecks(progress, asked), ...skippedChecks(asked)];
  return [...findings.slice(0, MAX_CHECKS - others.length).map(toCheck), ...others];
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

function checkType(finding: Finding): CheckType {
  return isAboutLog(finding) ? "ExpectedLog" : (checkRow(finding.check)?.type ?? "Lint");
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
