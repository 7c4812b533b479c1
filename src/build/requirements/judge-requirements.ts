import { findConflicts } from "./conflicts.js";
import { type EntryGroups, entryGroups, isPinnedElsewhere } from "./entry-groups.js";
import { inFileOrder } from "./file-order.js";
import { demandsHashes, judgeHashes } from "./hash-mode.js";
import { lockCommand } from "./lock-advice.js";
import { ownPin } from "./pin.js";
import type {
  RequirementEntry,
  RequirementProblem,
  RequirementReason,
  RequirementSet,
  RequirementWarning,
} from "./requirement-set.js";

/** What a job demands of its requirements (`spec.podConfig.buildConfig`). */
export interface RequirementPolicy {
  /** Accept requirements that may be another version tomorrow. */
  readonly allowUnpinned: boolean;
  /** Demand a hash on every requirement, and install with `--require-hashes`. */
  readonly verifyHashes: boolean;
  /** Refuse entries that contradict each other. */
  readonly failOnConflict: boolean;
}

/** What is to be said about a set under a policy. */
export interface RequirementVerdict {
  /** Why the set is refused: the first that applies of invalid, unpinned, hash missing, conflict. Absent = accepted. */
  readonly reason?: RequirementReason;
  /** Every offending line, in order of the files; past {@link MAX_REMARKS}, one more that counts the others. */
  readonly problems: readonly RequirementProblem[];
  /** As many at most. */
  readonly warnings: readonly RequirementWarning[];
  /**
   * Whether every requirement names one artifact, whatever the policy demands. What they depend on need not be listed:
   * only hash mode makes pip refuse that.
   */
  readonly isPinned: boolean;
  /** Whether pip demands hashes of everything: by policy, by `--require-hashes`, or because one line has a hash. */
  readonly isHashMode: boolean;
}

const PRECEDENCE: readonly RequirementReason[] = [
  "RequirementsInvalid",
  "UnpinnedDependencies",
  "DependencyHashMissing",
  "DependencyConflict",
];

/**
 * Judges what was read, before anything is built. Proves only what the files themselves tell: pip has the last word in
 * the build, by `--require-hashes` and `pip check`.
 */
export function judgeRequirements(set: RequirementSet, policy: RequirementPolicy): RequirementVerdict {
  const groups = entryGroups(set);
  const fix = lockCommand(set.path);
  const isHashMode = policy.verifyHashes || demandsHashes(set);
  const unpinned = unpinnedOf(set, groups, fix);
  const hashes = isHashMode ? judgeHashes(set, groups, policy.verifyHashes, fix) : { problems: [], warnings: [] };
  const conflicts = findConflicts(groups, isHashMode);
  const problems = inFileOrder(set.files, [
    ...set.problems,
    ...flagProblems(set, policy),
    ...(policy.allowUnpinned ? [] : unpinned),
    // What was said about a line by the rule on pins is not said again.
    ...hashes.problems.filter(({ reason }) => policy.allowUnpinned || reason !== "UnpinnedDependencies"),
    ...(policy.failOnConflict ? conflicts.problems : []),
  ]);
  const warnings = inFileOrder(set.files, [
    ...set.warnings,
    ...(policy.allowUnpinned ? summaryOf(unpinned) : []),
    ...pinNotes(set),
    ...hashes.warnings,
    ...(policy.failOnConflict ? [] : conflicts.problems.map(({ position, message }) => ({ position, message }))),
    ...conflicts.warnings,
  ]);
  const reason = PRECEDENCE.find((candidate) => problems.some((problem) => problem.reason === candidate));
  return {
    ...(reason !== undefined && { reason }),
    problems: firstOf(problems),
    warnings: firstOf(warnings),
    isPinned: unpinned.length === 0,
    isHashMode,
  };
}

/** Most problems, and most warnings, that a verdict tells one by one. */
export const MAX_REMARKS = 1000;

/** The first remarks, and one that counts the others. */
function firstOf<T extends RequirementWarning>(remarks: readonly T[]): readonly T[] {
  const next = remarks[MAX_REMARKS];
  if (next === undefined) return remarks;
  const rest = remarks.length - MAX_REMARKS;
  return [...remarks.slice(0, MAX_REMARKS), { ...next, message: `and ${rest} more from here on` }];
}

/** pip refuses both options together, wherever they stand. */
function flagProblems(set: RequirementSet, policy: RequirementPolicy): RequirementProblem[] {
  const forbidding = set.options.find((option) => option.name === "--no-require-hashes");
  const demanding = set.options.find((option) => option.name === "--require-hashes");
  if (forbidding === undefined || !(policy.verifyHashes || demanding !== undefined)) return [];
  return [
    {
      reason: "RequirementsInvalid",
      position: forbidding.position,
      message: `--no-require-hashes contradicts ${policy.verifyHashes ? "verifyHashes" : "--require-hashes"}`,
      fix: "remove one of them",
    },
  ];
}

function unpinnedOf(set: RequirementSet, groups: EntryGroups, fix: string): RequirementProblem[] {
  return required(set).flatMap((entry) => {
    const pin = ownPin(entry);
    if (pin.isPinned || isPinnedElsewhere(entry, groups)) return [];
    const message = `${entry.text} ${pin.why}`;
    return [{ reason: "UnpinnedDependencies" as const, position: entry.position, message, fix }];
  });
}

function required(set: RequirementSet): RequirementEntry[] {
  return set.entries.filter((entry) => !entry.isConstraint);
}

const MAX_NAMED = 5;

/** One warning for all: each by itself would hide the others. */
function summaryOf(unpinned: readonly RequirementProblem[]): RequirementWarning[] {
  const [first] = unpinned;
  if (first === undefined) return [];
  const lines = unpinned.slice(0, MAX_NAMED).map(({ position }) => `${position.path}:${position.line}`);
  const rest = unpinned.length > MAX_NAMED ? ` and ${unpinned.length - MAX_NAMED} more` : "";
  const count = unpinned.length === 1 ? "1 requirement is" : `${unpinned.length} requirements are`;
  return [
    {
      position: first.position,
      message: `${count} not pinned (${lines.join(", ")}${rest}): another build may install other versions`,
    },
  ];
}

/** Pins that are not what they seem; said only where a person can do something about it. */
function pinNotes(set: RequirementSet): RequirementWarning[] {
  return required(set).flatMap((entry) => {
    if (entry.target.kind !== "index") return [];
    const pin = ownPin(entry);
    if (!pin.isPinned || pin.note === undefined) return [];
    return [{ position: entry.position, message: `${entry.text} ${pin.note}` }];
  });
}
