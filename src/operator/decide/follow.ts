import { fromRfc3339, type GitSource, type Instant, type NotebookValidationJobSpec } from "../../api/index.js";
import { sentence } from "../../recovery/index.js";
import type { EventNote } from "./decision.js";
import { isTerminal, type JobStatus } from "./job.js";
import type { FollowedRef } from "./observation.js";
import type { Turn } from "./turn.js";

/** The branches that a job follows. */
export interface FollowedBranches {
  readonly notebook?: GitSource;
  /** Only of a golden notebook with a repository of its own. */
  readonly golden?: GitSource;
}

const FULL_COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;

/**
 * What a job follows: nothing while it is suspended, or finished where nothing that changes starts it again, and no full
 * commits, which never move.
 */
export function followedBranches(spec: NotebookValidationJobSpec, phase: JobStatus["phase"]): FollowedBranches {
  const { suspend, notebook, goldenNotebook, retryPolicy } = spec;
  const golden = goldenNotebook?.git;
  if (suspend || (isTerminal(phase) && retryPolicy?.retryOnSpecChange === false)) return {};
  return {
    ...(isFollowed(notebook.git) && { notebook: notebook.git }),
    ...(golden !== undefined && isFollowed(golden) && { golden }),
  };
}

function isFollowed({ follow, ref }: GitSource): boolean {
  return follow && !FULL_COMMIT.test(ref);
}

/** A branch that is not where it was when the run looked it up. */
export interface BranchMove {
  readonly ref: string;
  /** Absent = the branch was not there. */
  readonly from?: string;
  readonly to: string;
}

/**
 * How a branch that the job follows has moved since its run looked it up; `undefined` when none has. Only what the remote
 * told later than the run's own commit counts: an older answer would start one run after the other.
 */
export function branchMove(turn: Turn): BranchMove | undefined {
  const { reading, status, seen, now } = turn;
  if (!reading.ok || seen.followed === undefined) return undefined;
  const branches = followedBranches(reading.spec, status.phase);
  const { commit, goldenCommit, resolvedAt } = status.source ?? {};
  const notebook = newsOf(branches.notebook, seen.followed.notebook);
  const golden = newsOf(branches.golden, seen.followed.golden);
  const moved =
    moveOf(notebook, commit, since(resolvedAt, now)) ?? moveOf(golden, goldenCommit, since(resolvedAt, now));
  if (moved !== undefined || notebook === undefined || !lackedBranch(turn)) return moved;
  const hasAll = reading.spec.goldenNotebook?.git === undefined || golden !== undefined;
  return hasAll && notebook.askedAt > since(status.completionTime, now)
    ? { ref: notebook.ref, to: notebook.commit }
    : undefined;
}

/** The followed branch for lack of which the job has failed: once it is there, a new run begins. */
export function awaitedBranch(turn: Pick<Turn, "reading" | "status">): string | undefined {
  const { reading, status } = turn;
  return reading.ok && lackedBranch(turn) ? followedBranches(reading.spec, status.phase).notebook?.ref : undefined;
}

/** The event of the new run that a move starts. */
export function moveNote({ ref, from, to }: BranchMove): EventNote {
  const short = (commit: string): string => commit.slice(0, 12);
  const what =
    from === undefined ? `${ref} is there now, at ${short(to)}` : `${ref} moved from ${short(from)} to ${short(to)}`;
  return { type: "Normal", reason: "SourceChanged", message: sentence(`${what}: a new run begins`) };
}

/** What the remote told, if it is about the branch that the job names now. */
function newsOf(branch: GitSource | undefined, told: FollowedRef | undefined): FollowedRef | undefined {
  return branch !== undefined && told?.url === branch.url && told.ref === branch.ref ? told : undefined;
}

function moveOf(told: FollowedRef | undefined, from: string | undefined, resolvedAt: Instant): BranchMove | undefined {
  if (told === undefined || from === undefined || told.commit === from || told.askedAt <= resolvedAt) return undefined;
  return { ref: told.ref, from, to: told.commit };
}

/** Whether the run failed because a branch or commit was not there. */
function lackedBranch({ status }: Pick<Turn, "status">): boolean {
  return status.phase === "Failed" && status.failureReason === "GitRefNotFound" && status.source?.commit === undefined;
}

/** A time in the future was written by a clock that was wrong, or by somebody else: everything is later than that. */
function since(text: string | undefined, now: Instant): Instant {
  const at = fromRfc3339(text);
  return at === undefined || at > now ? Number.NEGATIVE_INFINITY : at;
}
