import { ANNOTATION_SOURCE_CHANGED, fromRfc3339, type GitSource, type Instant } from "../api/index.js";
import { followedBranches } from "./decide/follow.js";
import type { StoredJob } from "./decide/job.js";
import type { Settings } from "./decide/observation.js";
import { readTurn } from "./decide/read-turn.js";

/** A branch that a job follows. */
export interface FollowedPlace {
  readonly url: string;
  readonly ref: string;
  /** Name of a Secret in the job's namespace. */
  readonly credentialsSecret?: string | undefined;
  /** Commit that the job's run is about, as far as it is known. */
  readonly commit?: string | undefined;
}

/** What the desk has to know of a job. */
export interface FollowingJob {
  readonly uid: string;
  readonly namespace: string;
  readonly notebook?: FollowedPlace | undefined;
  /** Of a golden notebook with a repository of its own. */
  readonly golden?: FollowedPlace | undefined;
  /** When the run's commits were looked up. */
  readonly resolvedAt?: Instant | undefined;
  /** Value of the annotation {@link ANNOTATION_SOURCE_CHANGED}: another one = ask now. */
  readonly mark?: string | undefined;
}

/** What the desk has to know of a job; without a branch where the job follows none. */
export function followingJob(job: StoredJob, settings: Settings): FollowingJob {
  const { uid = "", namespace = "", annotations } = job.metadata;
  // Judging a status is dear, and most jobs follow nothing.
  if (!mayFollow(job.spec) || job.metadata.deletionTimestamp !== undefined) return { uid, namespace };
  const { reading, status } = readTurn(job, { pods: [], source: { kind: "unasked" }, hasRoom: false, settings }, 0);
  if (!reading.ok) return { uid, namespace };
  const { notebook, golden } = followedBranches(reading.spec, status.phase);
  const { commit, goldenCommit, resolvedAt } = status.source ?? {};
  return {
    uid,
    namespace,
    ...(notebook && { notebook: placeOf(notebook, commit) }),
    ...(golden && { golden: placeOf(golden, goldenCommit) }),
    resolvedAt: fromRfc3339(resolvedAt),
    mark: annotations?.[ANNOTATION_SOURCE_CHANGED],
  };
}

function placeOf({ url, ref, credentialsSecret }: GitSource, commit: string | undefined): FollowedPlace {
  return { url, ref, credentialsSecret, commit };
}

function mayFollow(spec: unknown): boolean {
  type Place = { readonly git?: { readonly follow?: unknown } | null } | null;
  const { notebook, goldenNotebook } = (spec ?? {}) as { notebook?: Place; goldenNotebook?: Place };
  return notebook?.git?.follow === true || goldenNotebook?.git?.follow === true;
}

/** All branches that a job follows. */
export function placesOf({ notebook, golden }: FollowingJob): FollowedPlace[] {
  return [notebook ?? [], golden ?? []].flat();
}
