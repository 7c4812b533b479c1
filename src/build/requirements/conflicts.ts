import type { EntryGroups } from "./entry-groups.js";
import { MarkerComparer } from "./marker-exclusion.js";
import type { RequirementEntry, RequirementProblem, RequirementTarget, RequirementWarning } from "./requirement-set.js";
import { areContradictory, isExact, meets } from "./version-range.js";

/** What entries for one name say against each other, and what they say twice. */
export interface Conflicts {
  readonly problems: readonly RequirementProblem[];
  readonly warnings: readonly RequirementWarning[];
}

/** Most different lines of one name that a line is compared with. Real files have a handful. */
const MAX_COMPARED = 10;

/**
 * Entries for one name that can't both be met. Only what is certain without an index: what packages depend on is not
 * known here.
 * @param isHashMode whether lines of one name have to agree on hashes, too
 */
export function findConflicts(groups: EntryGroups, isHashMode: boolean): Conflicts {
  const problems: RequirementProblem[] = [];
  const warnings: RequirementWarning[] = [];
  const markers = new MarkerComparer();
  for (const group of groups.values()) {
    // A constraint on something that nobody requires by name may never be used.
    if (group.first === undefined) continue;
    const earlier = new Map<string, RequirementEntry>();
    for (const entry of group.entries) {
      const identity = identityOf(entry);
      const twin = earlier.get(identity);
      if (twin !== undefined) {
        if (!isSamePlace(entry, twin)) warnings.push(repetition(entry, twin));
        continue;
      }
      const why = ownContradiction(entry) ?? firstContradiction(entry, earlier, markers, isHashMode);
      if (why !== undefined) problems.push(problem(entry, why));
      if (earlier.size < MAX_COMPARED) earlier.set(identity, entry);
    }
  }
  return { problems, warnings };
}

/** Entries that say the same have the same one. */
function identityOf(entry: RequirementEntry): string {
  const { target, isConstraint, marker, extras, hashes } = entry;
  const what =
    target.kind === "index" ? target.clauses.map((c) => `${c.operator}${c.version}`).sort() : artifactOf(target);
  const digests = hashes.map(({ algorithm, digest }) => `${algorithm}:${digest}`).sort();
  return JSON.stringify([what, isConstraint, marker?.text, extras, digests]);
}

function isSamePlace(a: RequirementEntry, b: RequirementEntry): boolean {
  return a.position.path === b.position.path && a.position.line === b.position.line;
}

function placeOf({ position }: RequirementEntry): string {
  return `${position.path}:${position.line}`;
}

function repetition(entry: RequirementEntry, twin: RequirementEntry): RequirementWarning {
  return { position: entry.position, message: `${entry.text} is already required at ${placeOf(twin)}` };
}

function problem(entry: RequirementEntry, why: string): RequirementProblem {
  return {
    reason: "DependencyConflict",
    position: entry.position,
    message: `${entry.text} ${why}`,
    fix: "keep one of them; pip-compile finds versions that fit together",
  };
}

function ownContradiction({ target }: RequirementEntry): string | undefined {
  return target.kind === "index" && areContradictory(target.clauses) ? "allows no version at all" : undefined;
}

function firstContradiction(
  entry: RequirementEntry,
  earlier: ReadonlyMap<string, RequirementEntry>,
  markers: MarkerComparer,
  isHashMode: boolean,
): string | undefined {
  for (const other of earlier.values()) {
    if (!markers.mayMeet(entry.marker, other.marker)) continue;
    const why = contradiction(entry, other, isHashMode);
    if (why !== undefined) return why;
  }
  return undefined;
}

function contradiction(entry: RequirementEntry, other: RequirementEntry, isHashMode: boolean): string | undefined {
  const a = entry.target;
  const b = other.target;
  const against = `${other.text} at ${placeOf(other)}`;
  if (a.kind === "index") {
    if (b.kind !== "index") return ofVersion(b, a, against);
    if (areContradictory([...a.clauses, ...b.clauses])) return `contradicts ${against}`;
    return isHashMode ? hashContradiction(entry, other, against) : undefined;
  }
  if (b.kind === "index") return ofVersion(a, b, against);
  return artifactOf(a) === artifactOf(b) ? undefined : `is another artifact than ${against}`;
}

type Direct = Exclude<RequirementTarget, { kind: "index" }>;

/** pip installs the artifact that is named, and fails when its version is not one that the clauses allow. */
function ofVersion(
  direct: Direct,
  index: Extract<RequirementTarget, { kind: "index" }>,
  against: string,
): string | undefined {
  const version = direct.kind === "vcs" ? undefined : direct.version;
  if (version !== undefined) return meets(version, index.clauses) ? undefined : `contradicts ${against}`;
  return index.clauses.some(isExact)
    ? `names an artifact or a version, and ${against} the other: only one can decide`
    : undefined;
}

/** An artifact by what tells it from others, as pip compares links. */
function artifactOf(target: Direct): string {
  if (target.kind === "local") return `local ${target.path}`;
  const [before = "", fragment = ""] = target.url.split("#", 2);
  const telling = fragment.split("&").filter((part) => /^(?:subdirectory|sha(?:1|224|256|384|512)|md5)=/.test(part));
  return [before, ...telling.sort()].join(" ");
}

function hashContradiction(entry: RequirementEntry, other: RequirementEntry, against: string): string | undefined {
  if (entry.isConstraint || other.isConstraint)
    return disjoint(entry, other) ? `shares no hash with ${against}` : undefined;
  const isOneHashed = entry.hashes.length > 0 !== other.hashes.length > 0;
  if (isOneHashed) return `and ${against}: one has hashes and the other none`;
  return disjoint(entry, other) ? `shares no hash with ${against}` : undefined;
}

/** Hashes of other algorithms may be of the same artifact. */
function disjoint(entry: RequirementEntry, other: RequirementEntry): boolean {
  const algorithms = new Set(entry.hashes.map(({ algorithm }) => algorithm));
  const comparable = other.hashes.filter(({ algorithm }) => algorithms.has(algorithm));
  if (comparable.length === 0) return false;
  const own = new Set(entry.hashes.map(({ algorithm, digest }) => `${algorithm}:${digest}`));
  return !comparable.some(({ algorithm, digest }) => own.has(`${algorithm}:${digest}`));
}
