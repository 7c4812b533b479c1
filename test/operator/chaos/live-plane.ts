import { crd } from "../../../src/api/index.js";
import { systemClock } from "../../../src/kube/clock.js";
import { LiveCluster, loadKubeConfig } from "../../../src/kube/live/index.js";
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  type CustomResourceDefinitionObject,
  NAMESPACES,
  NOTEBOOK_VALIDATION_JOBS,
  objectOf,
  PODS,
} from "../../../src/kube/resources.js";
import { type ControlPlane, startControlPlane } from "../../cluster/control-plane.js";
import { KUBELET_CLIENT_ARGUMENTS } from "../../cluster/node-log-server.js";
import { NODES, ProcessScheduler } from "../../cluster/process-scheduler.js";
import { startLogNode } from "../../contract/log-node.js";
import { untilServed } from "../../contract/until-served.js";
import { FakeKubelet } from "../kit/fake-kubelet.js";
import { PIPELINE_RUNS, TASK_RUNS, tektonCrds } from "../kit/fake-tekton.js";
import { LiveGround } from "./live-ground.js";

/** A real API server that many worlds share, each in a namespace of its own, with one node that does as it is told. */
export class LivePlane {
  readonly cluster: LiveCluster;
  readonly kubelet: FakeKubelet;
  /** What the scheduler could not do. */
  readonly errors: unknown[] = [];
  readonly #control: ControlPlane;
  #node: Awaited<ReturnType<typeof startLogNode>> | undefined;
  #scheduler: ProcessScheduler | undefined;
  #grounds = 0;

  private constructor(control: ControlPlane) {
    this.#control = control;
    this.cluster = new LiveCluster(loadKubeConfig({ path: control.kubeconfig }));
    this.kubelet = new FakeKubelet(this.cluster, systemClock);
  }

  static async start(): Promise<LivePlane> {
    // Its own cache of history would outlive that of etcd, which a test can make forget.
    const apiServerArguments = [...KUBELET_CLIENT_ARGUMENTS, "--watch-cache=false"];
    const plane = new LivePlane(await startControlPlane({ apiServerArguments }));
    try {
      await plane.#furnish();
    } catch (error) {
      await plane.stop();
      throw error;
    }
    return plane;
  }

  async stop(): Promise<void> {
    await this.#scheduler?.stop();
    await this.#node?.close();
    await this.cluster.close();
    await this.#control.stop();
  }

  /** A namespace for one more world. */
  async ground(): Promise<LiveGround> {
    this.#grounds += 1;
    const name = `team-${this.#grounds}`;
    await this.cluster.create(NAMESPACES, objectOf(NAMESPACES, { metadata: { name } }));
    return new LiveGround(this, name);
  }

  /** After something was written, so that nobody is up to date. */
  async compact(): Promise<void> {
    for (const touched of ["yes", null])
      await this.cluster.patch(NAMESPACES, { name: "default" }, { metadata: { annotations: { touched } } });
    await this.#control.compact();
  }

  async #furnish(): Promise<void> {
    const { cluster, kubelet } = this;
    for (const definition of [crd(), ...tektonCrds()])
      await cluster.create(CUSTOM_RESOURCE_DEFINITIONS, definition as CustomResourceDefinitionObject);
    for (const resource of [NOTEBOOK_VALIDATION_JOBS, PIPELINE_RUNS, TASK_RUNS]) await untilServed(cluster, resource);
    this.#node = await startLogNode(cluster, this.#control.pki, async function* ({ namespace, pod: name, options }) {
      yield* kubelet.logs(await cluster.get(PODS, { namespace, name }), options);
    });
    this.#scheduler = new ProcessScheduler({
      cluster,
      clock: systemClock,
      node: await cluster.get(NODES, { name: this.#node.name }),
      onError: (error) => void this.errors.push(error),
    });
    this.#scheduler.start();
  }
}
