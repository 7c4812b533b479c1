import type { Level } from "../../api/index.js";
import type { Severity } from "../event.js";
import { CHECK_IDS, CHECKS, type CheckId, type CheckLimit, type CheckRow, type CheckSwitch } from "./table.js";

/** The part of `spec.validationConfig` that decides severities. */
export type CheckSettings = {
  readonly level?: Level | undefined;
  /** Level production, unless single switches say otherwise. */
  readonly strictMode?: boolean | undefined;
} & { readonly [name in CheckSwitch]?: boolean | undefined } & {
  readonly [name in CheckLimit]?: number | undefined;
};

/** Level of a job that names none. */
export const DEFAULT_LEVEL: Level = "development";

/** The level whose severities a job gets: `strictMode` means production. */
export function effectiveLevel(settings: CheckSettings | undefined): Level {
  return settings?.strictMode ? "production" : (settings?.level ?? DEFAULT_LEVEL);
}

/** How grave each check is for a job. A switch of the spec overrules the level for its group; cell tags come later. */
export function checkPolicy(settings?: CheckSettings): Record<CheckId, Severity> {
  const level = effectiveLevel(settings);
  return Object.fromEntries(CHECK_IDS.map((id) => [id, severityOf(CHECKS[id], level, settings)])) as Record<
    CheckId,
    Severity
  >;
}

function severityOf(row: CheckRow, level: Level, settings: CheckSettings | undefined): Severity {
  // The runner finds only what exceeds a limit that is set.
  if (row.limit && settings?.[row.limit] !== undefined) return "failure";
  const choice = row.switch && settings?.[row.switch];
  if (choice === undefined) return row.severities[level];
  if (!choice) return "ignored";
  // Heuristic rows are among the silent failures: asking for detection asks for the level's judgement, not for more.
  return row.switch === "detectSilentFailures" ? row.severities[level] : "failure";
}
