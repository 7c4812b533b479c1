import { createHash } from "node:crypto";
import type { RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { Agent, type buildConnector, type Dispatcher, ProxyAgent, Socks5ProxyAgent } from "undici";

/** What one request needs to reach the API server as us. */
export interface Access {
  readonly baseUrl: string;
  readonly headers: Record<string, string>;
  readonly dispatcher: Dispatcher;
}

/** At most so many connections; watches hold one each for minutes. */
const CONNECTIONS = 256;
/** Idle time after which a connection is closed, milliseconds: below the idle limits of usual load balancers. */
const IDLE_MS = 30_000;
const CONNECT_TIMEOUT_MS = 15_000;

/**
 * Credentials and connections to one API server. The kubeconfig is asked before every request, so that rotated tokens and
 * certificates are used; connections are pooled for as long as the TLS identity stays the same.
 */
export class Connection {
  readonly #config: KubeConfig;
  #identity: string | undefined;
  #dispatcher: Dispatcher | undefined;

  constructor(config: KubeConfig) {
    this.#config = config;
  }

  async access(): Promise<Access> {
    const tls: RequestOptions = {};
    await this.#config.applyToHTTPSOptions(tls);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(tls.headers ?? {}))
      if (value !== undefined) headers[name] = String(value);
    if (typeof tls.auth === "string") headers["Authorization"] = `Basic ${Buffer.from(tls.auth).toString("base64")}`;
    const server = this.#config.getCurrentCluster()?.server ?? "";
    return { baseUrl: server.replace(/\/+$/, ""), headers, dispatcher: this.#pool(tls) };
  }

  /** Closes all connections, also those in use. */
  async close(): Promise<void> {
    await this.#dispatcher?.destroy();
    this.#dispatcher = undefined;
  }

  #pool(tls: RequestOptions): Dispatcher {
    const cluster = this.#config.getCurrentCluster();
    const identity = createHash("sha256");
    for (const part of [
      tls.ca,
      tls.cert,
      tls.key,
      tls.pfx,
      tls.servername,
      tls.rejectUnauthorized,
      cluster?.proxyUrl,
    ]) {
      identity.update(part === undefined ? "-" : Buffer.isBuffer(part) ? part : JSON.stringify(part)).update("\n");
    }
    const digest = identity.digest("hex");
    if (this.#dispatcher !== undefined && this.#identity === digest) return this.#dispatcher;
    // Requests under way finish on the old connections.
    this.#dispatcher?.close().catch(() => undefined);
    this.#identity = digest;
    this.#dispatcher = this.#open(tls);
    return this.#dispatcher;
  }

  #open(tls: RequestOptions): Dispatcher {
    const pool = { connections: CONNECTIONS, keepAliveTimeout: IDLE_MS, keepAliveMaxTimeout: IDLE_MS };
    const connect = connectOptions(tls);
    const proxy = this.#config.getCurrentCluster()?.proxyUrl;
    if (!proxy) return new Agent({ ...pool, connect });
    const tunnel = { ...pool, requestTls: connect };
    if (proxy.startsWith("socks")) return new Socks5ProxyAgent(proxy, tunnel);
    return new ProxyAgent({ ...tunnel, uri: proxy });
  }
}

/** Who the server must be and who we are, and how to notice that a connection is dead. */
function connectOptions(tls: RequestOptions): buildConnector.BuildOptions {
  const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = tls;
  const given = Object.entries({ ca, cert, key, pfx, passphrase, servername, rejectUnauthorized });
  const identity = Object.fromEntries(given.filter(([, value]) => value !== undefined));
  return { ...identity, timeout: CONNECT_TIMEOUT_MS, keepAlive: true, keepAliveInitialDelay: IDLE_MS };
}
