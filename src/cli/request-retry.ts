import {
  ANNOTATION_RETRY_REQUESTED,
  ANNOTATION_RETRY_RESET_COUNT,
  fromRfc3339,
  type NotebookValidationJob,
  toRfc3339Millis,
} from "../api/index.js";
import { UserError } from "../api/user-error.js";
import { isKubeError, NOTEBOOK_VALIDATION_JOBS } from "../kube/index.js";
import { whyNotRetried } from "../operator/decide/retry-request.js";
import type { ClusterAccess } from "./cluster-access.js";
import { readClusterJob } from "./read-cluster-job.js";

/** How often a job that changes under our hands is read again. */
const MAX_TRIES = 5;

/** What came of asking for a retry. */
export type RetryAsked =
  /** `request` names it; `before` is the job as it was. */
  | { readonly kind: "requested"; readonly request: string; readonly before: NotebookValidationJob }
  /** `why`: for people, without a final full stop. */
  | { readonly kind: "refused"; readonly why: string };

/**
 * Asks for one more attempt of a job that failed or waits for its next one, as `kubectl annotate` would: unless the job is
 * neither, and exactly as it was when that was judged.
 * @param now our clock. A request is never made before the end of the run that it is about, whatever our clock says
 * @throws UserError when there is no such job, or it never stops changing; KubeError when the cluster can't be asked
 */
export async function requestRetry(
  access: Pick<ClusterAccess, "cluster" | "namespace">,
  name: string,
  { resetCount, now }: { readonly resetCount: boolean; readonly now: number },
): Promise<RetryAsked> {
  const { cluster, namespace } = access;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const before = await readClusterJob(access, name);
    const { metadata, status = {} } = before;
    if (metadata.deletionTimestamp !== undefined) return { kind: "refused", why: "the job is being deleted" };
    const why = whyNotRetried(status);
    if (why !== undefined) return { kind: "refused", why };
    const request = toRfc3339Millis(Math.max(now + tries, fromRfc3339(status.completionTime) ?? 0));
    const annotations = {
      [ANNOTATION_RETRY_REQUESTED]: request,
      // One that an earlier request left would reset the count of this one, too.
      [ANNOTATION_RETRY_RESET_COUNT]: resetCount ? "true" : null,
    };
    try {
      const patch = { metadata: { resourceVersion: metadata.resourceVersion, annotations } };
      await cluster.patch(NOTEBOOK_VALIDATION_JOBS, { namespace, name }, patch);
      return { kind: "requested", request, before };
    } catch (error) {
      if (!isKubeError(error, "Conflict")) throw error;
    }
  }
  throw new UserError({ what: `the job ${name} changes all the time`, fix: "try again in a moment" });
}

/** How the operator answered the request; `undefined` = not yet. A no that could not be foreseen is one about our clock. */
export function retryAnswer(
  job: NotebookValidationJob,
  { request, before }: RetryAsked & { kind: "requested" },
): "granted" | "refused" | undefined {
  if (job.status?.lastHandledRetryRequest !== request) return undefined;
  const { lastRetryTime, runCount } = job.status;
  const hasBegun = lastRetryTime !== before.status?.lastRetryTime || runCount !== before.status?.runCount;
  return hasBegun ? "granted" : "refused";
}
