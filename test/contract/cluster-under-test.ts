import {
  type Cluster,
  CONFIG_MAPS,
  type ConfigMap,
  isKubeError,
  type KubeError,
  type KubernetesObject,
  NAMESPACES,
  PODS,
  type Pod,
  type Resource,
  type WatchEvent,
} from "../../src/kube/index.js";
import { GADGETS, type Gadget } from "./gadget.js";
import type { LogSource } from "./log-source.js";

/** One implementation of `Cluster` that the contract is run on. It serves Gadgets. */
export interface ClusterUnderTest {
  readonly cluster: Cluster;
  /** Name of a node on which the pods' logs are {@link logs}, by `namespace/name`. */
  readonly nodeName: string;
  readonly logs: LogSource;
  close(): Promise<void>;
}

/** A namespace of its own for one test. */
export async function freshNamespace(cluster: Cluster): Promise<string> {
  const namespace = await cluster.create(NAMESPACES, {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "", generateName: "contract-" },
  });
  return namespace.metadata.name;
}

export function aConfigMap(namespace: string, name: string, data?: Record<string, string>): ConfigMap {
  const metadata = { namespace, name };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, ...(data === undefined ? {} : { data }) };
}

export function aGadget(namespace: string, name: string, spec: Gadget["spec"] = {}): Gadget {
  return { apiVersion: "test.mlops.dev/v1", kind: "Gadget", metadata: { namespace, name }, spec };
}

export function aPod(namespace: string, name: string, spec: Partial<NonNullable<Pod["spec"]>> = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace, name },
    spec: { containers: [{ name: "main", image: "example.org/image:1" }], ...spec },
  };
}

/** The error that a call ends with. */
export async function failure(call: Promise<unknown>): Promise<KubeError> {
  try {
    await call;
  } catch (error) {
    if (isKubeError(error)) return error;
    throw error;
  }
  throw new Error("expected the call to fail");
}

/** The first `count` events of a watch that are no bookmarks, as `Type name`. */
export async function firstEvents<T extends KubernetesObject>(
  events: AsyncIterable<WatchEvent<T>>,
  count: number,
): Promise<WatchEvent<T>[]> {
  const seen: WatchEvent<T>[] = [];
  for await (const event of events) {
    if (event.type !== "Bookmark") seen.push(event);
    if (seen.length === count) break;
  }
  return seen;
}

/** `Added a`, `Deleted b`, … */
export function brief<T extends KubernetesObject>(events: readonly WatchEvent<T>[]): string[] {
  return events.map((event) =>
    event.type === "Bookmark" ? "Bookmark" : `${event.type} ${event.object.metadata.name}`,
  );
}

export function namesOf(objects: readonly KubernetesObject[]): string[] {
  return objects.map((object) => object.metadata.name);
}

/** Where a resource's collection stands now. */
export async function versionOf(cluster: Cluster, resource: Resource, namespace: string): Promise<string> {
  return (await cluster.list(resource, { namespace })).resourceVersion;
}

export { CONFIG_MAPS, GADGETS, PODS };
