import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rmdir } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import type { Logger } from "pino";
import { OPERATOR_NAMESPACE, type OperatorConfig, parseOperatorConfig } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import { systemClock, systemRandom } from "../kube/index.js";
import { operatorLogger } from "../operator/operator-logger.js";
import { OperatorMetrics } from "../operator/operator-metrics.js";
import { Replica, type ReplicaOptions } from "../operator/replica.js";
import { parseAddress } from "../operator/server/address.js";
import type { ServerAddresses } from "../operator/server/replica-servers.js";
import { EXIT, type ExitCode } from "./exit-code.js";
import type { OperatorCommandOptions } from "./operator.js";
import { readOperatorConfig } from "./operator-config-file.js";
import { version } from "./version.js";
import { configChange } from "./watch-config.js";

/**
 * How far the heap may grow beyond what is in use before old objects are looked through again. By V8's own choice (up to
 * four times) most of a burst's memory is what nobody needs any more; this costs no measurable time.
 */
const HEAP_GROWING_PERCENT = 40;
const SIGNALS = ["SIGTERM", "SIGINT"] as const;
/** What has not ended so long after a signal is cut off, milliseconds. */
const LATEST_END_MS = 9_500;

/** Runs one replica in this process, to its end. The process is to exit with the code: something may still be under way. */
export async function runOperator(options: OperatorCommandOptions): Promise<ExitCode> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  const logger = operatorLogger(options.logLevel);
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stop.signal.aborted) end(logger, `received ${signal} again: stopping at once`);
    logger.info({ signal }, "stopping");
    stop.abort(new Error(`received ${signal}`));
    setTimeout(() => end(logger, "the orderly stop takes too long: stopping at once"), LATEST_END_MS).unref();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  const onError = (error: unknown): void => {
    logger.fatal({ err: error }, "unexpected error");
    process.exit(EXIT.no);
  };
  process.on("uncaughtException", onError);
  process.on("unhandledRejection", onError);
  try {
    const replica = await makeReplica(options, logger, stop);
    const ended = await replica.run(stop.signal);
    return ended === "stopped" ? EXIT.yes : EXIT.no;
  } catch (error) {
    if (!(error instanceof UserError)) {
      logger.fatal({ err: error }, "unexpected error");
      return EXIT.no;
    }
    logger.fatal({ err: error }, "the operator can't work as it was told to");
    process.stderr.write(`error: ${error.message}\n`);
    return EXIT.unusable;
  }
}

