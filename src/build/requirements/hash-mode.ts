import { STRONG_HASHES } from "./line-options.js";
import { appliesWith, type EntriesByKey } from "./pin.js";
import type {
  ArtifactHash,
  RequirementEntry,
  RequirementProblem,
  RequirementSet,
  RequirementWarning,
} from "./requirement-set.js";
import { isExact } from "./version-range.js";

/** Whether pip demands hashes: an option line says so, or any line has one and no option line forbids it. */
export function demandsHashes(set: RequirementSet): boolean {
  const has = (name: string) => set.options.some((option) => option.name === name);
  if (has("--require-hashes")) return true;
  return !has("--no-require-hashes") && set.entries.some((entry) => entry.hashes.length > 0);
}

const DIGITS: Readonly<Record<string, number>> = { ...STRONG_HASHES, sha224: 56, sha1: 40, md5: 32 };

/** Whether a digest can be one of its algorithm; pip compares letter by letter, so that upper case never matches. */
export function isDigest({ algorithm, digest }: ArtifactHash): boolean {
  return digest.length === DIGITS[algorithm] && /^[0-9a-f]*$/.test(digest);
}

/** What hash mode says about a set. */
export interface HashFindings {
  readonly problems: readonly RequirementProblem[];
  readonly warnings: readonly RequirementWarning[];
}

/**
 * What hash mode refuses that can be told without downloading. Dependencies that are not listed can't: pip finds them
 * during the build.
 * @param isDemanded whether the job demands hashes: then every requirement needs its own; else only what no pip accepts
 * is refused
 */
export function judgeHashes(set: RequirementSet, groups: EntriesByKey, isDemanded: boolean, fix: string): HashFindings {
  const problems: RequirementProblem[] = [];
  const warnings: RequirementWarning[] = [];
  for (const entry of set.entries) {
    if (entry.isConstraint) continue;
    const finding = findingOf(entry, groups, isDemanded);
    if (finding === undefined) continue;
    const { reason, why, advice } = finding;
    const { position } = entry;
    const message = `${entry.text} ${why}`;
    if (reason === undefined) warnings.push({ position, message });
    else problems.push({ reason, position, message, fix: advice ?? fix });
  }
  return { problems, warnings };
}

interface Finding {
  /** Absent on a warning. */
  readonly reason?: "UnpinnedDependencies" | "DependencyHashMissing";
  /** A clause that goes on after the requirement. */
  readonly why: string;
  readonly advice?: string;
}

function findingOf(entry: RequirementEntry, groups: EntriesByKey, isDemanded: boolean): Finding | undefined {
  const { target, isEditable } = entry;
  if (target.kind === "vcs") {
    return missing(
      "has no hash: pip can't check version control",
      "require an archive: NAME @ https://….tar.gz#sha256=DIGEST",
    );
  }
  if (isEditable || (target.kind === "local" && target.what === "directory")) {
    return missing("has no hash: pip can't check directories", "build a wheel of it, and require that with its --hash");
  }
  const hashes = [...entry.hashes, ...(target.kind !== "index" && target.hash ? [target.hash] : [])];
  const [wrong] = hashes;
  if (wrong !== undefined && !hashes.some(isDigest)) return missing(notDigest(wrong));
  if (target.kind !== "index") return hashes.length === 0 ? missing("has no hash") : undefined;
  const helpers = constraintsOn(entry, groups);
  if (hashes.length === 0) {
    if (helpers.some((constraint) => constraint.hashes.some(isDigest))) return onlySince26("takes its hash");
    return !isDemanded && isCovered(entry, groups) ? undefined : missing("has no hash");
  }
  const [clause, second] = target.clauses;
  if (clause !== undefined && second === undefined && clause.operator.startsWith("==") && clause.version !== "") {
    return undefined;
  }
  if (helpers.some(isPinning)) return onlySince26("takes its version");
  const why = "is not pinned by one == clause, which hashes need";
  return isDemanded ? { reason: "UnpinnedDependencies", why } : { why: `${why} until pip 26.1` };
}

function missing(why: string, advice?: string): Finding {
  return { reason: "DependencyHashMissing", why, ...(advice !== undefined && { advice }) };
}

function onlySince26(what: string): Finding {
  return { why: `${what} from a constraint, which pip before 26.1 refuses in hash mode` };
}

function notDigest({ algorithm, digest }: ArtifactHash): string {
  const shown = digest.length > 16 ? `${digest.slice(0, 16)}…` : digest;
  return `has the ${algorithm} hash "${shown}", which is not ${DIGITS[algorithm]} digits from 0 to f`;
}

/** Constraints that hold wherever the entry does. */
function constraintsOn(entry: RequirementEntry, groups: EntriesByKey): readonly RequirementEntry[] {
  const group = entry.key === undefined ? undefined : groups.get(entry.key);
  return (group ?? []).filter((other) => other.isConstraint && appliesWith(other, entry));
}

/** Of several lines for one name, pip takes the hashes of the first. */
function isCovered(entry: RequirementEntry, groups: EntriesByKey): boolean {
  const first = entry.key === undefined ? undefined : groups.get(entry.key)?.find((other) => !other.isConstraint);
  return first !== undefined && first !== entry && first.hashes.length > 0;
}

function isPinning({ target }: RequirementEntry): boolean {
  return target.kind === "index" && target.clauses.some(isExact);
}
