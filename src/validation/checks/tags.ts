import type { CheckId } from "./table.js";

/** Tags by which the author of a cell says that something in it is meant, and what is then no finding in this cell. */
export const ALLOWED_BY_TAG: Readonly<Record<string, readonly CheckId[]>> = {
  "nbv-allow-none": ["N1", "N2", "N3", "N4"],
  "nbv-allow-nan": ["Q1", "Q2", "Q3", "Q4", "Q6"],
  "nbv-allow-stderr": ["S1", "S2", "S3", "S4", "S5", "S6"],
  "nbv-ignore-output": ["G1"],
};

/** The tags that make `id` no finding. */
export function tagsFor(id: CheckId): string[] {
  return Object.entries(ALLOWED_BY_TAG).flatMap(([tag, ids]) => (ids.includes(id) ? [tag] : []));
}
