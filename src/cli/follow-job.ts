import type { NotebookValidationJob } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import type { ClusterAccess } from "./cluster-access.js";
import { RunProgress } from "./run-progress.js";
import { watchJob } from "./watch-job.js";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Follows one job to the end of its run, with its progress on stderr.
 * @param isOver when the following ends. @default the end of the run
 * @throws UserError when somebody interrupts it or the job is deleted
 */
export async function followJob(
  { cluster, namespace }: Pick<ClusterAccess, "cluster" | "namespace">,
  name: string,
  isOver?: (job: NotebookValidationJob) => boolean,
): Promise<NotebookValidationJob> {
  const stop = new AbortController();
  const interrupt = () => stop.abort(new UserError({ what: "interrupted; the job goes on" }));
  for (const signal of SIGNALS) process.on(signal, interrupt);
  const progress = new RunProgress(process.stderr);
  try {
    return await watchJob(cluster, { namespace, name }, (job) => progress.show(job), stop.signal, isOver);
  } finally {
    progress.end();
    for (const signal of SIGNALS) process.removeListener(signal, interrupt);
  }
}
