import { compare, explain, satisfies, valid } from "@renovatebot/pep440";
import type { VersionClause } from "./requirement-set.js";

/** Whether a clause allows one version only (its local variants aside). */
export function isExact({ operator, version }: VersionClause): boolean {
  return version !== "" && (operator === "===" || (operator === "==" && !version.endsWith(".*")));
}

/** Whether a version meets all clauses; pre-releases count as versions. `version` has to be one of PEP 440. */
export function meets(version: string, clauses: readonly VersionClause[]): boolean {
  return clauses.every(({ operator, version: wanted }) =>
    operator === "==="
      ? version.toLowerCase() === wanted.toLowerCase()
      : satisfies(version, `${operator}${wanted}`, { prereleases: true }),
  );
}

// Longer numbers are not exact in JavaScript: nothing is claimed about them.
const TOO_LONG = /[0-9]{16}/;

/** Most clauses that are judged together: more are no requirement but an attempt to keep us busy. */
const MAX_CLAUSES = 100;

/**
 * Whether it is certain that no version meets all clauses. Judges exact versions and bounds; holes that `!=` cuts into
 * ranges are not added up.
 */
export function areContradictory(clauses: readonly VersionClause[]): boolean {
  if (clauses.length < 2 || clauses.length > MAX_CLAUSES) return false;
  if (clauses.some(({ version }) => TOO_LONG.test(version))) return false;
  const exact = clauses.filter(isExact);
  if (exact.length > 0) return !exact.some(({ version }) => isOrMeets(version, clauses));
  const range = boundsOf(clauses);
  const { lower, upper } = range;
  if (lower === undefined || upper === undefined) return false;
  const order = compare(lower.version, upper.version);
  if (order !== 0) return order > 0;
  return lower.isOpen || upper.isOpen || !meets(lower.version, clauses);
}

/** `===` takes texts that are no versions: other clauses can't be judged then. */
function isOrMeets(version: string, clauses: readonly VersionClause[]): boolean {
  if (valid(version) !== null) return meets(version, clauses);
  const identities = clauses.filter(({ operator }) => operator === "===");
  return identities.every((clause) => clause.version.toLowerCase() === version.toLowerCase());
}

interface Bound {
  readonly version: string;
  /** Whether the version itself is outside. */
  readonly isOpen: boolean;
}

function boundsOf(clauses: readonly VersionClause[]): { lower: Bound | undefined; upper: Bound | undefined } {
  let lower: Bound | undefined;
  let upper: Bound | undefined;
  for (const clause of clauses) {
    const [from, to] = boundsOfOne(clause);
    if (from !== undefined && (lower === undefined || isTighter(from, lower, 1))) lower = from;
    if (to !== undefined && (upper === undefined || isTighter(to, upper, -1))) upper = to;
  }
  return { lower, upper };
}

function isTighter(a: Bound, b: Bound, direction: 1 | -1): boolean {
  const order = compare(a.version, b.version) * direction;
  return order > 0 || (order === 0 && a.isOpen && !b.isOpen);
}

function boundsOfOne({ operator, version }: VersionClause): [from: Bound | undefined, to: Bound | undefined] {
  switch (operator) {
    case ">=":
      return [{ version, isOpen: false }, undefined];
    case ">":
      return [{ version, isOpen: true }, undefined];
    case "<=":
      return [undefined, { version, isOpen: false }];
    case "<":
      return [undefined, { version: firstOf(version), isOpen: true }];
    case "~=":
      return [{ version, isOpen: false }, afterPrefix(releaseOf(version).slice(0, -1), version)];
    case "==": {
      // Exact versions are judged before: what is left ends in .*
      const prefix = version.slice(0, -2);
      return [{ version: firstOf(prefix), isOpen: false }, afterPrefix(releaseOf(prefix), prefix)];
    }
    case "!=":
    case "===":
      return [undefined, undefined];
  }
}

/** `<1.0` leaves out the pre-releases of 1.0 too, unless it names one. */
function firstOf(version: string): string {
  return explain(version)?.is_prerelease === true ? version : `${version}.dev0`;
}

function releaseOf(version: string): readonly number[] {
  return explain(version)?.release ?? [];
}

/** The first version after all that begin with the prefix. */
function afterPrefix(prefix: readonly number[], version: string): Bound {
  const epoch = explain(version)?.epoch ?? 0;
  const next = [...prefix.slice(0, -1), (prefix.at(-1) ?? 0) + 1].join(".");
  return { version: `${epoch}!${next}.dev0`, isOpen: true };
}
