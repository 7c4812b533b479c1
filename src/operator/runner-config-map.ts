import { createHash } from "node:crypto";
import { API_VERSION, KIND, LABEL_JOB, OPERATOR_NAME } from "../api/index.js";
import type { Cluster } from "../kube/cluster.js";
import { isKubeError } from "../kube/kube-error.js";
import { CONFIG_MAPS, objectOf } from "../kube/resources.js";
import { labelValue, type RunnerArchive } from "../validation/index.js";
import type { StoredJob } from "./decide/job.js";
import { NameTaken } from "./refusal.js";
import { type RunnerFiles, readRunner } from "./runner-archive.js";

const FILE = "runner.tar.gz";

/**
 * Brings the runner to pods that don't use the operator's image: one ConfigMap per job that needs it and per version of the
 * runner. It goes with its job.
 */
export class RunnerConfigMaps {
  readonly #cluster: Pick<Cluster, "get" | "create">;
  readonly #read: () => Promise<RunnerFiles>;
  #files: Promise<RunnerFiles> | undefined;

  /** @param read @default the runner beside this program */
  constructor(cluster: Pick<Cluster, "get" | "create">, read: () => Promise<RunnerFiles> = readRunner) {
    this.#cluster = cluster;
    this.#read = read;
  }

  /** Makes the job's ConfigMap, unless it is there. @throws KubeError; NameTaken when somebody else's is there */
  async bring({ metadata }: StoredJob): Promise<RunnerArchive> {
    this.#files ??= this.#read();
    const { data, sha256 } = await this.#files;
    const { name: job, namespace = "", uid = "" } = metadata;
    const configMap = configMapName(job, uid, sha256);
    const draft = {
      metadata: {
        name: configMap,
        namespace,
        labels: { [LABEL_JOB]: labelValue(job), "app.kubernetes.io/managed-by": OPERATOR_NAME },
        ownerReferences: [{ apiVersion: API_VERSION, kind: KIND, name: job, uid, controller: true }],
      },
      immutable: true,
      binaryData: { [FILE]: data.toString("base64") },
    };
    try {
      await this.#cluster.create(CONFIG_MAPS, objectOf(CONFIG_MAPS, draft));
    } catch (error) {
      if (!isKubeError(error, "AlreadyExists")) throw error;
      const found = await this.#cluster.get(CONFIG_MAPS, { namespace, name: configMap });
      const owner = found.metadata.ownerReferences?.find(({ controller }) => controller === true);
      if (owner?.uid !== uid) throw new NameTaken(CONFIG_MAPS.kind, configMap);
    }
    return { configMap, file: FILE, sha256 };
  }
}

/** A name of its own for each object called `job` and each archive. */
function configMapName(job: string, uid: string, sha256: string): string {
  const hash = createHash("sha256").update(`${uid}|${sha256}`).digest("hex").slice(0, 10);
  return `${job.slice(0, 200).replace(/[^a-z0-9]+$/, "")}-runner-${hash}`;
}
