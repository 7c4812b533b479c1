import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { UserError } from "../../api/user-error.js";
import { isJsonObject, type JsonObject, own } from "../json.js";

/** The `exec` part of a kubeconfig's user (https://kubernetes.io/docs/reference/config-api/client-authentication.v1/). */
export interface ExecConfig {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly interactiveMode?: string;
  readonly provideClusterInfo?: boolean;
}

/** What a credential plugin gave us. */
export interface ExecCredential {
  readonly token?: string;
  readonly certificate?: string;
  readonly key?: string;
}

export interface ExecPluginOptions {
  readonly config: ExecConfig;
  /** For plugins that ask for it. */
  readonly cluster: () => JsonObject;
  readonly environment: NodeJS.ProcessEnv;
  readonly now: () => number;
  /** Longest run of the plugin, milliseconds. @default 60000 */
  readonly timeoutMs?: number;
}

const API_VERSIONS = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];
/** Patience with output after a plugin's own end: what it started may hold its output open for ever. */
const REST_MS = 1_000;
const MAX_OUTPUT_BYTES = 1024 * 1024;
/** A credential is not used in the last seconds of its life: the request has a way to go. */
const EXPIRY_MARGIN_MS = 5_000;
/** A plugin that has just failed is not run again for every request that waits. */
const FAILURE_MEMORY_MS = 1_000;

/**
 * A credential plugin of a kubeconfig. Run without a terminal and when its last credential has expired or was refused, by
 * one caller at a time. Nothing that it prints goes anywhere: neither its output nor its complaints are ours to show.
 */
export class ExecPlugin {
  readonly #options: ExecPluginOptions;
  #credential: ExecCredential | undefined;
  #expiresAt = Number.POSITIVE_INFINITY;
  #running: Promise<ExecCredential> | undefined;
  #failure: { readonly error: unknown; readonly until: number } | undefined;

  /** @throws UserError when the plugin is not there, or needs a terminal */
  constructor(options: ExecPluginOptions) {
    this.#options = options;
    const { config, environment } = options;
    if (!API_VERSIONS.includes(config.apiVersion ?? "")) {
      throw new UserError({
        what: `the credential plugin ${config.command} speaks ${config.apiVersion ?? "no version"}, which is not supported`,
        where: ["users[].user.exec.apiVersion"],
        fix: `use ${API_VERSIONS.join(" or ")}`,
      });
    }
    if (config.interactiveMode === "Always") {
      throw new UserError({
        what: `the credential plugin ${config.command} needs a terminal (interactiveMode: Always), and there is none`,
        fix: "use a plugin that works without one, such as a token or a client certificate of a service account",
      });
    }
    if (!isExecutable(config.command, environment)) throw this.#missing();
  }

