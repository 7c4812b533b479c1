import { missingModule } from "../api/distribution.js";
import { RUNNER_EXITS } from "../api/runner-exit-code.js";
import { NOTEBOOK_CONTAINER } from "../validation/index.js";
import type { Failure } from "./failure.js";
import { missingModuleAdvice } from "./missing-module.js";
import { type FailureReason, failureOf, isFailureReason } from "./reasons/catalogue.js";

/** What the validation room's `judge` says, as far as it matters here. */
export type JudgedAttempt =
  | {
      readonly kind: "verdict";
      readonly verdict: {
        readonly verdict: "Passed" | "PassedWithWarnings" | "Failed" | "Error";
        readonly exitCode: number;
        readonly reason: string;
        readonly message: string;
        /** First ones first. */
        readonly failingCells?: readonly { readonly errorName?: string | undefined; readonly message: string }[];
      };
      readonly cell?: number;
    }
  | { readonly kind: "error"; readonly reason: string; readonly message: string; readonly cell?: number };

/** The failure that a judgement means; `undefined` when the notebook passed. */
export function classifyVerdict(judged: JudgedAttempt): Failure | undefined {
  const details = { failedContainer: NOTEBOOK_CONTAINER, cell: judged.cell };
  if (judged.kind === "error") {
    return failureOf(knownReason(judged.reason) ?? "Unknown", { ...details, message: judged.message });
  }
  const { verdict, exitCode, reason, message } = judged.verdict;
  if (verdict === "Passed" || verdict === "PassedWithWarnings") return undefined;
  const known = knownReason(reason) ?? reasonOfExit(exitCode) ?? "Unknown";
  const said = known === "NotebookError" ? importErrorOf(judged.verdict.failingCells?.[0]) : undefined;
  if (said !== undefined) {
    return failureOf("ModuleMissing", { ...details, message, suggestedAction: missingModuleAdvice(said) });
  }
  return failureOf(known, { ...details, message });
}

/** What says that a module is missing, by the error's own name: any other error may quote the sentence. */
function importErrorOf(cell: { readonly errorName?: string | undefined; readonly message: string } | undefined) {
  const isImport = cell?.errorName === "ModuleNotFoundError" || cell?.errorName === "ImportError";
  return isImport && missingModule(cell.message) !== undefined ? cell.message : undefined;
}

/** The reason that an exit code of the runner stands for, when it is one of its codes and not 0. */
export function reasonOfExit(exitCode: number): FailureReason | undefined {
  return knownReason(RUNNER_EXITS[exitCode]?.reason ?? "");
}

function knownReason(reason: string): FailureReason | undefined {
  return isFailureReason(reason) ? reason : undefined;
}
