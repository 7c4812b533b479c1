import { isEntryPinned, type RequirementSet, type RequirementVerdict } from "../build/index.js";

/** What `nbv requirements` reports; paths are relative to the repository's root. */
export interface RequirementsReport {
  readonly file: string;
  readonly reason?: string;
  /** Directory that pip has to run in. */
  readonly workingDirectory: string;
  readonly files: readonly { readonly path: string; readonly kind: string; readonly found: boolean }[];
  readonly requirements: readonly {
    readonly file: string;
    readonly line: number;
    readonly text: string;
    readonly name?: string;
    readonly kind: string;
    readonly constraint: boolean;
    readonly pinned: boolean;
    readonly hashes: number;
  }[];
  readonly problems: readonly RequirementsFinding[];
  readonly warnings: readonly RequirementsFinding[];
  readonly summary: {
    readonly requirements: number;
    readonly constraints: number;
    readonly pinned: number;
    readonly hashed: number;
    readonly hashMode: boolean;
    readonly problems: number;
    readonly warnings: number;
  };
}

/** One line of the report. */
export interface RequirementsFinding {
  readonly file: string;
  readonly line: number;
  readonly message: string;
  readonly reason?: string;
  readonly fix?: string;
}

/** Puts set and verdict into one document. */
export function requirementsReport(set: RequirementSet, verdict: RequirementVerdict): RequirementsReport {
  const isPinned = isEntryPinned(set);
  const requirements = set.entries.map((entry) => ({
    file: entry.position.path,
    line: entry.position.line,
    text: entry.text,
    ...(entry.key !== undefined && { name: entry.key }),
    kind: entry.target.kind,
    constraint: entry.isConstraint,
    pinned: isPinned(entry),
    hashes: entry.hashes.length + ("hash" in entry.target ? 1 : 0),
  }));
  const wanted = requirements.filter((requirement) => !requirement.constraint);
  const { problems, warnings } = verdict;
  return {
    file: set.path,
    ...(verdict.reason !== undefined && { reason: verdict.reason }),
    workingDirectory: set.workingDirectory,
    files: set.files.map(({ path, kind, isRead }) => ({ path, kind, found: isRead })),
    requirements,
    problems: problems.map(({ position: { path: file, line }, message, reason, fix }) => ({
      file,
      line,
      message,
      reason,
      ...(fix !== undefined && { fix }),
    })),
    warnings: warnings.map(({ position: { path: file, line }, message }) => ({ file, line, message })),
    summary: {
      requirements: wanted.length,
      constraints: requirements.length - wanted.length,
      pinned: wanted.filter(({ pinned }) => pinned).length,
      hashed: wanted.filter(({ hashes }) => hashes > 0).length,
      hashMode: verdict.isHashMode,
      problems: problems.length,
      warnings: warnings.length,
    },
  };
}