async function makeReplica(options: OperatorCommandOptions, logger: Logger, stop: AbortController): Promise<Replica> {
  await needTemporaryDirectory();
  const addresses = addressesOf(options);
  const file = options.config;
  const config = file === undefined ? parseOperatorConfig({}) : await readOperatorConfig(file);
  const operatorNamespace = options.operatorNamespace ?? ownNamespace(process.env);
  const identity = `${process.env.POD_NAME || hostname()}_${randomBytes(6).toString("hex")}`;
  logger.info({ version: version(), node: process.version, identity, namespace: operatorNamespace }, "starting");

  const { apiServerAddress, loadKubeConfig, LiveCluster } = await import("../kube/live/index.js");
  const { kubeconfig, context, namespace } = options;
  const access = loadKubeConfig({
    ...(kubeconfig === undefined ? {} : { path: kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  const metrics = new OperatorMetrics();
  const onRequest = ({ verb, code }: { verb: string; code: number }): void =>
    metrics.count("apiRequests", { verb, code: String(code) });
  const cluster = new LiveCluster(access, { onRequest });
  const basics = { clock: systemClock, random: systemRandom, logger };
  const { LeaderElection } = await import("../operator/leader-election.js");
  const election = new LeaderElection({
    ...basics,
    // Connections of its own: renewals must not queue behind the work.
    cluster: new LiveCluster(access, { onRequest, timeoutMs: 5_000, maxConnections: 2, retry: { attempts: 0 } }),
    namespace: operatorNamespace,
    identity,
  });
  if (file !== undefined) {
    void configChange({ file, config, clock: systemClock, logger }, stop.signal).then(
      () => {
        logger.info({ file }, "the configuration has changed: stopping, to be started anew with it");
        stop.abort(new Error("the configuration has changed"));
      },
      () => undefined,
    );
  }
  const outside = await outsideOf(config);
  return new Replica({
    ...basics,
    ...{ cluster, config, operatorNamespace, metrics, addresses, apiServer: apiServerAddress(access) },
    randomBytes,
    ...outside,
    certificates: options.certificates,
    ...(namespace.length === 0 ? {} : { namespaces: namespace }),
    ...(options.leaderElection ? { election } : {}),
  });
}

/** git works in temporary directories: better told now than as the failure of every job. */
async function needTemporaryDirectory(): Promise<void> {
  const parent = tmpdir();
  try {
    await rmdir(await mkdtemp(join(parent, "nbv-start-")));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "no reason";
    throw new UserError({
      what: `the temporary directory ${parent} can't be written to (${code})`,
      fix: "set TMPDIR to a directory that can be, or mount a writable volume there",
    });
  }
}

/** How the operator asks remotes and registries, as its configuration says. */
async function outsideOf(config: OperatorConfig): Promise<Pick<ReplicaOptions, "source" | "branches" | "builder">> {
  const { operatorGitPolicy } = await import("../operator/source/operator-git-policy.js");
  const { operatorRegistryPolicy } = await import("../operator/registry/registry-policy.js");
  const { GitSourceResolver } = await import("../operator/source/git-source-resolver.js");
  const { GitBranchReader } = await import("../operator/source/git-branch-reader.js");
  const { GitSourceReader } = await import("../operator/source/git-source-reader.js");
  const { RegistryClient } = await import("../operator/registry/registry-client.js");
  const { BUILD_STRATEGIES } = await import("../build/index.js");
  const file = await authoritiesFile(config);
  const authorities = file === undefined ? undefined : await readFile(file, "utf8");
  const git = operatorGitPolicy(config, process.env, file);
  const registry = new RegistryClient(operatorRegistryPolicy(config, process.env, authorities));
  return {
    source: new GitSourceResolver(git),
    branches: new GitBranchReader(git),
    builder: { reader: new GitSourceReader(git), registry, strategies: BUILD_STRATEGIES },
  };
}

/** A file with all certificates that are trusted; `undefined` = the system's alone. */
async function authoritiesFile({ network: { caBundle } }: OperatorConfig): Promise<string | undefined> {
  if (caBundle === "") return undefined;
  const { trustedAuthorities } = await import("../operator/source/trusted-authorities.js");
  return trustedAuthorities(caBundle, process.env);
}

function addressesOf(options: OperatorCommandOptions): ServerAddresses {
  const health = parseAddress("--health-address", options.healthAddress);
  const metrics = parseAddress("--metrics-address", options.metricsAddress);
  const webhook = parseAddress("--webhook-address", options.webhookAddress);
  return {
    ...(health === undefined ? {} : { health }),
    ...(metrics === undefined ? {} : { metrics }),
    ...(webhook === undefined ? {} : { webhook }),
    plainMetrics: options.metricsPlain,
  };
}

function end(logger: Logger, why: string): never {
  logger.warn(why);
  process.exit(EXIT.no);
}

const ACCOUNT_NAMESPACE = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/** The namespace of this pod; outside of a cluster the one that the operator is installed in by default. */
function ownNamespace(environment: NodeJS.ProcessEnv): string {
  if (environment.POD_NAMESPACE) return environment.POD_NAMESPACE;
  try {
    return readFileSync(ACCOUNT_NAMESPACE, "utf8").trim() || OPERATOR_NAMESPACE;
  } catch {
    return OPERATOR_NAMESPACE;
  }
}
