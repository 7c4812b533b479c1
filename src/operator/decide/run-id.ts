import { createHash } from "node:crypto";

/** What tells one run of a job from every other one. */
export interface RunIdentity {
  readonly jobUid: string;
  readonly specHash: string;
  readonly commit: string;
  /** `status.runCount`: 1 for the job's first run. */
  readonly runCount: number;
}

/** Names a run: 12 characters, lower-case hex. The same run always has the same id, in every operator process. */
export function runIdOf({ jobUid, specHash, commit, runCount }: RunIdentity): string {
  return createHash("sha256").update([jobUid, specHash, commit, runCount].join("|")).digest("hex").slice(0, 12);
}
