import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { LABEL_JOB, toRfc3339 } from "../../src/api/index.js";
import { type Cluster, Informer, type KubernetesObject, PODS, type Pod } from "../../src/kube/index.js";
import { NOTEBOOK_CONTAINER, SOURCE_CONTAINER } from "../../src/validation/index.js";
import { handOver } from "./handover.js";
import { passingLog } from "./runner-log.js";

const NODE = "bench-node";
/** How long a notebook runs. */
export const RUN_MS = 500;

interface ContainerLog {
  readonly lines: string[];
  hasEnded: boolean;
  readonly readers: Set<ServerResponse>;
}

/**
 * A node that runs no containers: it binds every validation pod, says that its init container has done its work, lets
 * the notebook "run" for half a second, and serves the log that its runner would have written, signed with a key that
 * was handed over as the real init container does. Two status writes per pod; a real kubelet makes three or four.
 */
export class SimulatedNode {
  readonly #cluster: Cluster;
  readonly #server: Server;
  readonly #pods: Informer<Pod>;
  readonly #logs = new Map<string, ContainerLog>();
  readonly #seen = new Set<string>();
  /** Pods that have ended. */
  finished = 0;

  private constructor(cluster: Cluster, server: Server) {
    this.#cluster = cluster;
    this.#server = server;
    this.#pods = new Informer({ cluster, resource: PODS, labelSelector: LABEL_JOB });
  }

  /** @param pki directory with the API server's own certificate, which the log endpoint shows too */
  static async start(cluster: Cluster, pki: string): Promise<SimulatedNode> {
    const [cert, key] = await Promise.all(["apiserver.crt", "apiserver.key"].map((name) => readFile(join(pki, name))));
    const server = createServer({ cert, key });
    const node = new SimulatedNode(cluster, server);
    server.on("request", (request: IncomingMessage, response: ServerResponse) => node.#serveLog(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await cluster.create(
      { group: "", version: "v1", kind: "Node", plural: "nodes", namespaced: false },
      nodeObject((server.address() as AddressInfo).port),
    );
    node.#pods.addHandler({ added: (pod) => node.#take(pod) });
    node.#pods.start();
    await node.#pods.whenSynced();
    return node;
  }

  async stop(): Promise<void> {
    await this.#pods.stop();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Forgets the logs of pods that ended. */
  forget(): void {
    for (const [name, log] of this.#logs) if (log.hasEnded) this.#logs.delete(name);
  }

  #take(pod: Pod): void {
    const { uid = "" } = pod.metadata;
    const isDone = pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
    if (isDone || pod.spec?.nodeName !== undefined || this.#seen.has(uid)) return;
    this.#seen.add(uid);
    this.#run(pod).catch((error: unknown) => {
      process.stderr.write(`the simulated node could not run ${pod.metadata.name}: ${String(error)}\n`);
    });
  }

  async #run(pod: Pod): Promise<void> {
    const { namespace = "", name } = pod.metadata;
    const binding = { group: "", version: "v1", kind: "Binding", plural: `pods/${name}/binding`, namespaced: true };
    await this.#cluster.create(binding, {
      ...{ apiVersion: "v1", kind: "Binding", metadata: { name, namespace }, target: { kind: "Node", name: NODE } },
    });
    const { key, message } = handOver(pod);
    const lines = passingLog(key);
    const log: ContainerLog = { lines: [], hasEnded: false, readers: new Set() };
    this.#logs.set(`${namespace}/${name}`, log);
    const startedAt = now();
    const initialized = this.#state(SOURCE_CONTAINER, {
      terminated: {
        exitCode: 0,
        reason: "Completed",
        startedAt,
        finishedAt: startedAt,
        ...(message !== undefined && { message }),
      },
    });
    write(log, lines.slice(0, -1));
    await this.#report(pod, {
      phase: "Running",
      ...{ hostIP: "127.0.0.1", podIP: "10.0.0.1", startTime: startedAt, qosClass: "Burstable" },
      conditions: ["PodScheduled", "Initialized"].map((type) => ({
        type,
        status: "True",
        lastTransitionTime: startedAt,
      })),
      initContainerStatuses: [initialized],
      containerStatuses: [this.#state(NOTEBOOK_CONTAINER, { running: { startedAt } })],
    });
    await new Promise((resolve) => setTimeout(resolve, RUN_MS));
    const verdict = lines.at(-1) ?? "";
    write(log, [verdict]);
    log.hasEnded = true;
    for (const reader of log.readers) reader.end();
    const terminated = { exitCode: 0, reason: "Completed", startedAt, finishedAt: now(), message: verdict };
    await this.#report(pod, {
      phase: "Succeeded",
      containerStatuses: [this.#state(NOTEBOOK_CONTAINER, { terminated })],
    });
    this.finished += 1;
  }

  #state(name: string, state: object): object {
    const identity = { image: "bench", imageID: "bench@sha256:0", containerID: "bench://0" };
    return { name, ...identity, ready: false, restartCount: 0, started: false, state };
  }

  async #report({ metadata: { namespace = "", name } }: Pod, status: object): Promise<void> {
    await this.#cluster.patchStatus(PODS, { namespace, name }, { status });
  }

  /** `GET /containerLogs/NAMESPACE/POD/CONTAINER[?follow=true]`, as the API server asks a kubelet. */
  #serveLog(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", "https://node");
    const [, endpoint, namespace, name] = url.pathname.split("/");
    const log = endpoint === "containerLogs" ? this.#logs.get(`${namespace}/${name}`) : undefined;
    if (log === undefined) {
      response.writeHead(404).end("no such container");
      return;
    }
    response.writeHead(200, { "content-type": "text/plain" });
    for (const line of log.lines) response.write(line);
    if (log.hasEnded || url.searchParams.get("follow") !== "true") {
      response.end();
      return;
    }
    response.flushHeaders();
    log.readers.add(response);
    response.once("close", () => log.readers.delete(response));
  }
}

function write(log: ContainerLog, lines: readonly string[]): void {
  log.lines.push(...lines);
  for (const reader of log.readers) for (const line of lines) reader.write(line);
}

function nodeObject(port: number): KubernetesObject {
  const enough = { cpu: "1000", memory: "4000Gi", pods: "100000" };
  return {
    ...{ apiVersion: "v1", kind: "Node", metadata: { name: NODE } },
    status: {
      ...{ capacity: enough, allocatable: enough },
      addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
      daemonEndpoints: { kubeletEndpoint: { Port: port } },
      conditions: [{ type: "Ready", status: "True", reason: "Simulated", lastHeartbeatTime: now() }],
    },
  } as KubernetesObject;
}

function now(): string {
  return toRfc3339(Date.now());
}
