import type { Logger } from "pino";
import { API_VERSION, KIND, LABEL_JOB, OPERATOR_NAME } from "../api/index.js";
import type { Cluster } from "../kube/cluster.js";
import { isKubeError, isTransient } from "../kube/kube-error.js";
import { CONFIG_MAPS, type ConfigMap, NOTEBOOK_VALIDATION_JOBS, objectOf } from "../kube/resources.js";
import { compactReport, labelValue } from "../validation/index.js";
import type { Effect } from "./decide/decision.js";
import type { StoredJob } from "./decide/job.js";
import { statusOf } from "./decide/read-status.js";

/** Which report, and where to. */
export type ReportWanted = Extract<Effect, { readonly kind: "write-report" }>;

/** Writes jobs' final reports to the ConfigMaps that they name. */
export class ReportConfigMaps {
  readonly #cluster: Pick<Cluster, "get" | "create" | "replace">;
  readonly #logger: Logger;
  /** By UID of the job: which report was written last, or refused for good. */
  readonly #settled = new Map<string, string>();

  constructor(cluster: Pick<Cluster, "get" | "create" | "replace">, logger: Logger) {
    this.#cluster = cluster;
    this.#logger = logger;
  }

  /**
   * Makes sure that the report is there. Costs nothing when this operator wrote it before.
   * @returns why it can't be written, one sentence, told once; `undefined` when there is nothing to tell
   * @throws KubeError when it may work later
   */
  async write({ metadata }: StoredJob, wanted: ReportWanted): Promise<string | undefined> {
    const { namespace = "", name, uid = "" } = metadata;
    const { configMap, completionTime } = wanted;
    const mark = `${configMap}/${completionTime}`;
    if (this.#settled.get(uid) === mark) return undefined;
    let problem: string | undefined;
    try {
      // Of finished jobs, caches keep less than the whole status.
      const job = await this.#cluster.get(NOTEBOOK_VALIDATION_JOBS, { namespace, name });
      const status = statusOf(job.status);
      // Another job, or another run of it, by now: it will be looked at again.
      if (job.metadata.uid !== uid || status.completionTime !== completionTime) return undefined;
      const data = compactReport({ job: { namespace, name }, notebook: wanted.notebook, status });
      problem = await this.#put(job, draftOf(job, configMap, data));
    } catch (error) {
      if (!isKubeError(error) || isTransient(error) || isKubeError(error, "Conflict", "Unauthorized")) throw error;
      // Otherwise the job is gone, or its whole namespace.
      if (!isKubeError(error, "NotFound")) {
        problem = `The report could not be written to ConfigMap ${configMap}: ${error.message}`;
      }
    }
    this.#settled.set(uid, mark);
    if (problem !== undefined) this.#logger.warn({ job: `${namespace}/${name}` }, problem);
    return problem;
  }

  /** The job is gone. */
  forget(jobUid: string): void {
    this.#settled.delete(jobUid);
  }

  async #put(job: StoredJob, draft: ConfigMap): Promise<string | undefined> {
    const { name, namespace = "" } = draft.metadata;
    try {
      await this.#cluster.create(CONFIG_MAPS, draft);
      return undefined;
    } catch (error) {
      if (!isKubeError(error, "AlreadyExists")) throw error;
    }
    const found = await this.#cluster.get(CONFIG_MAPS, { namespace, name });
    if (!isReportOf(found, job)) {
      return `ConfigMap ${name} is not this job's report and was left as it is: name another one in spec.artifacts.configMap`;
    }
    const { resourceVersion } = found.metadata;
    await this.#cluster.replace(CONFIG_MAPS, {
      ...draft,
      metadata: { ...draft.metadata, ...(resourceVersion !== undefined && { resourceVersion }) },
    });
    return undefined;
  }
}

/** Whether the job controls it: this one, or one of its name that was deleted, whose report goes soon. */
function isReportOf({ metadata }: ConfigMap, job: StoredJob): boolean {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return owner?.apiVersion === API_VERSION && owner.kind === KIND && owner.name === job.metadata.name;
}

function draftOf({ metadata }: StoredJob, name: string, data: Readonly<Record<string, string>>): ConfigMap {
  const { name: job, namespace = "", uid = "" } = metadata;
  const draft: Omit<ConfigMap, "apiVersion" | "kind"> = {
    metadata: {
      name,
      namespace,
      labels: { [LABEL_JOB]: labelValue(job), "app.kubernetes.io/managed-by": OPERATOR_NAME },
      ownerReferences: [{ apiVersion: API_VERSION, kind: KIND, name: job, uid, controller: true }],
    },
    data: { ...data },
  };
  return objectOf(CONFIG_MAPS, draft);
}
