import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { LEASE_NAME } from "../../../src/api/index.js";
import { type Cluster, isKubeError, LEASES, listAll, PODS, type Pod } from "../../../src/kube/index.js";
import { eventually } from "./eventually.js";
import type { NodeContainers } from "./node-containers.js";
import { mustSucceed } from "./run-command.js";
import type { OperatorReplicas, World } from "./world.js";

const DEPLOYMENT = "deployment/notebook-validator-operator";
const SELECTOR = "app.kubernetes.io/name=notebook-validator-operator";
const CONTAINER = "operator";
/** A Lease whose holder was killed runs out after 15 s; on top of that a container's start. */
const READY_MS = 90_000;

export interface DeployedOperatorsOptions {
  readonly cluster: Cluster;
  readonly kubectl: World["kubectl"];
  readonly containers: NodeContainers;
  readonly systemNamespace: string;
  /** The kubelet's directory of container logs. */
  readonly podLogs: string;
}

/** The operator's replicas as pods of its Deployment. */
export class DeployedOperators implements OperatorReplicas {
  /** Identities that were killed: what they left in the Lease is no leader. */
  private readonly dead = new Set<string>();
  /** Logs by file, the longest seen of each: the kubelet removes those of pods that are gone. */
  private readonly seenLogs = new Map<string, string>();

  constructor(private readonly options: DeployedOperatorsOptions) {}

  /** Changes the operator's configuration and replaces its replicas. */
  async configure(change: () => Promise<void>): Promise<void> {
    await change();
    await this.collectLogs();
    const { kubectl, systemNamespace } = this.options;
    await mustSucceed(kubectl(["rollout", "restart", DEPLOYMENT, "-n", systemNamespace]));
    await mustSucceed(kubectl(["rollout", "status", DEPLOYMENT, "-n", systemNamespace, "--timeout=120s"]));
  }

  async scale(count: number): Promise<void> {
    const { kubectl, systemNamespace } = this.options;
    await this.collectLogs();
    await mustSucceed(kubectl(["scale", DEPLOYMENT, "-n", systemNamespace, `--replicas=${count}`]));
    let pods: Pod[] = [];
    await eventually(
      `${count} ready replicas`,
      READY_MS,
      async () => {
        pods = await this.pods();
        return pods.length === count && pods.every(isReady) ? true : undefined;
      },
      () => pods.map(({ metadata, status }) => ({ metadata: metadata.name, status })),
    );
    if (count > 0) await eventually("a leader", READY_MS, () => this.leader());
  }

  async killLeader(signal: "SIGKILL" | "SIGTERM"): Promise<string> {
    await this.collectLogs();
    // What the Lease and the pod say is a moment old: their process may have ended by itself.
    const identity = await eventually("a leader that can be killed", READY_MS, async () => {
      const leading = await this.leadingPod();
      if (leading !== undefined) await this.options.containers.kill(leading.pod, CONTAINER, signal);
      return leading?.identity;
    });
    this.dead.add(identity);
    return identity;
  }

  async leader(): Promise<string | undefined> {
    return (await this.leadingPod())?.identity;
  }

  /** The pod of the replica that holds the Lease. */
  async leadingPod(): Promise<{ identity: string; pod: Pod } | undefined> {
    const identity = await this.holder();
    if (identity === undefined || this.dead.has(identity)) return undefined;
    const pod = (await this.pods()).find(({ metadata }) => identity.startsWith(`${metadata.name}_`));
    return pod === undefined ? undefined : { identity, pod };
  }

  async logs(): Promise<string> {
    await this.collectLogs();
    return [...this.seenLogs.values()].join("");
  }

  async pods(): Promise<Pod[]> {
    const { cluster, systemNamespace } = this.options;
    return (await listAll(cluster, PODS, { namespace: systemNamespace, labelSelector: SELECTOR })).items;
  }

  private async holder(): Promise<string | undefined> {
    try {
      const lease = await this.options.cluster.get(LEASES, {
        namespace: this.options.systemNamespace,
        name: LEASE_NAME,
      });
      return lease.spec?.holderIdentity || undefined;
    } catch (error) {
      if (isKubeError(error, "NotFound")) return undefined;
      throw error;
    }
  }

  private async collectLogs(): Promise<void> {
    const { podLogs, systemNamespace } = this.options;
    for (const pod of await readdir(podLogs)) {
      if (!pod.startsWith(`${systemNamespace}_`)) continue;
      const directory = join(podLogs, pod, CONTAINER);
      for (const file of await readdir(directory).catch(() => [])) {
        const path = join(directory, file);
        const text = await readFile(path, "utf8").catch(() => "");
        if (text.length > (this.seenLogs.get(path)?.length ?? 0))
          this.seenLogs.set(path, text.replaceAll(CRI_PREFIX, ""));
      }
    }
  }
}

/** `2026-11-21T13:50:56.123456789Z stdout F ` */
const CRI_PREFIX = /^\S+ std(?:out|err) [FP] /gm;

function isReady({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  return metadata.deletionTimestamp === undefined && ready?.status === "True";
}
