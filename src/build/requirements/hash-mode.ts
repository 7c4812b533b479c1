import { STRONG_HASHES } from "./line-options.js";
import { appliesWith, type EntriesByKey } from "./pin.js";
import type { ArtifactHash, RequirementEntry, RequirementProblem, RequirementSet } from "./requirement-set.js";
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

/**
 * What hash mode refuses that can be told without downloading. Dependencies that are not listed can't: pip finds them
 * during the build.
 * @param isStrict whether every line needs what it needs itself, so that every pip accepts the file; else only what no
 * pip accepts is told
 */
export function hashProblems(
  set: RequirementSet,
  groups: EntriesByKey,
  isStrict: boolean,
  fix: string,
): RequirementProblem[] {
  const problems: RequirementProblem[] = [];
  for (const entry of set.entries) {
    if (entry.isConstraint) continue;
    const refusal = refusalOf(entry, groups, isStrict);
    if (refusal === undefined) continue;
    const { reason, why, advice } = refusal;
    problems.push({ reason, position: entry.position, message: `${entry.text} ${why}`, fix: advice ?? fix });
  }
  return problems;
}

interface Refusal {
  readonly reason: "UnpinnedDependencies" | "DependencyHashMissing";
  readonly why: string;
  readonly advice?: string;
}

function refusalOf(entry: RequirementEntry, groups: EntriesByKey, isStrict: boolean): Refusal | undefined {
  const { target, isEditable } = entry;
  const missing = (why: string, advice?: string): Refusal => ({
    reason: "DependencyHashMissing",
    why,
    ...(advice !== undefined && { advice }),
  });
  if (target.kind === "vcs") {
    return missing("has no hash: pip can't check version control", "require an archive: NAME @ https://….tar.gz#sha256=DIGEST");
  }
  if (isEditable || (target.kind === "local" && target.what === "directory")) {
    return missing("has no hash: pip can't check directories", "install it in a file of its own, without hashes");
  }
  const hashes = [...entry.hashes, ...(target.kind !== "index" && target.hash ? [target.hash] : [])];
  const supporters = target.kind === "index" ? supportersOf(entry, groups) : [];
  if (hashes.length === 0 && !hasHashElsewhere(entry, supporters, groups, isStrict)) return missing("has no hash");
  const [wrong] = hashes;
  if (wrong !== undefined && !hashes.some(isDigest)) {
    const { algorithm, digest } = wrong;
    return missing(`has the ${algorithm} hash ${digest.slice(0, 12)}…, which is not ${DIGITS[algorithm]} digits from 0 to f`);
  }
  if (target.kind !== "index" || !isStrict) return undefined;
  const [only, second] = target.clauses;
  const isPinned = only !== undefined && second === undefined && only.operator.startsWith("==") && only.version !== "";
  if (isPinned || supporters.some(isPinnedConstraint)) return undefined;
  return { reason: "UnpinnedDependencies", why: "is not pinned by one == clause, which hashes need" };
}

/** Constraints that hold wherever the entry does: pip takes version and hashes from them, too. */
function supportersOf(entry: RequirementEntry, groups: EntriesByKey): readonly RequirementEntry[] {
  const group = entry.key === undefined ? undefined : groups.get(entry.key);
  return (group ?? []).filter((other) => other.isConstraint && appliesWith(other, entry));
}

/** pip looks at the hashes of the first of several lines for one name. */
function hasHashElsewhere(
  entry: RequirementEntry,
  supporters: readonly RequirementEntry[],
  groups: EntriesByKey,
  isStrict: boolean,
): boolean {
  if (supporters.some((constraint) => constraint.hashes.some(isDigest))) return true;
  if (isStrict || entry.key === undefined || entry.target.kind !== "index") return false;
  const first = groups.get(entry.key)?.find((other) => !other.isConstraint);
  return first !== undefined && first !== entry && first.hashes.length > 0;
}

function isPinnedConstraint({ target }: RequirementEntry): boolean {
  return target.kind === "index" && target.clauses.some(isExact);
}
