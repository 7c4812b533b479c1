import type { Cluster } from "../../../src/kube/cluster.js";
import { throughGate } from "./gated-cluster.js";

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
  return throughGate(cluster, ({ verb, resource: { plural } }, proceed) => {
    if (verb === "logs" || verb === "discover") count.note(verb);
    else if (verb !== "watch") count.note(`${verb} ${plural}`);
    return proceed();
  });
}
