import type { NotebookValidationJob } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import { isKubeError, NOTEBOOK_VALIDATION_JOBS } from "../kube/index.js";
import { subdomainProblem } from "../kube/names.js";
import type { ClusterAccess } from "./cluster-access.js";
import { seenJob } from "./seen-job.js";

/**
 * One job of a cluster.
 * @throws UserError when there is or can be none of that name, KubeError when the cluster can't be asked
 */
export async function readClusterJob(
  { cluster, namespace }: Pick<ClusterAccess, "cluster" | "namespace">,
  name: string,
): Promise<NotebookValidationJob> {
  if (subdomainProblem(name) !== undefined) {
    throw new UserError({
      what: `no NotebookValidationJob can be named ${JSON.stringify(name)}`,
      fix: "give its name alone, without kind or namespace: lower-case letters, digits, hyphens and dots",
    });
  }
  try {
    return seenJob(await cluster.get(NOTEBOOK_VALIDATION_JOBS, { namespace, name }));
  } catch (error) {
    // A kind that is not served has no details; an object that is missing is named.
    if (!isKubeError(error, "NotFound") || !error.message.includes(JSON.stringify(name))) throw error;
    throw new UserError({
      what: `there is no NotebookValidationJob ${name} in namespace ${namespace}`,
      fix: "name another namespace with -n, or list all jobs with -A",
    });
  }
}
