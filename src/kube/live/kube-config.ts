import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { KubeConfig, type User } from "@kubernetes/client-node";
import { parse } from "yaml";
import { UserError } from "../../api/user-error.js";
import { isJsonObject, own } from "../json.js";

export interface KubeConfigSource {
  /**
   * Path of a kubeconfig file. @default the files of `KUBECONFIG`, `~/.kube/config`, or the pod's service account, in this
   * order
   */
  readonly path?: string;
  /** @default the file's current context */
  readonly context?: string;
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
  /** Stands before the path of the pod's service account, for tests. @default "" */
  readonly root?: string;
}

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * Finds out where the API server is and who we are. Of several files the first that names something wins, as with kubectl.
 * @throws UserError when nothing is found, or what is found is unreadable, incomplete or not supported
 */
export function loadKubeConfig(source: KubeConfigSource = {}): KubeConfig {
  const { environment = process.env, root = "" } = source;
  const files = source.path === undefined ? defaultFiles(environment) : [source.path];
  const config = files.length > 0 ? merged(files.map(readFile)) : inCluster(environment, root);
  if (source.context !== undefined) config.setCurrentContext(source.context);
  requireUsable(config, files);
  return config;
}

function defaultFiles(environment: NodeJS.ProcessEnv): string[] {
  const named = (environment["KUBECONFIG"] ?? "").split(delimiter).filter((file) => file !== "");
  if (named.length === 0) {
    const own = join(environment["HOME"] || homedir(), ".kube", "config");
    return existsSync(own) ? [own] : [];
  }
  const present = named.filter((file) => existsSync(file));
  if (present.length > 0) return present;
  throw new UserError({
    what: "none of the files that KUBECONFIG names is there",
    where: named,
    fix: "correct KUBECONFIG, or unset it",
  });
}

function readFile(file: string): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromFile(file);
    completeUsers(config, file);
    return config;
  } catch (error) {
    if (error instanceof UserError) throw error;
    // The parser's own message may quote the file, and with it credentials: only code and place are passed on.
    const { code, mark } = error as NodeJS.ErrnoException & { mark?: { line?: number } };
    const line = mark?.line === undefined ? "" : `:${mark.line + 1}`;
    throw new UserError({
      what: `the kubeconfig cannot be read${code === undefined ? "" : ` (${code})`}`,
      where: [`${file}${line}`],
      fix: "name a readable kubeconfig file",
    });
  }
}

/** What client-node does not take over from a file's users. */
function completeUsers(config: KubeConfig, file: string): void {
  const folder = dirname(resolve(file));
  for (const entry of usersOf(parse(readFileSync(file, "utf8")))) {
    const user = config.getUser(entry.name);
    if (user === null) continue;
    const { tokenFile } = entry.user;
    if (typeof tokenFile === "string" && tokenFile !== "") {
      const path = isAbsolute(tokenFile) ? tokenFile : join(folder, tokenFile);
      Object.assign(user, { authProvider: { name: "tokenFile", config: { tokenFile: path } } });
    }
    const exec = user.exec as { command?: unknown } | null | undefined;
    const command = exec?.command;
    if (exec && typeof command === "string" && command.includes("/") && !isAbsolute(command)) {
      exec.command = join(folder, command);
    }
    const refused = ["as-uid", "as-groups", "as-user-extra"].filter((field) => own(entry.user, field) !== undefined);
    if (refused.length > 0) {
      // Leaving one out would act with other rights than the file says.
      unsupported.set(user, refused);
    }
  }
}

/** Where a user's token stands that changes now and then. */
export function tokenFileOf(user: User): string | undefined {
  const { config } = (user.authProvider ?? {}) as { config?: { tokenFile?: unknown } | null };
  return typeof config?.tokenFile === "string" ? config.tokenFile : undefined;
}

const unsupported = new WeakMap<User, readonly string[]>();

