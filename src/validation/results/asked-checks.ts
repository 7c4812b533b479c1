import type { CheckType, ValidationCheck, ValidationConfig } from "../../api/index.js";
import { checkPolicy } from "../checks/check-policy.js";
import type { CheckId } from "../checks/table.js";
import type { Finding } from "../event.js";
import { isComplete, type RunProgress } from "../run-progress.js";
import { allFindings } from "./all-findings.js";

/** What a job asks to be proven beside that its notebook runs. */
export interface AskedChecks {
  /** `spec.validationConfig`. */
  readonly validationConfig?: ValidationConfig | undefined;
  readonly hasGolden?: boolean | undefined;
}

/** One wish of a job, and what speaks against it. */
interface Wish {
  readonly type: CheckType;
  readonly ids: readonly CheckId[];
  /** Of the findings of these checks; all when absent. */
  readonly isAgainst?: (finding: Finding) => boolean;
  /** What to say when it is granted. */
  readonly granted: string;
}

/**
 * What the job asks for and the run proved: said only when every code cell was seen to its end, the runner says that it
 * made the checks, and no finding speaks against it, not even a note.
 */
export function provenChecks(progress: RunProgress, asked: AskedChecks): ValidationCheck[] {
  if (!ranToTheEnd(progress)) return [];
  const made = new Set(progress.start?.checks);
  const findings = allFindings(progress);
  return wishesOf(asked, progress)
    .filter(({ ids }) => ids.every((id) => made.has(id)))
    .filter(({ ids, isAgainst = () => true }) => {
      return !findings.some((finding) => ids.some((id) => id === finding.check) && isAgainst(finding));
    })
    .map(({ type, granted }) => ({ type, status: "Passed", message: granted }));
}

/** What the job lists and its own switch leaves out. */
export function skippedChecks({ validationConfig }: AskedChecks): ValidationCheck[] {
  const count = validationConfig?.expectedOutputs?.length ?? 0;
  if (count === 0 || checkPolicy(validationConfig).X1 !== "ignored") return [];
  const message = `${counted(count, "expected output")} not checked: validationConfig.checkOutputTypes is false`;
  return [{ type: "OutputVerification", status: "Skipped", message }];
}

function wishesOf({ validationConfig = {}, hasGolden = false }: AskedChecks, { comparison }: RunProgress): Wish[] {
  const { expectedOutputs = [], expectedFiles = [], expectedLogs = [] } = validationConfig;
  const wishes: (Wish | false)[] = [
    expectedOutputs.length > 0 && {
      type: "OutputVerification",
      ids: ["X1", "X2"],
      granted: `${counted(expectedOutputs.length, "output")} as the job expects`,
    },
    hasGolden &&
      comparison?.result === "matched" && {
        type: "OutputVerification",
        ids: ["G1"],
        granted: "The outputs match the golden notebook",
      },
    expectedFiles.length > 0 && {
      type: "ExpectedFile",
      ids: ["X3"],
      isAgainst: (finding) => !isAboutLog(finding),
      granted: `${counted(expectedFiles.length, "expected file")} found`,
    },
    expectedLogs.length > 0 && {
      type: "ExpectedLog",
      ids: ["X3"],
      isAgainst: isAboutLog,
      granted: `${counted(expectedLogs.length, "expected text")} found in the output`,
    },
    { type: "Assertions", ids: ["A1", "A2", "A3"], granted: ASSERTED },
  ];
  return wishes.filter((wish) => wish !== false);
}

const ASSERTED = "The notebook has assertions, and a check with each step that loads, merges or trains";

/** One row of the table is about files and about logs. */
export function isAboutLog({ check, evidence }: Finding): boolean {
  return check === "X3" && evidence?.pattern !== undefined;
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what} is` : `${count} ${what}s are`;
}

/** Exit codes of a run that no cell stopped: passed, or failed by what the checks found. */
const TO_THE_END: readonly number[] = [0, 11, 12, 13];

function ranToTheEnd(progress: RunProgress): boolean {
  const { verdict, cells } = progress;
  if (!verdict || !isComplete(progress) || !TO_THE_END.includes(verdict.exitCode)) return false;
  // A notebook without code shows nothing, and sys.exit(0) in the middle leaves the rest unseen.
  const leftEarly = allFindings(progress).some(({ check }) => check === "E5");
  return !leftEarly && cells.length > 0 && cells.length === verdict.counts.codeCells;
}
