import { crd } from "../../src/api/index.js";
import { LiveCluster, loadKubeConfig } from "../../src/kube/live/index.js";
import { CUSTOM_RESOURCE_DEFINITIONS, NAMESPACES, NOTEBOOK_VALIDATION_JOBS } from "../../src/kube/resources.js";
import { type ControlPlane, startControlPlane } from "../cluster/control-plane.js";
import { untilServed } from "../contract/until-served.js";
import { clusterJob } from "./cluster-jobs.js";

/** Jobs as a real API server keeps them, without an operator. */
export class ServedJobs {
  private constructor(
    readonly control: ControlPlane,
    readonly cluster: LiveCluster,
  ) {}

  /** An API server that has not heard of NotebookValidationJobs. */
  static async start(): Promise<ServedJobs> {
    const control = await startControlPlane();
    return new ServedJobs(control, new LiveCluster(loadKubeConfig({ path: control.kubeconfig })));
  }

  /** Has the API server know NotebookValidationJobs, and these namespaces. */
  async define(...namespaces: string[]): Promise<void> {
    await this.cluster.apply(CUSTOM_RESOURCE_DEFINITIONS, crd());
    await untilServed(this.cluster, NOTEBOOK_VALIDATION_JOBS);
    for (const name of namespaces) {
      await this.cluster.create(NAMESPACES, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    }
  }

  async submit(name: string, status: object, namespace = "team-a"): Promise<void> {
    const { metadata: _, status: __, ...job } = clusterJob(name);
    const key = { namespace, name };
    await this.cluster.create(NOTEBOOK_VALIDATION_JOBS, { ...job, metadata: key });
    await this.cluster.patchStatus(NOTEBOOK_VALIDATION_JOBS, key, { status });
  }

  async stop(): Promise<void> {
    await this.cluster.close();
    await this.control.stop();
  }
}
