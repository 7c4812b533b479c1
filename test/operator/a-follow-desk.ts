import { ManualClock } from "../../src/kube/manual-clock.js";
import type { BranchesRequest } from "../../src/operator/branch-reader.js";
import { FollowDesk, type FollowDeskOptions } from "../../src/operator/follow-desk.js";
import type { FollowingJob } from "../../src/operator/following-job.js";

/** Of the repository that jobs follow, unless they say otherwise. */
export const URL = "https://git.example.com/x.git";
export const MINUTE = 60_000;
/** How often a desk asks. */
export const INTERVAL = 5 * MINUTE;

/** A desk with a Git whose branches are where `branches` says. */
export function aFollowDesk(options: Partial<FollowDeskOptions> = {}, clock = new ManualClock()) {
  const branches: Record<string, string> = { main: "a" };
  const asked: { at: number; request: BranchesRequest }[] = [];
  const moved: string[] = [];
  const errors: string[] = [];
  const git = { failure: undefined as Error | undefined };
  const start = clock.now();
  const desk = new FollowDesk({
    clock,
    intervalMs: INTERVAL,
    reader: {
      branches: async (request) => {
        asked.push({ at: clock.now() - start, request });
        if (git.failure !== undefined) throw git.failure;
        return new Map(request.refs.flatMap((ref) => (branches[ref] === undefined ? [] : [[ref, branches[ref]]])));
      },
    },
    readSecret: async (namespace, name) => ({ token: `${namespace}/${name}` }),
    onMove: (uid) => moved.push(uid),
    onError: (error) => errors.push((error as Error).message),
    ...options,
  });
  /** A job whose run is about commit `a`. */
  const job = (uid: string, more: Partial<FollowingJob> = {}): FollowingJob => ({
    uid,
    namespace: "team-a",
    notebook: { url: URL, ref: "main", commit: "a" },
    resolvedAt: clock.now(),
    ...more,
  });
  return { desk, clock, start, branches, asked, moved, errors, git, job };
}
