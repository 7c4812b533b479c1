import type { Logger } from "pino";
import type { OperatorConfig } from "../api/index.js";
import { Backoff } from "../kube/backoff.js";
import type { Clock } from "../kube/clock.js";
import type { Cluster } from "../kube/cluster.js";
import { isTransient } from "../kube/kube-error.js";
import type { Random } from "../kube/random.js";
import { ClusterGate } from "./cluster-gate.js";
import { Operator } from "./operator.js";
import type { OperatorMetrics } from "./operator-metrics.js";
import { type Address, addressText } from "./server/address.js";
import { type HealthChecks, healthRoute } from "./server/health.js";
import { type Listener, listen } from "./server/http-listener.js";
import { loadSigningKey } from "./signing-key-secret.js";
import type { SourceResolver } from "./source-resolver.js";

/** What a {@link Replica} is made of. */
export interface ReplicaOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly randomBytes: (bytes: number) => Uint8Array;
  readonly logger: Logger;
  readonly config: OperatorConfig;
  readonly source: SourceResolver;
  /** Namespaces whose jobs are served; absent = all. */
  readonly namespaces?: readonly string[];
  /** Where the operator's own objects are. */
  readonly operatorNamespace: string;
  readonly metrics: OperatorMetrics;
  readonly healthAddress?: Address;
}

/** Why a replica ended: it was asked to, or somebody else may lead by now. */
export type ReplicaEnd = "stopped" | "lost-lease";

/** Waits between questions for the signing key, milliseconds. */
const KEY_WAIT = { firstMs: 500, maxMs: 15_000 };

/** One replica of the operator in a cluster: its servers always, its work while it is the leader. */
export class Replica {
  readonly #options: ReplicaOptions;
  readonly #gate: ClusterGate;
  #operator: Operator | undefined;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.#gate = new ClusterGate(options);
  }

  /**
   * Serves until `stop` aborts, then lets go in order.
   * @throws UserError when it cannot work as it was told to
   */
  async run(stop: AbortSignal): Promise<ReplicaEnd> {
    const listeners: Listener[] = [];
    try {
      await this.#listen(listeners);
      return await this.#work(stop);
    } finally {
      await Promise.all(listeners.map((listener) => listener.close()));
    }
  }

  async #listen(listeners: Listener[]): Promise<void> {
    const { healthAddress, logger } = this.#options;
    if (healthAddress !== undefined) {
      const listener = await listen("--health-address", healthAddress, healthRoute(this.#alive(), this.#ready()));
      listeners.push(listener);
      logger.info({ address: addressText({ ...healthAddress, port: listener.port }) }, "serving health");
    }
  }

  #alive(): HealthChecks {
    return {};
  }

  #ready(): HealthChecks {
    return {
      "api-server": () => this.#gate.obstacle,
      caches: () => (this.#operator === undefined || this.#operator.isReady ? undefined : "not filled yet"),
    };
  }

  async #work(stop: AbortSignal): Promise<ReplicaEnd> {
    try {
      await this.#gate.pass(stop);
      const signingKey = await this.#signingKey(stop);
      const { operatorNamespace: _, healthAddress: __, randomBytes: ___, ...options } = this.#options;
      this.#operator = new Operator({ ...options, signingKey });
    } catch (error) {
      if (stop.aborted) return "stopped";
      throw error;
    }
    await this.#operator.run(stop);
    return "stopped";
  }

  async #signingKey(stop: AbortSignal): Promise<Uint8Array> {
    const { cluster, clock, random, randomBytes, operatorNamespace, logger } = this.#options;
    const wait = new Backoff(KEY_WAIT, random);
    for (;;) {
      try {
        return await loadSigningKey(cluster, operatorNamespace, randomBytes);
      } catch (error) {
        if (!isTransient(error)) throw error;
        logger.warn({ err: error }, "the signing key cannot be read; waiting");
        await clock.sleep(wait.next(), stop);
      }
    }
  }
}
