import type { Logger } from "pino";
import type { OperatorConfig } from "../api/index.js";
import { Backoff } from "../kube/backoff.js";
import type { Clock } from "../kube/clock.js";
import type { Cluster } from "../kube/cluster.js";
import { isTransient } from "../kube/kube-error.js";
import type { Random } from "../kube/random.js";
import type { BranchReader } from "./branch-reader.js";
import type { BuildTools } from "./builds/builds.js";
import { ClusterGate } from "./cluster-gate.js";
import { GoOperatorWatch } from "./go-operator-watch.js";
import type { LeaderElection } from "./leader-election.js";
import type { Operator } from "./operator.js";
import type { OperatorMetrics } from "./operator-metrics.js";
import type { HealthChecks } from "./server/health.js";
import { ReplicaServers, type ServerAddresses } from "./server/replica-servers.js";
import { loadSigningKey } from "./signing-key-secret.js";
import type { SourceResolver } from "./source-resolver.js";

/** What a {@link Replica} is made of. */
export interface ReplicaOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  /** Unpredictable bytes. */
  readonly randomBytes: (bytes: number) => Uint8Array;
  readonly logger: Logger;
  readonly config: OperatorConfig;
  readonly source: SourceResolver;
  /** What followed branches are looked up by. @default no branch is followed */
  readonly branches?: BranchReader;
  /** What environments are built by. @default jobs that ask for a build are refused */
  readonly builder?: BuildTools;
  /** Namespaces whose jobs are served; absent = all. */
  readonly namespaces?: readonly string[];
  /** Where the operator's own objects are. */
  readonly operatorNamespace: string;
  readonly metrics: OperatorMetrics;
  /** Host and port of the API server, to be named when it does not answer. */
  readonly apiServer?: string;
  readonly addresses: ServerAddresses;
  /** Directory of certificates that others issue. @default the operator issues its own */
  readonly certificates?: string | undefined;
  /** Absent = it works at once, alone. */
  readonly election?: LeaderElection;
}

/** Why a replica ended: it was asked to, or somebody else may lead by now. */
export type ReplicaEnd = "stopped" | "lost-lease";

/** Waits between questions for the signing key, milliseconds. */
const KEY_WAIT = { firstMs: 500, maxMs: 15_000 };
/** A reconcile that takes longer hangs: each of its few calls has a limit of its own; milliseconds. */
const HANGING_MS = 10 * 60_000;
/** A leader that has neither renewed nor given up for so long does not run any more; milliseconds. */
const RENEWAL_MS = 30_000;
/** How long requests are answered at most after the replica was told to stop, milliseconds. */
const LINGER_MS = 5_000;

/**
 * One replica of the operator in a cluster. Its servers run always; its work begins when it is the leader, and when the
 * leadership is lost the replica is over: what it still has under way must not meet that of the next leader.
 */