function usersOf(file: unknown): { name: string; user: Record<string, unknown> }[] {
  const users = isJsonObject(file) ? own(file, "users") : undefined;
  return (Array.isArray(users) ? users : []).flatMap((entry: unknown) =>
    isJsonObject(entry) && typeof entry["name"] === "string" && isJsonObject(entry["user"])
      ? [{ name: entry["name"], user: entry["user"] }]
      : [],
  );
}

function merged(configs: readonly KubeConfig[]): KubeConfig {
  const [first, ...others] = configs;
  if (first === undefined || others.length === 0) return first ?? new KubeConfig();
  const firstByName = <T extends { name: string }>(lists: readonly T[]): T[] => [
    ...new Map(lists.toReversed().map((item) => [item.name, item])).values(),
  ];
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: firstByName(configs.flatMap((one) => one.getClusters())),
    users: firstByName(configs.flatMap((one) => one.getUsers())),
    contexts: firstByName(configs.flatMap((one) => one.getContexts())),
    currentContext: configs.map((one) => one.getCurrentContext()).find((name) => name),
  });
  return config;
}

function inCluster(environment: NodeJS.ProcessEnv, root: string): KubeConfig {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (!host || !port || !existsSync(`${root}${SERVICE_ACCOUNT}/token`)) {
    throw new UserError({
      what: "no Kubernetes cluster was found: there is no kubeconfig, and this is no pod with a service account",
      fix: "name a kubeconfig with --kubeconfig or KUBECONFIG",
    });
  }
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    {
      name: "inCluster",
      server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
      caFile: `${root}${SERVICE_ACCOUNT}/ca.crt`,
      skipTLSVerify: false,
    },
    {
      name: "inCluster",
      authProvider: { name: "tokenFile", config: { tokenFile: `${root}${SERVICE_ACCOUNT}/token` } },
    },
  );
  return config;
}

/** Host and port of the API server that a configuration names, as in `10.0.0.1:6443`; never credentials or paths. */
export function apiServerAddress(config: KubeConfig): string {
  const { hostname, port, protocol } = new URL(config.getCurrentCluster()?.server ?? "https://unknown");
  return `${hostname}:${port || (protocol === "http:" ? "80" : "443")}`;
}

function requireUsable(config: KubeConfig, files: readonly string[]): void {
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    const names = config.getContexts().map((context) => context.name);
    throw new UserError({
      what: `the kubeconfig has no cluster for context ${JSON.stringify(config.getCurrentContext() ?? "")}`,
      where: files,
      fix: names.length === 0 ? "add a context to it" : `choose one of: ${names.join(", ")}`,
    });
  }
  const isWeb = URL.canParse(cluster.server) && /^https?:$/.test(new URL(cluster.server).protocol);
  if (!isWeb) {
    throw new UserError({
      what: "the cluster's server is no https URL",
      where: files,
      fix: "correct clusters[].cluster.server",
    });
  }
  const user = config.getCurrentUser();
  const wrong = user === null ? undefined : unsupported.get(user);
  if (wrong !== undefined) {
    throw new UserError({
      what: `the kubeconfig's user acts for somebody else in a way that is not supported: ${wrong.join(", ")}`,
      where: files,
      fix: "use a user without it; `as` alone is supported",
    });
  }
  const tokenFile = user === null ? undefined : tokenFileOf(user);
  const given = {
    "certificate-authority": cluster.caFile,
    "client-certificate": user?.certFile,
    "client-key": user?.keyFile,
  };
  for (const [field, file] of Object.entries({ ...given, tokenFile })) if (file) requireReadable(field, file, files);
}

function requireReadable(field: string, file: string, files: readonly string[]): void {
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    throw new UserError({
      what: `the file that ${field} names cannot be read (${(error as NodeJS.ErrnoException).code})`,
      where: [file, ...files],
      fix: `correct ${field}, or make the file readable`,
    });
  }
}
