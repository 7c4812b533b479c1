import { RUNNER_EXITS } from "../api/runner-exit-code.js";
import type { Failure } from "./failure.js";
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
      };
      readonly cell?: number;
    }
  | { readonly kind: "error"; readonly reason: string; readonly message: string; readonly cell?: number };

/** Container that runs the notebook. */
const NOTEBOOK_CONTAINER = "notebook";

/** The failure that a judgement means; `undefined` when the notebook passed. */
export function classifyVerdict(judged: JudgedAttempt): Failure | undefined {
  const details = { failedContainer: NOTEBOOK_CONTAINER, cell: judged.cell };
  if (judged.kind === "error") {
    return failureOf(knownReason(judged.reason) ?? "Unknown", { ...details, message: judged.message });
  }
  const { verdict, exitCode, reason, message } = judged.verdict;
  if (verdict === "Passed" || verdict === "PassedWithWarnings") return undefined;
  return failureOf(knownReason(reason) ?? reasonOfExit(exitCode) ?? "Unknown", { ...details, message });
}

/** The reason that an exit code of the runner stands for, when it is one of its codes and not 0. */
export function reasonOfExit(exitCode: number): FailureReason | undefined {
  return knownReason(RUNNER_EXITS[exitCode]?.reason ?? "");
}

function knownReason(reason: string): FailureReason | undefined {
  return isFailureReason(reason) ? reason : undefined;
}
