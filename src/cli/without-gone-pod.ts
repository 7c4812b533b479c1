import type { NotebookValidationJob } from "../api/index.js";
import { isKubeError, PODS } from "../kube/index.js";
import type { ClusterAccess } from "./cluster-access.js";

/**
 * The job without the name of its last pod where that is gone: nobody is sent to a log that is not there. Who may not look
 * at pods is told what the status says.
 */
export async function withoutGonePod(
  { cluster }: { readonly cluster: Pick<ClusterAccess["cluster"], "get"> },
  job: NotebookValidationJob,
): Promise<NotebookValidationJob> {
  const { validationPodName: name, ...status } = job.status ?? {};
  if (name === undefined) return job;
  try {
    await cluster.get(PODS, { namespace: job.metadata.namespace ?? "", name });
    return job;
  } catch (error) {
    if (!isKubeError(error)) throw error;
    return isKubeError(error, "NotFound") ? { ...job, status } : job;
  }
}
