import type { CheckType, Level } from "../../api/index.js";
import type { Severity } from "../event.js";

/** Boolean fields of `spec.validationConfig` that overrule the level for a group of checks. */
export type CheckSwitch =
  | "requireExplicitExitCodes"
  | "failOnStderr"
  | "failOnWarnings"
  | "checkOutputTypes"
  | "verifyAssertions"
  | "detectSilentFailures"
  | "requireTypeHints"
  | "requireErrorHandling";

/** One row of the check table. */
export interface CheckRow {
  readonly title: string;
  /** Kind under which `status.validationChecks` shows it. */
  readonly type: CheckType;
  readonly severities: Readonly<Record<Level, Severity>>;
  /** The switch of its group; absent when only the level (or nothing) decides. */
  readonly switch?: CheckSwitch;
  /** The number in `spec.validationConfig` that makes it a failure: with it, only what exceeds it is found. */
  readonly limit?: CheckLimit;
  /** Fields of the spec without which there is nothing to check. */
  readonly about?: readonly string[];
}

/** Numbers of `spec.validationConfig` that turn a check of degree into one that fails. */
export type CheckLimit = "maxNaNFraction";

const LETTERS = { "-": "ignored", n: "note", W: "warning", F: "failure" } as const;

/** `levels` holds the severity letters of learning, development, staging and production, in this order. */
function row(
  title: string,
  type: CheckType,
  levels: `${Letter}${Letter}${Letter}${Letter}`,
  by?: CheckSwitch,
  more: Pick<CheckRow, "limit" | "about"> = {},
): CheckRow {
  const [learning, development, staging, production] = [...levels].map((letter) => LETTERS[letter as Letter]) as [
    Severity,
    Severity,
    Severity,
    Severity,
  ];
  return {
    title,
    type,
    severities: { learning, development, staging, production },
    ...(by && { switch: by }),
    ...more,
  };
}
type Letter = keyof typeof LETTERS;

/**
 * Every check, its kind, its severity per level and the switch of its group. The policy, the status, the feedback and
 * `docs/checks.md` all read this table; a test holds it against the published one.
 */
export const CHECKS = {
  E1: row("A cell raised an error", "ExitCode", "FFFF"),
  E2: row("A cell tagged raises-exception raised none", "ExitCode", "nWFF"),
  E3: row("The kernel died, ran out of memory or out of time", "ExitCode", "FFFF"),
  E4: row("The notebook exited with a status other than 0", "ExitCode", "FFFF"),
  E5: row("The notebook exited before its last cell", "ExitCode", "WWFF", "requireExplicitExitCodes"),
  E6: row("A cell called quit() or exit()", "ExitCode", "nWFF", "requireExplicitExitCodes"),
  E7: row("A shell command failed", "ExitCode", "WWFF", "requireExplicitExitCodes"),
  N1: row("A call to the notebook's own function gave None", "SilentFailure", "WFFF", "detectSilentFailures"),
  N2: row("A library call gave None", "SilentFailure", "nWFF", "detectSilentFailures"),
  N3: row("A lookup found nothing and gave None", "SilentFailure", "nnWW", "detectSilentFailures"),
  N4: row("The shown value of a cell is None", "SilentFailure", "WFFF", "detectSilentFailures"),
  Q1: row("A value is NaN", "DataQuality", "WFFF", "detectSilentFailures"),
  Q2: row("A value is infinite", "DataQuality", "WWFF", "detectSilentFailures"),
  Q3: row("All values of an array, series or column set are NaN", "DataQuality", "WFFF", "detectSilentFailures"),
  Q4: row("Some values of a frame are NaN", "DataQuality", "-nnn", undefined, { limit: "maxNaNFraction" }),
  Q5: row("A loader or filter gave an empty frame or array", "DataQuality", "WWFF", "detectSilentFailures"),
  Q6: row("A numeric operation warned about its result", "DataQuality", "nWFF", "detectSilentFailures"),
  S1: row("Progress bars, banners and informational logs on stderr", "Stderr", "----"),
  S2: row("Deprecation or future warnings", "Warnings", "nnnF", "failOnWarnings"),
  S3: row("Other Python warnings", "Warnings", "nWWF", "failOnWarnings"),
  S4: row("A warning was logged", "Stderr", "-nWF", "failOnStderr"),
  S5: row("An error was logged or a traceback swallowed", "Stderr", "WWFF", "failOnStderr"),
  S6: row("Other text on stderr", "Stderr", "nnWF", "failOnStderr"),
  X1: row("An output differs from what the job expects", "OutputVerification", "WFFF", "checkOutputTypes", {
    about: ["expectedOutputs"],
  }),
  X2: row(
    "The job expects an output of a cell that is not there or not code",
    "OutputVerification",
    "FFFF",
    undefined,
    {
      about: ["expectedOutputs"],
    },
  ),
  X3: row("An expected file or log line is missing", "ExpectedFile", "WFFF", undefined, {
    about: ["expectedFiles", "expectedLogs"],
  }),
  A1: row("The notebook asserts nothing", "Assertions", "nWWF", "verifyAssertions"),
  A2: row("Loaded, merged or trained without a check", "Assertions", "nnWF", "verifyAssertions"),
  A3: row("An assertion can't fail", "Assertions", "WWFF", "verifyAssertions"),
  L1: row("Errors are swallowed", "ErrorHandling", "WWFF", "requireErrorHandling"),
  L2: row("A function turns an error into None", "ErrorHandling", "nWFF", "requireErrorHandling"),
  L3: row("Risky input or output without error handling", "ErrorHandling", "nnWW", "requireErrorHandling"),
  L4: row("A function has no type hints", "TypeHints", "-nnF", "requireTypeHints"),
  L5: row("Warnings or assertions are switched off globally", "Lint", "nWWF"),
  L6: row("The notebook depends on order, chance or one machine", "Lint", "nWWW"),
  L7: row("Duplicate, empty or very long cells", "Lint", "-nnn"),
  G1: row("Outputs differ from the golden notebook", "OutputVerification", "WFFF", undefined, {
    about: ["goldenNotebook"],
  }),
} as const satisfies Record<string, CheckRow>;

/** Identifier of a check: `E1` … `G1`. */
export type CheckId = keyof typeof CHECKS;

/** All identifiers, in the order of the table. */
export const CHECK_IDS = Object.keys(CHECKS) as readonly CheckId[];

/** Whether a check is called `text`. */
export function isCheckId(text: string): text is CheckId {
  return Object.hasOwn(CHECKS, text);
}

/** The row of `id`, or `undefined` when no check is called so. */
export function checkRow(id: string): CheckRow | undefined {
  return isCheckId(id) ? CHECKS[id] : undefined;
}
