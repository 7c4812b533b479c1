import type { Failure } from "../failure.js";
import { type ContainerRole, recoveriesOf } from "../recoveries-of.js";
import { sentence } from "../sentence.js";
import { BUILD_REASONS, OTHER_REASONS } from "./build-reasons.js";
import { LOSS_REASONS, START_REASONS } from "./pod-reasons.js";
import type { ReasonRow } from "./row.js";
import { RUN_REASONS, SOURCE_REASONS } from "./run-reasons.js";

/** Every reason for which an attempt can fail. Classification, planning and `docs/troubleshooting.md` read this table. */
export const REASONS = {
  ...SOURCE_REASONS,
  ...BUILD_REASONS,
  ...START_REASONS,
  ...LOSS_REASONS,
  ...RUN_REASONS,
  ...OTHER_REASONS,
} as const satisfies Record<string, ReasonRow>;

/** Name of a failure reason, as `status.failureReason` shows it. */
export type FailureReason = keyof typeof REASONS;

/** All reasons, in the order of the catalogue. */
export const FAILURE_REASONS = Object.keys(REASONS) as readonly FailureReason[];

/** Whether `text` names a reason of the catalogue. */
export function isFailureReason(text: string): text is FailureReason {
  return Object.hasOwn(REASONS, text);
}

/** The row of `reason`. */
export function reasonRow(reason: FailureReason): ReasonRow {
  return REASONS[reason];
}

/** Where the documentation explains `reason`. */
export function reasonAnchor(reason: FailureReason): string {
  return `docs/troubleshooting.md#${reason.toLowerCase()}`;
}

/** What a signal knows better than the catalogue's row. */
export interface FailureDetails {
  /** The signal's own words; the row's sentence is put before them. */
  readonly detail?: string | undefined;
  /** A whole sentence in place of the row's. */
  readonly message?: string | undefined;
  readonly errorType?: Failure["errorType"] | undefined;
  readonly fault?: Failure["fault"] | undefined;
  readonly stage?: Failure["stage"] | undefined;
  readonly budget?: Failure["budget"] | undefined;
  readonly suggestedAction?: string | undefined;
  readonly failedContainer?: string | undefined;
  readonly cell?: number | undefined;
  readonly missing?: Failure["missing"] | undefined;
  readonly recoveries?: Failure["recoveries"] | undefined;
  /** What {@link failedContainer} is for. @default what containers of our own pods with its name are for */
  readonly role?: ContainerRole | undefined;
}

/** The failure that `reason` means, with what the signal adds. Secrets in its words are redacted. */
export function failureOf(reason: FailureReason, details: FailureDetails = {}): Failure {
  const row = reasonRow(reason);
  const detail = details.detail?.trim();
  const words = details.message ?? (detail ? `${row.message}: ${detail}` : row.message);
  // Whoever shows it goes on with the suggested action.
  const said = words.replace(/\.$/, "");
  const errorType = details.errorType ?? row.errorType;
  return {
    reason,
    errorType,
    fault: details.fault ?? row.fault,
    stage: details.stage ?? row.stage,
    budget: details.budget ?? row.budget ?? "job",
    ...(details.failedContainer !== undefined && { failedContainer: details.failedContainer }),
    ...(details.cell !== undefined && { cell: details.cell }),
    message: sentence(said),
    suggestedAction: details.suggestedAction ?? adviceOnKey(details.missing) ?? row.suggestedAction,
    recoveries: recoveriesOf({
      recoveries: details.recoveries ?? row.recoveries,
      errorType,
      failedContainer: details.failedContainer,
      role: details.role,
      isInCommit: row.isInCommit,
    }),
    ...(details.missing !== undefined && { missing: details.missing }),
  };
}

/** What mends an object that is there and lacks a key: creating it is what the reason's row says. */
function adviceOnKey(missing: Failure["missing"]): string | undefined {
  return missing?.key === undefined ? undefined : `Add the key ${missing.key} to the ${missing.kind} ${missing.name}`;
}
