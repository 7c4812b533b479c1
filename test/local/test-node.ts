// An embedded cluster with one node, made anew for every test of the file that imports this.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "@jest/globals";
import type { Container, PodSpec } from "kubernetes-types/core/v1.js";
import { pino } from "pino";
import { type KubernetesObject, objectOf, PODS, type Pod, type Resource, systemClock } from "../../src/kube/index.js";
import { MemoryCluster } from "../../src/kube/memory/index.js";
import type { MemoryLimitKind } from "../../src/local/container-process.js";
import type { ExecutorOptions } from "../../src/local/executor-options.js";
import { ProcessExecutor } from "../../src/local/process-executor.js";

export const namespace = "default";
export let state: string;
export let cluster: MemoryCluster;
export let executor: ProcessExecutor;
let stopping: AbortController;
let running: Promise<void>;
export let limits: MemoryLimitKind[];

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "nbv-exec-"));
  cluster = new MemoryCluster({ nodeName: "here", logs: (pod, options) => executor.logs(pod, options) });
  limits = [];
  executor = new ProcessExecutor(options());
  stopping = new AbortController();
  running = executor.run(stopping.signal);
});

afterEach(async () => {
  stopping.abort();
  await running;
  rmSync(state, { recursive: true, force: true });
});

export function options(): ExecutorOptions {
  return {
    cluster,
    clock: systemClock,
    logger: pino({ level: "silent" }),
    nodeName: "here",
    stateDirectory: state,
    programs: { known: ["/bin/sh", "-c", "echo known program: $*", "sh"] },
    environment: { PATH: "/usr/bin:/bin", LANG: "C.UTF-8" },
    pull: (image) => (image.includes("/none:") ? `${image}: not found` : undefined),
    onContainer: (_pod, _name, kind) => limits.push(kind),
  };
}

/** An object as a user writes it. */
export function made<T extends KubernetesObject>(resource: Resource<T>, name: string, content: object): T {
  return objectOf(resource, { metadata: { name, namespace, labels: { team: "a" } }, ...content });
}

export function sh(script: string, more: Partial<Container> = {}): Container {
  return { name: "main", image: "none", command: ["/bin/sh", "-c", script], ...more };
}

export async function start(spec: Partial<PodSpec> & { containers: Container[] }, name = "p"): Promise<Pod> {
  return await cluster.create(PODS, made(PODS, name, { spec: { restartPolicy: "Never", ...spec } }));
}

export async function until(what: (pod: Pod) => boolean, name = "p"): Promise<Pod> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const pod = await cluster.get(PODS, { namespace, name });
    if (what(pod)) return pod;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited in vain: ${JSON.stringify((await cluster.get(PODS, { namespace, name })).status)}`);
}

export const isOver = (pod: Pod) => pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
export const terminated = (pod: Pod, index = 0) => pod.status?.containerStatuses?.[index]?.state?.terminated;

export async function logOf(follow = false, name = "p"): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of cluster.logs({ namespace, name }, { container: "main", follow })) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** What comes up at last. */
export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("waited in vain");
}

/** Another executor, which knows nothing of the pods of the one before. @param meanwhile while there is none */
export async function takeOver(meanwhile: () => Promise<void>): Promise<void> {
  stopping.abort();
  await running;
  await meanwhile();
  stopping = new AbortController();
  executor = new ProcessExecutor(options());
  running = executor.run(stopping.signal);
}

/** Starts the executor anew, as root that makes containers another user. */
export async function restartAs(user: { readonly uid: number; readonly gid: number }): Promise<void> {
  stopping.abort();
  await running;
  chmodSync(state, 0o711);
  stopping = new AbortController();
  executor = new ProcessExecutor({ ...options(), user });
  running = executor.run(stopping.signal);
}
