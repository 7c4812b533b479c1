import type { Logger } from "pino";
import { collectDefaultMetrics } from "prom-client";
import type { OperatorConfig } from "../../api/index.js";
import { UserError } from "../../api/user-error.js";
import type { Clock } from "../../kube/clock.js";
import type { Cluster } from "../../kube/cluster.js";
import type { CertificateUse } from "../certificate/index.js";
import type { OperatorMetrics } from "../operator-metrics.js";
import { type Address, addressText, isLoopback } from "./address.js";
import { type HealthChecks, healthRoute } from "./health.js";
import { type Listener, listen, type Route } from "./http-listener.js";

/** Where a replica listens; what is absent is not served. */
export interface ServerAddresses {
  readonly health?: Address;
  readonly metrics?: Address;
  /** Metrics by plain HTTP, for everybody who can connect; on a loopback address only. @default false */
  readonly plainMetrics?: boolean;
  readonly webhook?: Address;
}

export interface ReplicaServersOptions {
  readonly addresses: ServerAddresses;
  readonly cluster: Pick<Cluster, "get" | "create" | "replace" | "patch">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: OperatorConfig;
  /** The operator's namespace. */
  readonly namespace: string;
  /** Directory of certificates that others issue. @default the operator issues its own */
  readonly certificates?: string | undefined;
  readonly metrics: OperatorMetrics;
  /** Brings gauges up to date before they are read. */
  readonly refreshGauges: () => void;
  readonly alive: HealthChecks;
  readonly ready: HealthChecks;
}

/** Shortest time between two notes about scrapes that could not be judged, milliseconds. */
const NOTE_MS = 60_000;

/** What a replica serves whether it leads or not: health, metrics, the admission webhook. */
export class ReplicaServers {
  readonly #options: ReplicaServersOptions;
  readonly #stop = new AbortController();
  readonly #closing: (() => Promise<void>)[] = [];
  #areCertificatesSought = false;
  #notedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ReplicaServersOptions) {
    this.#options = options;
  }

  /** What is not served yet; `undefined` when everything is. */
  get obstacle(): string | undefined {
    return this.#needs().length > 0 && !this.#areCertificatesSought ? "certificates are not looked for yet" : undefined;
  }

  /**
   * Listens. Health comes first: it can say what the rest waits for.
   * @throws UserError when an address is taken, not ours, or not fit for what is served there
   */
  async start(): Promise<void> {
    const { health, metrics, plainMetrics = false } = this.#options.addresses;
    if (plainMetrics && metrics !== undefined && !isLoopback(metrics)) {
      throw new UserError({
        what: `metrics by plain HTTP on ${addressText(metrics)} could be read by everybody on the network`,
        fix: "give a loopback address such as --metrics-address 127.0.0.1:8080, or leave --metrics-plain out",
      });
    }
    if (health !== undefined) await this.#listen("health", health, this.#healthRoute());
    if (this.#needs().length > 0) await this.#startWithCertificates();
    if (metrics !== undefined && plainMetrics) await this.#listen("metrics", metrics, await this.#metricsRoute(false));
  }

  /** Stops listening; requests under way have a moment. */
  async close(): Promise<void> {
    this.#stop.abort(new Error("the servers stop"));
    await Promise.all(this.#closing.splice(0).map((close) => close()));
  }

  #needs(): CertificateUse[] {
    const { webhook, metrics, plainMetrics = false } = this.#options.addresses;
    return [
      ...(webhook === undefined ? [] : (["webhook"] as const)),
      ...(metrics === undefined || plainMetrics ? [] : (["metrics"] as const)),
    ];
  }

  async #startWithCertificates(): Promise<void> {
    const { cluster, clock, logger, namespace, certificates, config, addresses } = this.#options;
    const { ServingCertificate } = await import("../certificate/index.js");
    const uses = this.#needs();
    const certificate = new ServingCertificate({ cluster, clock, logger, namespace, uses, directory: certificates });
    if (addresses.metrics !== undefined && uses.includes("metrics")) {
      const route = await this.#metricsRoute(true);
      const listener = await this.#listen("metrics", addresses.metrics, route, certificate.tlsOptions("metrics") ?? {});
      certificate.onChange((use) => {
        const pair = certificate.tlsOptions("metrics");
        if (use === "metrics" && pair !== undefined) listener.setCertificate(pair);
      });
    }
    if (addresses.webhook !== undefined) {
      const { AdmissionServer } = await import("../admission/index.js");
      const server = new AdmissionServer({ address: addresses.webhook, certificate, config, logger });
      await server.start();
      this.#closing.push(() => server.stop());
    }
    void certificate.start(this.#stop.signal).then(() => {
      this.#areCertificatesSought = true;
    });
  }

  async #listen(what: "health" | "metrics", address: Address, route: Route, tls?: object): Promise<Listener> {
    const listener = await listen(`--${what}-address`, address, route, tls);
    this.#closing.push(() => listener.close());
    this.#options.logger.info({ address: addressText({ ...address, port: listener.port }) }, `serving ${what}`);
    return listener;
  }

  #healthRoute(): Route {
    const { alive, ready } = this.#options;
    return healthRoute(alive, { servers: () => this.obstacle, ...ready });
  }

  async #metricsRoute(isGuarded: boolean): Promise<Route> {
    const { cluster, clock, metrics, refreshGauges } = this.#options;
    const { metricsRoute } = await import("./metrics-route.js");
    const { ScrapeAccess } = await import("./scrape-access.js");
    collectDefaultMetrics({ register: metrics.registry });
    const access = new ScrapeAccess({ cluster, clock, onError: (error) => this.#noteScrape(error) });
    return metricsRoute({ registry: metrics.registry, refresh: refreshGauges, ...(isGuarded ? { access } : {}) });
  }

  #noteScrape(error: unknown): void {
    const now = this.#options.clock.elapsed();
    if (now - this.#notedAt < NOTE_MS) return;
    this.#notedAt = now;
    this.#options.logger.warn({ err: error }, "the API server can't be asked who may read metrics");
  }
}
