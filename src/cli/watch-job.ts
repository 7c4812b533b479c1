import type { NotebookValidationJob } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import { type Cluster, Informer, isKubeError, isTransient, NOTEBOOK_VALIDATION_JOBS } from "../kube/index.js";
import type { NotebookValidationJobObject } from "../kube/resources.js";
import { isFinished } from "./job-next-steps.js";
import { seenJob } from "./seen-job.js";

/**
 * Follows one job to the end of its run, through lost connections.
 * @param see told about every change, the present state first
 * @param isOver when the following ends. @default the end of a run of the present spec
 * @throws UserError when the job is deleted, KubeError when it may not be watched; the signal's reason when it aborts
 */
export async function watchJob(
  cluster: Cluster,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  see: (job: NotebookValidationJob) => void,
  signal: AbortSignal,
  isOver: (job: NotebookValidationJob) => boolean = hasEnded,
): Promise<NotebookValidationJob> {
  const stop = new AbortController();
  try {
    return await new Promise((resolve, reject) => {
      const informer = new Informer({
        cluster,
        resource: NOTEBOOK_VALIDATION_JOBS,
        namespaces: [namespace],
        fieldSelector: `metadata.name=${name}`,
        // What time heals is tried again; a permission that lacks is not.
        onError: (error) => {
          if (isKubeError(error) && !isTransient(error) && error.reason !== "Gone") reject(error);
        },
      });
      const take = (object: NotebookValidationJobObject): void => {
        const job = seenJob(object);
        see(job);
        if (isOver(job)) resolve(job);
      };
      informer.addHandler({
        added: take,
        updated: take,
        deleted: () => reject(new UserError({ what: `the job ${name} was deleted` })),
      });
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      stop.signal.addEventListener("abort", () => void informer.stop(), { once: true });
      if (signal.aborted) reject(signal.reason as Error);
      else informer.start();
    });
  } finally {
    stop.abort();
  }
}

/** Whether the run is over, and about the spec as it is now: a change starts another run. */
export function hasEnded(job: NotebookValidationJob): boolean {
  const { metadata, status } = job;
  const { generation } = metadata;
  if (!isFinished(job)) return false;
  return generation === undefined || (status?.observedGeneration ?? generation) >= generation;
}
