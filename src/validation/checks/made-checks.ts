import type { CheckType, ValidationConfig } from "../../api/index.js";
import { CHECK_IDS, CHECKS, type CheckId, type CheckRow, type CheckSwitch } from "./table.js";

/** The checks that the runner of this version makes. */
export const MADE_CHECKS: ReadonlySet<CheckId> = new Set(["E1", "E2", "E3", "E4", "E5", "E6", "E7"]);

/** Something that a job asks for by name, and that nobody checks. */
export interface UnmadeCheck {
  readonly type: CheckType;
  /** One sentence for people. */
  readonly message: string;
}

/** A field of `spec.validationConfig` that asks for checks that nobody makes. */
export interface UnmadeField {
  readonly field: keyof ValidationConfig;
  readonly type: CheckType;
}

const LISTS = {
  expectedOutputs: "OutputVerification",
  expectedFiles: "ExpectedFile",
  expectedLogs: "ExpectedLog",
} as const satisfies Partial<Record<keyof ValidationConfig, CheckType>>;

/**
 * What `config` asks for by name and {@link MADE_CHECKS} does not cover. A run that skipped something of it must not pass
 * as if it had been checked.
 */
export function unmadeChecks(config: ValidationConfig | undefined): UnmadeCheck[] {
  return unmadeFields(config).map(({ field, type }) => ({ type, message: skipped(`validationConfig.${field}`) }));
}

/** The fields behind {@link unmadeChecks}: what can be said before there is a run. */
export function unmadeFields(config: ValidationConfig | undefined): UnmadeField[] {
  if (config === undefined) return [];
  const unmade: UnmadeField[] = [];
  for (const [field, type] of Object.entries(LISTS) as [keyof typeof LISTS, CheckType][]) {
    if ((config[field]?.length ?? 0) > 0) unmade.push({ field, type });
  }
  if (config.maxNaNFraction !== undefined) unmade.push({ field: "maxNaNFraction", type: "DataQuality" });
  for (const [name, group] of switchGroups()) {
    if (config[name] !== true || group.some(({ id }) => MADE_CHECKS.has(id))) continue;
    const type = group[0]?.row.type;
    if (type !== undefined) unmade.push({ field: name, type });
  }
  return unmade;
}

function switchGroups(): Map<CheckSwitch, { id: CheckId; row: CheckRow }[]> {
  const groups = new Map<CheckSwitch, { id: CheckId; row: CheckRow }[]>();
  for (const id of CHECK_IDS) {
    const row: CheckRow = CHECKS[id];
    if (row.switch) groups.set(row.switch, [...(groups.get(row.switch) ?? []), { id, row }]);
  }
  return groups;
}

function skipped(field: string): string {
  return `${field} was not checked: this version of the runner does not make these checks yet.`;
}
