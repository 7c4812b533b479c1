import type { Cluster, LogOptions, WatchEvent, WatchOptions } from "../../../src/kube/cluster.js";
import type { ApiCall } from "../../../src/kube/memory/index.js";
import type { KubernetesObject, ObjectKey } from "../../../src/kube/object.js";
import type { Resource } from "../../../src/kube/resource.js";
import { PODS } from "../../../src/kube/resources.js";

/** Stands between one process and the API server: lets calls through, spoils them, or takes note of them. */
export type Gate = <R>(call: ApiCall, proceed: () => Promise<R>) => Promise<R>;

/** What becomes of a watch's events on their way. */
export type WatchSpoiler = <T extends KubernetesObject>(
  resource: Resource,
  events: AsyncIterable<WatchEvent<T>>,
) => AsyncIterable<WatchEvent<T>>;

/** The same cluster, with every call through `gate`. Of watches and logs the gate sees the opening. */
export function throughGate(cluster: Cluster, gate: Gate, spoilWatch: WatchSpoiler = (_, events) => events): Cluster {
  return {
    get: (resource, key) => gate({ verb: "get", resource, key }, () => cluster.get(resource, key)),
    list: (resource, options) =>
      gate({ verb: "list", resource, key: { name: "" } }, () => cluster.list(resource, options)),
    create: (resource, object, options) =>
      gate({ verb: "create", resource, key: keyFrom(object) }, () => cluster.create(resource, object, options)),
    replace: (resource, object, options) =>
      gate({ verb: "replace", resource, key: keyFrom(object) }, () => cluster.replace(resource, object, options)),
    apply: (resource, object, options) =>
      gate({ verb: "apply", resource, key: keyFrom(object) }, () => cluster.apply(resource, object, options)),
    patch: (resource, key, patch, options) =>
      gate({ verb: "patch", resource, key }, () => cluster.patch(resource, key, patch, options)),
    patchStatus: (resource, key, patch, options) =>
      gate({ verb: "patchStatus", resource, key }, () => cluster.patchStatus(resource, key, patch, options)),
    delete: (resource, key, options) =>
      gate({ verb: "delete", resource, key }, () => cluster.delete(resource, key, options)),
    discover: (api, signal) => {
      const resource = { ...api, kind: "APIResourceList", plural: "", namespaced: false };
      return gate({ verb: "discover", resource, key: { name: "" } }, () => cluster.discover(api, signal));
    },
    watch: <T extends KubernetesObject>(resource: Resource<T>, options: WatchOptions) =>
      opened(
        () => gate({ verb: "watch", resource, key: { name: "" } }, () => Promise.resolve()),
        () => spoilWatch(resource, cluster.watch(resource, options)),
      ),
    logs: (pod: ObjectKey, options: LogOptions) =>
      opened(
        () => gate({ verb: "logs", resource: PODS, key: pod }, () => Promise.resolve()),
        () => cluster.logs(pod, options),
      ),
  };
}

async function* opened<T>(open: () => Promise<void>, stream: () => AsyncIterable<T>): AsyncIterable<T> {
  await open();
  yield* stream();
}

function keyFrom({ metadata: { namespace, name = "" } }: KubernetesObject): ObjectKey {
  return namespace ? { namespace, name } : { name };
}
