import { DIGEST_DIGITS, isDigest } from "./digest.js";
import { type EntryGroups, groupOf } from "./entry-groups.js";
import type {
  ArtifactHash,
  RequirementEntry,
  RequirementProblem,
  RequirementSet,
  RequirementWarning,
} from "./requirement-set.js";

/** Whether pip demands hashes: an option line says so, or any line has one and no option line forbids it. */
export function demandsHashes(set: RequirementSet): boolean {
  const has = (name: string) => set.options.some((option) => option.name === name);
  if (has("--require-hashes")) return true;
  return !has("--no-require-hashes") && set.entries.some((entry) => entry.hashes.length > 0);
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
export function judgeHashes(set: RequirementSet, groups: EntryGroups, isDemanded: boolean, fix: string): HashFindings {
  const problems: RequirementProblem[] = [];
  const warnings: RequirementWarning[] = [];
  const cause = isDemanded ? "" : causeOf(set);
  for (const entry of set.entries) {
    if (entry.isConstraint) continue;
    const finding = findingOf(entry, groups, isDemanded);
    if (finding === undefined) continue;
    const { reason, why, advice } = finding;
    const { position } = entry;
    const message = `${entry.text} ${why}${reason === "DependencyHashMissing" ? cause : ""}`;
    if (reason === undefined) warnings.push({ position, message });
    else problems.push({ reason, position, message, fix: advice ?? fix });
  }
  return { problems, warnings };
}

/** Why pip demands hashes that the job does not. */
function causeOf(set: RequirementSet): string {
  const option = set.options.find(({ name }) => name === "--require-hashes");
  const cause = option ?? set.entries.find(({ hashes }) => hashes.length > 0);
  if (cause === undefined) return "";
  const { path, line } = cause.position;
  return `; pip demands hashes of all because ${path}:${line} ${option === undefined ? "has one" : "says so"}`;
}

interface Finding {
  /** Absent on a warning. */
  readonly reason?: "UnpinnedDependencies" | "DependencyHashMissing";
  /** A clause that goes on after the requirement. */
  readonly why: string;
  readonly advice?: string;
}

function findingOf(entry: RequirementEntry, groups: EntryGroups, isDemanded: boolean): Finding | undefined {
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
  const group = groupOf(entry, groups);
  if (hashes.length === 0) {
    if (group?.constrainsHashOf(entry) === true) return onlySince26("takes its hash");
    // Of several lines for one name, pip takes the hashes of the first.
    const isCovered = group?.first !== entry && (group?.first?.hashes.length ?? 0) > 0;
    return !isDemanded && isCovered ? undefined : missing("has no hash");
  }
  const [clause, second] = target.clauses;
  if (clause !== undefined && second === undefined && clause.operator.startsWith("==") && clause.version !== "") {
    return undefined;
  }
  if (group?.constrainsVersionOf(entry) === true) return onlySince26("takes its version");
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
  return `has the ${algorithm} hash "${shown}", which is not ${DIGEST_DIGITS[algorithm]} digits from 0 to f`;
}
