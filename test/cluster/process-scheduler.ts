import type * as core from "kubernetes-types/core/v1.js";
import type { Container, Taint, Toleration } from "kubernetes-types/core/v1.js";
import { parseQuantity, toRfc3339 } from "../../src/api/index.js";
import {
  type Clock,
  type Cluster,
  EVENTS,
  Informer,
  isKubeError,
  keyOf,
  objectOf,
  PERSISTENT_VOLUME_CLAIMS,
  PODS,
  type Pod,
  type Resource,
  type Stored,
} from "../../src/kube/index.js";

export type Node = Stored<core.Node>;
export const NODES: Resource<Node> = { group: "", version: "v1", kind: "Node", plural: "nodes", namespaced: false };
const BINDINGS: Resource<Stored<core.Binding>> = {
  group: "",
  version: "v1",
  kind: "Binding",
  plural: "bindings",
  namespaced: true,
};

export interface ProcessSchedulerOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** The one node there is. */
  readonly node: Node;
  readonly onError: (error: unknown) => void;
}

/** Between two looks at a pod that did not fit, milliseconds: a stand-in for all events that could make it fit. */
const AGAIN_MS = 1_000;

/**
 * As much of kube-scheduler as one node needs: binds pods whose claims exist and whose node selector, tolerations and
 * single requests fit, and says of the others what kube-scheduler says, until they fit. Does not add up requests:
 * processes share the computer anyway.
 */
export class ProcessScheduler {
  private readonly informer: Informer<Pod>;
  private readonly seen = new Set<string>();
  private readonly works = new Set<Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(private readonly options: ProcessSchedulerOptions) {
    const { cluster, clock, onError } = options;
    const fieldSelector = "spec.nodeName=";
    this.informer = new Informer({ cluster, resource: PODS, clock, onError, fieldSelector });
    this.informer.addHandler({ added: (pod) => this.schedule(pod) });
  }

  start(): void {
    this.informer.start();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.informer.stop();
    await Promise.all(this.works);
  }

  private schedule(pod: Pod): void {
    const { uid = "", deletionTimestamp } = pod.metadata;
    if (this.seen.has(uid) || deletionTimestamp !== undefined || pod.spec?.nodeName !== undefined) return;
    this.seen.add(uid);
    const work = this.place(pod)
      .catch((error: unknown) => {
        this.seen.delete(uid);
        const isExpected = this.stopping.signal.aborted || isKubeError(error, "NotFound", "Conflict");
        if (!isExpected) this.options.onError(error);
      })
      .finally(() => this.works.delete(work));
    this.works.add(work);
  }

  /** Binds the pod as soon as it fits, or lets go when it is gone. */
  private async place(pod: Pod): Promise<void> {
    const { cluster, clock } = this.options;
    let said: string | undefined;
    for (;;) {
      const problem = await this.problemOf(pod);
      if (problem === undefined) return await this.bind(pod);
      if (problem !== said) await this.refuse(pod, problem);
      said = problem;
      await clock.sleep(AGAIN_MS, this.stopping.signal);
      // Throws when it is gone.
      await cluster.get(PODS, keyOf(pod));
    }
  }

  private async problemOf(pod: Pod): Promise<string | undefined> {
    const { cluster, node } = this.options;
    for (const { persistentVolumeClaim } of pod.spec?.volumes ?? []) {
      if (persistentVolumeClaim === undefined) continue;
      const name = persistentVolumeClaim.claimName;
      try {
        await cluster.get(PERSISTENT_VOLUME_CLAIMS, { namespace: pod.metadata.namespace ?? "", name });
      } catch (error) {
        if (!isKubeError(error, "NotFound")) throw error;
        return `persistentvolumeclaim "${name}" not found`;
      }
    }
    const problem = misfit(pod, await cluster.get(NODES, { name: node.metadata.name }));
    return problem === undefined ? undefined : `1 ${problem}`;
  }

  private async bind(pod: Pod): Promise<void> {
    const { name, namespace, uid } = pod.metadata;
    const target = { kind: "Node", name: this.options.node.metadata.name };
    const binding = { metadata: { name, namespace, uid }, target };
    await this.options.cluster.create(BINDINGS, objectOf(BINDINGS, binding));
  }

  private async refuse(pod: Pod, problem: string): Promise<void> {
    const { cluster, clock } = this.options;
    const { name, namespace, uid } = pod.metadata;
    const now = toRfc3339(clock.now());
    const message = `0/1 nodes are available: ${problem}. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.`;
    const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message };
    const conditions = [{ ...condition, lastTransitionTime: now }];
    await cluster.patchStatus(PODS, keyOf(pod), { metadata: { uid }, status: { conditions } });
    const event = {
      metadata: { generateName: `${name}.`, namespace },
      involvedObject: { apiVersion: "v1", kind: "Pod", name, namespace, uid },
      type: "Warning",
      reason: "FailedScheduling",
      message,
      eventTime: now.replace(/(?:\.(\d+))?Z$/, (_all, digits: string = "") => `.${digits.padEnd(6, "0")}Z`),
      action: "Scheduling",
      reportingComponent: "default-scheduler",
      reportingInstance: "process-scheduler",
    };
    await cluster.create(EVENTS, objectOf(EVENTS, event));
  }
}

/** Why a node does not take a pod, in kube-scheduler's words; `undefined` when it does. */
export function misfit(pod: Pod, node: Node): string | undefined {
  const { nodeSelector = {}, tolerations = [], initContainers = [], containers = [] } = pod.spec ?? {};
  const labels = node.metadata.labels ?? {};
  if (Object.entries(nodeSelector).some(([key, value]) => labels[key] !== value)) {
    return "node(s) didn't match Pod's node affinity/selector";
  }
  const taint = (node.spec?.taints ?? []).find(
    (each) => !tolerations.some((toleration) => tolerates(toleration, each)),
  );
  if (taint !== undefined) return `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ""}}`;
  for (const container of [...initContainers, ...containers]) {
    const resource = tooMuch(container, node);
    if (resource !== undefined) return `Insufficient ${resource}`;
  }
  return undefined;
}

function tolerates({ key, operator, value, effect }: Toleration, taint: Taint): boolean {
  if (effect !== undefined && effect !== taint.effect) return false;
  if (operator === "Exists") return key === undefined || key === taint.key;
  return key === taint.key && (value ?? "") === (taint.value ?? "");
}

function tooMuch({ resources }: Container, node: Node): string | undefined {
  const offered = node.status?.allocatable ?? {};
  const wanted = Object.entries({ ...resources?.limits, ...resources?.requests });
  return wanted.find(
    ([name, amount]) => parseQuantity(String(amount)) > parseQuantity(String(offered[name] ?? "0")),
  )?.[0];
}