  /** A credential that is valid now. @throws UserError when the plugin fails */
  async credential(): Promise<ExecCredential> {
    const { now } = this.#options;
    if (this.#credential !== undefined && now() < this.#expiresAt - EXPIRY_MARGIN_MS) return this.#credential;
    if (this.#failure !== undefined && now() < this.#failure.until) throw this.#failure.error;
    this.#running ??= this.#run()
      .catch((error: unknown) => {
        this.#failure = { error, until: now() + FAILURE_MEMORY_MS };
        throw error;
      })
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  /** The server refused this credential: the next one is asked for. Does nothing when there is a newer one already. */
  forget(refused: ExecCredential): void {
    if (this.#credential === refused) this.#credential = undefined;
  }

  async #run(): Promise<ExecCredential> {
    const output = await this.#output();
    let answer: unknown;
    try {
      answer = JSON.parse(output);
    } catch {
      throw this.#broken("what it printed is not JSON");
    }
    const { apiVersion, kind, status } = isJsonObject(answer) ? answer : {};
    if (kind !== "ExecCredential" || apiVersion !== this.#options.config.apiVersion) {
      throw this.#broken(`what it printed is no ExecCredential of ${this.#options.config.apiVersion}`);
    }
    const credential = readStatus(isJsonObject(status) ? status : {});
    if (typeof credential === "string") throw this.#broken(credential);
    const expiry = isJsonObject(status) ? own(status, "expirationTimestamp") : undefined;
    const expiresAt = typeof expiry === "string" ? Date.parse(expiry) : Number.POSITIVE_INFINITY;
    if (Number.isNaN(expiresAt)) throw this.#broken("its expirationTimestamp is no RFC 3339 time");
    this.#credential = credential;
    this.#expiresAt = expiresAt;
    this.#failure = undefined;
    return credential;
  }

  #output(): Promise<string> {
    const { config, cluster, environment, timeoutMs = 60_000 } = this.#options;
    const info = {
      apiVersion: config.apiVersion,
      kind: "ExecCredential",
      spec: { interactive: false, ...(config.provideClusterInfo ? { cluster: cluster() } : {}) },
    };
    const given = Object.fromEntries((config.env ?? []).map(({ name, value }) => [name, value]));
    return new Promise((resolve, reject) => {
      const child = spawn(config.command, [...(config.args ?? [])], {
        env: { ...environment, ...given, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
        stdio: ["ignore", "pipe", "ignore"],
        // A process group of its own: at the limit, what it started ends with it.
        detached: true,
      });
      const kill = (): void => killGroup(child.pid);
      let timer = setTimeout(kill, timeoutMs);
      const chunks: Buffer[] = [];
      let bytes = 0;
      child.stdout.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= MAX_OUTPUT_BYTES) chunks.push(chunk);
        else kill();
      });
      child.once("error", (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        reject(error.code === "ENOENT" ? this.#missing() : this.#broken(`it cannot be started (${error.code})`));
      });
      child.once("exit", () => {
        clearTimeout(timer);
        timer = setTimeout(() => child.stdout.destroy(), REST_MS);
      });
      child.once("close", (code, signal) => {
        clearTimeout(timer);
        if (bytes > MAX_OUTPUT_BYTES) reject(this.#broken("it printed too much"));
        else if (signal !== null) reject(this.#broken(`it was ended by ${signal}, after at most ${timeoutMs} ms`));
        else if (code !== 0) reject(this.#broken(`it ended with exit code ${code}`));
        else resolve(Buffer.concat(chunks).toString("utf8"));
      });
    });
  }

  #missing(): UserError {
    const { command, installHint } = this.#options.config;
    const hint = installHint?.replaceAll(/\s+/g, " ").trim().slice(0, 500);
    return new UserError({
      what: `the kubeconfig's credential plugin ${command} is not installed`,
      where: ["users[].user.exec.command"],
      fix: hint ? hint : "install it, or put it into PATH",
    });
  }

  #broken(problem: string): UserError {
    const { command, args } = this.#options.config;
    return new UserError({
      what: `the kubeconfig's credential plugin ${command} failed: ${problem}`,
      fix: `run it by hand to see what it says: ${[command, ...(args ?? []).slice(0, 1)].join(" ")}${(args?.length ?? 0) > 1 ? " …" : ""}`,
    });
  }
}

function readStatus(status: JsonObject): ExecCredential | string {
  const text = (field: string): string | undefined => {
    const value = own(status, field);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const [token, certificate, key] = ["token", "clientCertificateData", "clientKeyData"].map(text);
  if ((certificate === undefined) !== (key === undefined))
    return "it gave a client certificate without its key, or a key alone";
  if (token === undefined && certificate === undefined) return "it gave neither a token nor a client certificate";
  return {
    ...(token === undefined ? {} : { token }),
    ...(certificate === undefined || key === undefined ? {} : { certificate, key }),
  };
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function isExecutable(command: string, environment: NodeJS.ProcessEnv): boolean {
  const isPath = isAbsolute(command) || command.includes("/");
  const places = isPath ? [command] : (environment["PATH"] ?? "").split(delimiter).map((place) => join(place, command));
  return places.some((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
