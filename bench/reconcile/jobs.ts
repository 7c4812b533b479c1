import { type Cluster, type KubernetesObject, NOTEBOOK_VALIDATION_JOBS } from "../../src/kube/index.js";
import { NAMESPACES } from "./bench-cluster.js";

/** The job that the benchmark creates many times. All name the same repository, so that the operator asks it seldom. */
export function benchJob(name: string, index: number, repository: string): KubernetesObject & { spec: object } {
  const namespace = NAMESPACES[index % NAMESPACES.length] ?? NAMESPACES[0];
  return {
    apiVersion: "mlops.mlops.dev/v1alpha1",
    kind: "NotebookValidationJob",
    metadata: { name, namespace },
    spec: {
      notebook: { git: { url: repository, ref: "main" }, path: "notebooks/report.ipynb" },
      podConfig: { containerImage: "registry.example.com/notebooks/minimal:1.0" },
    },
  };
}

/** Calls `make` for 0 to `count` - 1, at most `width` at a time. */
export async function inParallel(
  count: number,
  width: number,
  make: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) await make(next++);
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, work));
}

/** Creates `count` jobs as fast as the API server takes them. */
export async function createJobs(cluster: Cluster, prefix: string, count: number, repository: string): Promise<void> {
  await inParallel(count, 64, (index) =>
    cluster.create(NOTEBOOK_VALIDATION_JOBS, benchJob(`${prefix}-${index}`, index, repository)),
  );
}
