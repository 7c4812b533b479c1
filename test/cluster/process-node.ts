import { readFileSync } from "node:fs";
import { cpus, hostname } from "node:os";
import type { Logger } from "pino";
import { toRfc3339 } from "../../src/api/index.js";
import { type Cluster, KubeError, objectOf, PODS, systemClock } from "../../src/kube/index.js";
import { type ExecutorOptions, ProcessExecutor } from "../../src/local/index.js";
import { type LogRequest, type NodeLogServer, startNodeLogServer } from "./node-log-server.js";
import type { Pki } from "./pki.js";
import { NODES, type Node, ProcessScheduler } from "./process-scheduler.js";

export interface ProcessNodeOptions
  extends Pick<ExecutorOptions, "stateDirectory" | "programs" | "environment" | "user" | "pull"> {
  /** The API server, asked as an administrator. */
  readonly cluster: Cluster;
  /** Of the control plane, which must run with `KUBELET_CLIENT_ARGUMENTS`. */
  readonly pki: Pki;
  readonly logger: Logger;
}

const NAME = "process-node";
const LABELS = { "kubernetes.io/hostname": NAME, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64" };

/**
 * A node of a real API server whose containers are processes of this computer: the executor of `nbv run`, and around it
 * what a kubelet and a scheduler do on a real cluster. Needs no root, no images and no containers.
 */
export class ProcessNode {
  private readonly stopping = new AbortController();
  private readonly lostLogs = new Set<string>();
  private readonly executor: ProcessExecutor;
  private running: Promise<void> | undefined;
  private scheduler: ProcessScheduler | undefined;
  private logServer: NodeLogServer | undefined;

  constructor(private readonly options: ProcessNodeOptions) {
    const { pki: _pki, ...executor } = options;
    this.executor = new ProcessExecutor({ ...executor, clock: systemClock, nodeName: NAME });
  }

  /** Registers the node and runs what is bound to it. */
  async start(): Promise<void> {
    const { cluster, pki, logger } = this.options;
    this.logServer = await startNodeLogServer(pki, (request) => this.logs(request));
    const node = await register(cluster, this.logServer.port);
    const onError = (error: unknown) => logger.warn({ err: error }, "the scheduler of the process node has trouble");
    this.scheduler = new ProcessScheduler({ cluster, clock: systemClock, node, onError });
    this.scheduler.start();
    this.running = this.executor.run(this.stopping.signal);
  }

  /** From now on no log of a pod of this namespace can be read. */
  loseLogs(namespace: string): void {
    this.lostLogs.add(namespace);
  }

  /** Ends all processes and removes what they left. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.scheduler?.stop();
    await this.running;
    await this.logServer?.close();
  }

  private async *logs({ namespace, pod: name, options }: LogRequest): AsyncGenerator<Uint8Array> {
    const pod = await this.options.cluster.get(PODS, { namespace, name });
    if (this.lostLogs.has(namespace)) {
      // As a kubelet says it of a container whose log file was rotated away or lost with its disk.
      throw new KubeError({ reason: "NotFound", message: `failed to try resolving symlinks in path: no such file` });
    }
    yield* this.executor.logs(pod, options);
  }
}

async function register(cluster: Cluster, port: number): Promise<Node> {
  const made = await cluster.create(NODES, objectOf(NODES, { metadata: { name: NAME, labels: LABELS } }));
  const now = toRfc3339(systemClock.now());
  const resources = { cpu: String(cpus().length), memory: memory(), "ephemeral-storage": "20Gi", pods: "250" };
  const status = {
    capacity: resources,
    allocatable: resources,
    addresses: [
      { type: "InternalIP", address: "127.0.0.1" },
      { type: "Hostname", address: "127.0.0.1" },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
    conditions: [
      {
        type: "Ready",
        status: "True",
        reason: "KubeletReady",
        message: "kubelet is posting ready status",
        lastHeartbeatTime: now,
        lastTransitionTime: now,
      },
    ],
    nodeInfo: {
      ...{ machineID: "", systemUUID: "", bootID: "", kernelVersion: "", osImage: hostname() },
      ...{ containerRuntimeVersion: "process://1", kubeletVersion: "v0.0.0", kubeProxyVersion: "" },
      ...{ operatingSystem: "linux", architecture: "amd64" },
    },
  };
  await cluster.patchStatus(NODES, { name: made.metadata.name }, { status });
  // The API server taints new nodes until they are ready.
  return await cluster.patch(NODES, { name: made.metadata.name }, { spec: { taints: null } });
}

/** Memory of this computer, as a quantity. */
function memory(): string {
  const total = /^MemTotal:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return `${total ?? 4_000_000}Ki`;
}
