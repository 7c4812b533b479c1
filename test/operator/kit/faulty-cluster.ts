import type { Cluster } from "../../../src/kube/cluster.js";
import { KubeError, type KubeErrorReason } from "../../../src/kube/kube-error.js";
import { throughGate } from "./gated-cluster.js";

/** What is wrong with one operator's way to the API server. */
export class Faults {
  /** Calls that fail before they reach the server, by reason. */
  refuse: KubeErrorReason[] = [];
  /** Calls that are done, but whose answer is lost. */
  loseAnswers = 0;
  /** The process is dead: nothing goes through any more. */
  isDead = false;

  before(): void {
    if (this.isDead) throw new KubeError({ reason: "ConnectionFailed", message: "the process is dead" });
    const reason = this.refuse.shift();
    if (reason === undefined) return;
    const wait = reason === "TooManyRequests" ? { retryAfterMs: 1500 } : {};
    throw new KubeError({ reason, message: `injected ${reason}`, ...wait });
  }

  after(): void {
    if (this.isDead || this.loseAnswers === 0) return;
    this.loseAnswers -= 1;
    throw new KubeError({ reason: "ConnectionFailed", message: "the answer was lost" });
  }
}

/** The same cluster, seen through an unreliable connection. Watches and logs only die with the process. */
export function throughFaults(cluster: Cluster, faults: Faults): Cluster {
  return throughGate(cluster, async ({ verb }, proceed) => {
    if (verb === "watch" || verb === "logs") return proceed();
    faults.before();
    const result = await proceed();
    faults.after();
    return result;
  });
}
