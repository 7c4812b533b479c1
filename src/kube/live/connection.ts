import { createHash } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import type { KubeConfig } from "@kubernetes/client-node";
import { Agent, type buildConnector, type Dispatcher, ProxyAgent, Socks5ProxyAgent } from "undici";
import { UserError } from "../../api/user-error.js";
import { KubeError } from "../kube-error.js";
import { Authentication, type Identity } from "./authentication.js";
import { FileCache } from "./file-cache.js";
import { proxyFor } from "./proxy.js";

/** What one request needs to reach the API server as us. */
export interface Access {
  readonly baseUrl: string;
  readonly identity: Identity;
  readonly dispatcher: Dispatcher;
}

/** Answers that are whole at once, and those that stay open (watches, followed logs), have pools of their own: the one never waits for the other. */
export type Traffic = "request" | "stream";

export interface ConnectionOptions {
  /** Connections for requests that are answered at once; more requests wait. @default 64 */
  readonly maxConnections?: number;
  /** Idle time after which a connection is closed, milliseconds: below the idle limits of servers and load balancers. @default 30000 */
  readonly idleMs?: number;
  /** For proxies and credential plugins. @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
}

const CONNECT_TIMEOUT_MS = 15_000;
/** Idle time of a connection after which TCP asks whether the other side is there: finds peers that vanished under a watch. */
const KEEP_ALIVE_MS = 30_000;

interface Pools {
  /** Digest of everything that a TLS session depends on. */
  readonly identity: string;
  readonly request: Dispatcher;
  readonly stream: Dispatcher;
}

/**
 * Credentials and connections to one API server. Credentials are looked at before every request, so that rotated tokens and
 * certificates are used; connections are pooled for as long as the TLS identity stays the same.
 *
 * HTTP/1.1 only: a watch under HTTP/2 would share its connection's flow control and its loss with every other request, and
 * undici's support of HTTP/2 is young.
 */
export class Connection {
  readonly #config: KubeConfig;
  readonly #options: ConnectionOptions;
  readonly #files = new FileCache();
  readonly #authentication: Authentication;
  readonly #baseUrl: string;
  readonly #proxy: URL | undefined;
  readonly #retired = new Set<Pools>();
  #pools: Pools | undefined;
  #isClosed = false;

  /** @throws UserError when the kubeconfig asks for something that cannot be */
  constructor(config: KubeConfig, options: ConnectionOptions = {}) {
    const { environment = process.env } = options;
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw new UserError({ what: "the kubeconfig has no current cluster" });
    this.#config = config;
    this.#options = options;
    this.#authentication = new Authentication(config, this.#files, environment);
    this.#baseUrl = cluster.server.replace(/\/+$/, "");
    this.#proxy = proxyFor(new URL(cluster.server), cluster.proxyUrl, environment);
  }

  /** @throws KubeError when there are no credentials to be had, or the connections are closed */
  async access(traffic: Traffic): Promise<Access> {
    const identity = await this.#authentication.identity();
    return { baseUrl: this.#baseUrl, identity, dispatcher: this.#poolsFor(identity)[traffic] };
  }

  /** Closes all connections, also those in use. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const pools = [...this.#retired, ...(this.#pools === undefined ? [] : [this.#pools])];
    this.#pools = undefined;
    await Promise.all(pools.flatMap(({ request, stream }) => [request.destroy(), stream.destroy()]));
  }

  #poolsFor(who: Identity): Pools {
    if (this.#isClosed) throw new KubeError({ reason: "ConnectionFailed", message: "the connections are closed" });
    const cluster = this.#config.getCurrentCluster();
    let ca: Buffer | undefined;
    try {
      if (cluster?.caFile) ca = this.#files.read(cluster.caFile);
      else if (cluster?.caData) ca = Buffer.from(cluster.caData, "base64");
    } catch (error) {
      const message = `the cluster's CA cannot be read (${(error as NodeJS.ErrnoException).code})`;
      throw new KubeError({ reason: "ConnectionFailed", message });
    }
    const digest = createHash("sha256");
    for (const part of [ca, who.certificate, who.key]) digest.update(part ?? "-").update("\n");
    const identity = digest.digest("base64");
    if (this.#pools?.identity === identity) return this.#pools;
    const tls = {
      // Made once: with one context per connection, most of a connection's time and memory goes into reading the CAs again.
      ...secureContext(ca, who),
      ...(cluster?.tlsServerName ? { servername: cluster.tlsServerName } : {}),
      ...(cluster?.skipTLSVerify ? { rejectUnauthorized: false } : {}),
    };
    if (this.#pools !== undefined) this.#retire(this.#pools);
    this.#pools = {
      identity,
      request: this.#open(tls, this.#options.maxConnections ?? 64),
      stream: this.#open(tls, null),
    };
    return this.#pools;
  }

  /** Requests under way finish on the old connections; watches too, until the server or their reader ends them. */
  #retire(pools: Pools): void {
    this.#retired.add(pools);
    void Promise.allSettled([pools.request.close(), pools.stream.close()]).then(() => this.#retired.delete(pools));
  }

  #open(tls: buildConnector.BuildOptions, connections: number | null): Dispatcher {
    const idleMs = this.#options.idleMs ?? 30_000;
    const pool = { connections, keepAliveTimeout: idleMs, keepAliveMaxTimeout: idleMs };
    const connect = { ...tls, timeout: CONNECT_TIMEOUT_MS, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    if (this.#proxy === undefined) return new Agent({ ...pool, connect });
    const { protocol } = this.#proxy;
    if (protocol.startsWith("socks5")) {
      const options = { ...pool, requestTls: connect }; // its types do not know requestTls
      return new Socks5ProxyAgent(this.#proxy.href.replace(/^socks5h:/, "socks5:"), options);
    }
    return new ProxyAgent({ ...pool, uri: this.#proxy.href, requestTls: connect });
  }
}

/** @throws KubeError when CA, certificate or key are none */
function secureContext(ca: Buffer | undefined, who: Identity): { secureContext: SecureContext } {
  try {
    return {
      secureContext: createSecureContext({
        ...(ca === undefined ? {} : { ca }),
        ...(who.certificate === undefined ? {} : { cert: who.certificate }),
        ...(who.key === undefined ? {} : { key: who.key }),
      }),
    };
  } catch (error) {
    const message = `the CA or the client certificate cannot be used (${(error as NodeJS.ErrnoException).code})`;
    throw new KubeError({ reason: "ConnectionFailed", message });
  }
}
