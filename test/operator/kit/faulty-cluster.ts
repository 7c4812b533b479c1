import type { Cluster } from "../../../src/kube/cluster.js";
import { KubeError, type KubeErrorReason } from "../../../src/kube/kube-error.js";

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
  const call = async <R>(work: () => Promise<R>): Promise<R> => {
    faults.before();
    const result = await work();
    faults.after();
    return result;
  };
  return {
    get: (...args) => call(() => cluster.get(...args)),
    list: (...args) => call(() => cluster.list(...args)),
    create: (...args) => call(() => cluster.create(...args)),
    replace: (...args) => call(() => cluster.replace(...args)),
    apply: (...args) => call(() => cluster.apply(...args)),
    patch: (...args) => call(() => cluster.patch(...args)),
    patchStatus: (...args) => call(() => cluster.patchStatus(...args)),
    delete: (...args) => call(() => cluster.delete(...args)),
    watch: (...args) => cluster.watch(...args),
    discover: (...args) => call(() => cluster.discover(...args)),
    logs: (...args) => cluster.logs(...args),
  };
}
