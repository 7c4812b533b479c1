import { type NotebookValidationJob, parseDuration } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import type { ClusterAccess } from "./cluster-access.js";
import { RunProgress } from "./run-progress.js";
import { unfinishedJob } from "./unfinished-job.js";
import { watchJob } from "./watch-job.js";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** When a job is followed no longer. */
export interface FollowLimits {
  /** @default the end of the run */
  readonly isOver?: (job: NotebookValidationJob) => boolean;
  /** So long at most, as somebody typed it; from a job that was seen before. @default for ever */
  readonly atMost?: { readonly timeout: string; readonly seen: NotebookValidationJob };
}

/** Longest delay that a timer knows, milliseconds: a longer one would be over at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Follows one job to the end of its run, with its progress on stderr.
 * @throws UserError when somebody interrupts it, the job is deleted or its time is over
 */
export async function followJob(
  { cluster, namespace }: Pick<ClusterAccess, "cluster" | "namespace">,
  name: string,
  { isOver, atMost }: FollowLimits = {},
): Promise<NotebookValidationJob> {
  const stop = new AbortController();
  const interrupt = () => stop.abort(new UserError({ what: "interrupted; the job goes on" }));
  for (const signal of SIGNALS) process.on(signal, interrupt);
  const progress = new RunProgress(process.stderr);
  let last = atMost?.seen;
  const see = (job: NotebookValidationJob): void => {
    last = job;
    progress.show(job);
  };
  const timer =
    atMost &&
    setTimeout(
      () => stop.abort(unfinishedJob(atMost.timeout, last ?? atMost.seen)),
      Math.min(parseDuration(atMost.timeout), MAX_TIMER_MS),
    );
  try {
    return await watchJob(cluster, { namespace, name }, see, stop.signal, isOver);
  } finally {
    clearTimeout(timer);
    progress.end();
    for (const signal of SIGNALS) process.removeListener(signal, interrupt);
  }
}
