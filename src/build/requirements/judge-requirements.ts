import type { RequirementProblem, RequirementReason, RequirementSet, RequirementWarning } from "./requirement-set.js";

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
  /** Every offending line, in order of the files. */
  readonly problems: readonly RequirementProblem[];
  readonly warnings: readonly RequirementWarning[];
  /** Whether every requirement is pinned, whatever the policy demands. What they depend on need not be listed. */
  readonly isPinned: boolean;
  /** Whether pip demands hashes of everything: by policy, by `--require-hashes`, or because one line has a hash. */
  readonly isHashMode: boolean;
}

/** Judges what was read, before anything is built. */
export function judgeRequirements(set: RequirementSet, _policy: RequirementPolicy): RequirementVerdict {
  return { problems: set.problems, warnings: set.warnings, isPinned: false, isHashMode: false };
}
