import type { Cluster } from "../../../src/kube/cluster.js";

/** Requests by what they are: `create pods`, `patchStatus notebookvalidationjobs`, `logs`. Watches are not counted. */
export class RequestCount {
  #requests: string[] = [];

  /** Takes note of a request. */
  note(request: string): void {
    this.#requests.push(request);
  }

  /** What was asked since the last time, in its order. */
  take(): string[] {
    return this.#requests.splice(0);
  }
}

/** The same cluster, with every request counted that is not a watch. */
export function counted(cluster: Cluster, count: RequestCount): Cluster {
  const note = (verb: string, { plural }: { readonly plural: string }): void => count.note(`${verb} ${plural}`);
  return {
    get: (resource, ...rest) => (note("get", resource), cluster.get(resource, ...rest)),
    list: (resource, ...rest) => (note("list", resource), cluster.list(resource, ...rest)),
    create: (resource, ...rest) => (note("create", resource), cluster.create(resource, ...rest)),
    replace: (resource, ...rest) => (note("replace", resource), cluster.replace(resource, ...rest)),
    apply: (resource, ...rest) => (note("apply", resource), cluster.apply(resource, ...rest)),
    patch: (resource, ...rest) => (note("patch", resource), cluster.patch(resource, ...rest)),
    patchStatus: (resource, ...rest) => (note("patchStatus", resource), cluster.patchStatus(resource, ...rest)),
    delete: (resource, ...rest) => (note("delete", resource), cluster.delete(resource, ...rest)),
    watch: (...args) => cluster.watch(...args),
    discover: (...args) => (count.note("discover"), cluster.discover(...args)),
    logs: (...args) => (count.note("logs"), cluster.logs(...args)),
  };
}