export class Replica {
  readonly #options: ReplicaOptions;
  readonly #gate: ClusterGate;
  readonly #servers: ReplicaServers;
  #operator: Operator | undefined;
  #isLeading = false;
  #isStopping = false;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.#gate = new ClusterGate(options);
    this.#servers = new ReplicaServers({
      ...options,
      namespace: options.operatorNamespace,
      refreshGauges: () => this.#refreshGauges(),
      alive: this.#alive(),
      ready: this.#ready(),
    });
  }

  /**
   * Serves until `stop` aborts, then lets go in order, within 10 s. When the lease is lost it resolves at once, though work
   * may still be under way: the process is to end.
   * @throws UserError when it cannot work as it was told to
   */
  async run(stop: AbortSignal): Promise<ReplicaEnd> {
    const over = new AbortController();
    stop.addEventListener("abort", () => void this.#stopServing(over.signal), { once: true });
    try {
      await this.#servers.start();
      const end = await this.#work(stop);
      if (end === "stopped") await this.#servers.close();
      return end;
    } finally {
      over.abort(new Error("the replica is over"));
      // When the lease is lost, nothing is waited for.
      void this.#servers.close();
    }
  }

  /** Probes and reviews are answered while the work ends, but not for ever. */
  async #stopServing(over: AbortSignal): Promise<void> {
    this.#isStopping = true;
    await this.#options.clock.sleep(LINGER_MS, over).then(
      () => this.#servers.close(),
      () => undefined,
    );
  }

  async #work(stop: AbortSignal): Promise<ReplicaEnd> {
    const { election, logger } = this.#options;
    let signingKey: Uint8Array;
    try {
      await this.#gate.pass(stop);
      signingKey = await this.#signingKey(stop);
      await election?.acquire(stop);
    } catch (error) {
      if (!stop.aborted) throw error;
      await election?.release();
      return "stopped";
    }
    this.#isLeading = true;
    const renewing = new AbortController();
    const ending = new AbortController();
    const held = election?.hold(renewing.signal);
    const worked = this.#lead(signingKey, AbortSignal.any([stop, ending.signal])).then(() => "stopped" as const);
    try {
      const lost = held?.then((end) => (end === "lost" ? "lost-lease" : worked)) ?? worked;
      const end = await Promise.race([worked, lost]);
      if (end === "stopped") return end;
      ending.abort(new Error("the lease is lost"));
      // Not waited for: by now it may overlap with the next leader's.
      worked.catch((error: unknown) => logger.error({ err: error }, "the work ended in an error"));
      return end;
    } finally {
      this.#isLeading = false;
      renewing.abort();
      await held;
      await election?.release();
    }
  }

  async #lead(signingKey: Uint8Array, stop: AbortSignal): Promise<void> {
    const { cluster, clock, random, logger, config, source, branches, namespaces, metrics, builder } = this.#options;
    const rival = new GoOperatorWatch({ cluster, clock, random, logger });
    try {
      await rival.start(stop);
      const { Operator } = await import("./operator.js");
      const operator = new Operator({
        ...{ cluster, clock, random, logger, config, signingKey, source, rival, metrics },
        ...(branches === undefined ? {} : { branches }),
        ...(namespaces === undefined ? {} : { namespaces }),
        ...(builder === undefined ? {} : { builder, build: "build" as const }),
      });
      this.#operator = operator;
      await operator.run(stop);
    } catch (error) {
      if (!stop.aborted) throw error;
    } finally {
      await rival.stop();
    }
  }

  async #signingKey(stop: AbortSignal): Promise<Uint8Array> {
    const { cluster, clock, random, randomBytes, operatorNamespace, logger } = this.#options;
    const wait = new Backoff(KEY_WAIT, random);
    for (;;) {
      try {
        return await loadSigningKey(cluster, operatorNamespace, randomBytes);
      } catch (error) {
        if (!isTransient(error)) throw error;
        logger.warn({ err: error }, "the signing key can't be read; waiting");
        await clock.sleep(wait.next(), stop);
      }
    }
  }

  /** That this runs at all shows that the event loop does. */
  #alive(): HealthChecks {
    return {
      "leader-election": () => {
        const age = this.#isLeading ? (this.#options.election?.renewalAgeMs ?? 0) : 0;
        return age < RENEWAL_MS ? undefined : `no renewal for ${seconds(age)}`;
      },
      reconciles: () => {
        const age = this.#operator?.longestReconcileMs ?? 0;
        return age < HANGING_MS ? undefined : `one hangs since ${seconds(age)}`;
      },
    };
  }

  #ready(): HealthChecks {
    return {
      stopping: () => (this.#isStopping ? "the replica stops" : undefined),
      "api-server": () => this.#gate.obstacle,
      caches: () => (!this.#isLeading || this.#operator?.isReady ? undefined : "not filled yet"),
    };
  }

  #refreshGauges(): void {
    this.#options.metrics.gauge("leader", {}, this.#isLeading ? 1 : 0);
    this.#operator?.refreshGauges();
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
