import type { RequestOptions } from "node:https";
import type { Cluster, KubeConfig } from "@kubernetes/client-node";
import { UserError } from "../../api/user-error.js";
import { KubeError } from "../kube-error.js";
import { type ExecConfig, type ExecCredential, ExecPlugin } from "./exec-plugin.js";
import type { FileCache } from "./file-cache.js";
import { tokenFileOf } from "./kube-config.js";

/** Who we are, for one request. */
export interface Identity {
  readonly headers: Readonly<Record<string, string>>;
  /** Client certificate and its key, PEM. */
  readonly certificate?: Buffer | string;
  readonly key?: Buffer | string;
  /** Asks for a newer identity after the server refused this one; absent when there cannot be any. */
  readonly refused?: () => void;
}

/** The credentials of a kubeconfig's current user, as they are now: files are read again, plugins asked again. */
export class Authentication {
  readonly #config: KubeConfig;
  readonly #files: FileCache;
  readonly #plugin: ExecPlugin | undefined;

  /** @throws UserError when the user's credential plugin is missing or needs a terminal */
  constructor(config: KubeConfig, files: FileCache, environment: NodeJS.ProcessEnv) {
    this.#config = config;
    this.#files = files;
    const user = config.getCurrentUser();
    const exec = (user?.exec ?? undefined) as ExecConfig | undefined;
    const now = (): number => Date.now();
    const cluster = (): ReturnType<typeof describeCluster> => describeCluster(config.getCurrentCluster(), files);
    this.#plugin = exec === undefined ? undefined : new ExecPlugin({ config: exec, cluster, environment, now });
  }

  /** @throws KubeError `Unauthorized` without a code, caused by a UserError, when there are no credentials to be had */
  async identity(): Promise<Identity> {
    const user = this.#config.getCurrentUser();
    if (user === null) return { headers: {} };
    try {
      const acting: Record<string, string> = user.impersonateUser ? { "impersonate-user": user.impersonateUser } : {};
      const certificate = this.#pem(user.certFile, user.certData);
      const key = this.#pem(user.keyFile, user.keyData);
      const own = { ...(certificate && key ? { certificate, key } : {}) };
      if (this.#plugin !== undefined) return { ...own, ...this.#fromPlugin(await this.#plugin.credential(), acting) };
      const tokenFile = tokenFileOf(user);
      if (tokenFile !== undefined) {
        const token = this.#files.read(tokenFile).toString("utf8").trim();
        return { ...own, headers: { ...acting, ...bearer(token) }, refused: () => this.#files.forget(tokenFile) };
      }
      if (user.token) return { ...own, headers: { ...acting, ...bearer(user.token.trim()) } };
      if (user.username) {
        const basic = Buffer.from(`${user.username}:${user.password ?? ""}`).toString("base64");
        return { ...own, headers: { ...acting, authorization: `Basic ${basic}` } };
      }
      if (user.authProvider) return { ...own, headers: { ...acting, ...(await this.#fromProvider()) } };
      return { ...own, headers: acting };
    } catch (cause) {
      throw noCredentials(cause);
    }
  }

  #fromPlugin(credential: ExecCredential, acting: Record<string, string>): Identity {
    const { token, certificate, key } = credential;
    return {
      headers: { ...acting, ...(token === undefined ? {} : bearer(token)) },
      ...(certificate === undefined || key === undefined ? {} : { certificate, key }),
      refused: () => this.#plugin?.forget(credential),
    };
  }

  /** The older authentication providers (OIDC and those of clouds) are client-node's. */
  async #fromProvider(): Promise<Record<string, string>> {
    const options: RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    const header = Object.entries(options.headers ?? {}).find(([name]) => name.toLowerCase() === "authorization")?.[1];
    return header === undefined ? {} : { authorization: String(header) };
  }

  #pem(file: string | undefined, data: string | undefined): Buffer | undefined {
    if (file) return this.#files.read(file);
    return data ? Buffer.from(data, "base64") : undefined;
  }
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

/** What a credential plugin may be told of the cluster. */
function describeCluster(cluster: Cluster | null, files: FileCache): Record<string, unknown> {
  if (cluster === null) return {};
  const { server, tlsServerName, skipTLSVerify, caFile, caData, proxyUrl } = cluster;
  const authority = caFile ? files.read(caFile).toString("base64") : caData;
  return {
    server,
    ...(tlsServerName ? { "tls-server-name": tlsServerName } : {}),
    ...(skipTLSVerify ? { "insecure-skip-tls-verify": true } : {}),
    ...(authority ? { "certificate-authority-data": authority } : {}),
    ...(proxyUrl ? { "proxy-url": proxyUrl } : {}),
  };
}

function noCredentials(cause: unknown): KubeError {
  const code = (cause as NodeJS.ErrnoException).code;
  const message =
    cause instanceof UserError ? cause.what : `the kubeconfig's credentials cannot be had${code ? ` (${code})` : ""}`;
  // Whatever else failed may quote a token or a provider's answer: it stays here.
  const known = cause instanceof UserError ? { cause } : {};
  return new KubeError({ reason: "Unauthorized", code: 0, message, ...known });
}
