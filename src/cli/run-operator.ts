import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { OPERATOR_NAMESPACE, parseOperatorConfig } from "../api/index.js";
import { systemClock, systemRandom } from "../kube/index.js";
import { OperatorMetrics } from "../operator/index.js";
import { operatorLogger } from "../operator/operator-logger.js";
import { Replica } from "../operator/replica.js";
import { parseAddress } from "../operator/server/address.js";
import { GitSourceResolver } from "../operator/source/git-source-resolver.js";
import { operatorGitPolicy } from "../operator/source/operator-git-policy.js";
import { trustedAuthorities } from "../operator/source/trusted-authorities.js";
import { EXIT } from "./exit-code.js";
import type { OperatorCommandOptions } from "./operator.js";
import { readOperatorConfig } from "./operator-config-file.js";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/**
 * Runs one replica in this process, to its end.
 * @throws UserError for bad usage and configuration
 */
export async function runOperator(options: OperatorCommandOptions): Promise<void> {
  const logger = operatorLogger(options.logLevel);
  const healthAddress = parseAddress("--health-address", options.healthAddress);
  const config = options.config === undefined ? parseOperatorConfig({}) : await readOperatorConfig(options.config);
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stop.signal.aborted) process.exit(EXIT.no);
    logger.info({ signal }, "stopping");
    stop.abort(new Error(`received ${signal}`));
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on("unhandledRejection", (error) => {
    logger.fatal({ err: error }, "unexpected error");
    process.exit(EXIT.no);
  });
  const { loadKubeConfig, LiveCluster } = await import("../kube/live/index.js");
  const { kubeconfig, context, namespace } = options;
  const access = loadKubeConfig({
    ...(kubeconfig === undefined ? {} : { path: kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  const cluster = new LiveCluster(access);
  const { caBundle } = config.network;
  const authorities = caBundle === "" ? undefined : await trustedAuthorities(caBundle, process.env);
  const replica = new Replica({
    cluster,
    clock: systemClock,
    random: systemRandom,
    randomBytes,
    logger,
    config,
    source: new GitSourceResolver(operatorGitPolicy(config, process.env, authorities)),
    operatorNamespace: options.operatorNamespace ?? ownNamespace(process.env),
    metrics: new OperatorMetrics(),
    ...(namespace.length === 0 ? {} : { namespaces: namespace }),
    ...(healthAddress === undefined ? {} : { healthAddress }),
  });
  try {
    const end = await replica.run(stop.signal);
    process.exitCode = end === "stopped" ? EXIT.yes : EXIT.no;
  } finally {
    await cluster.close();
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  }
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
