import { type Command, Option } from "commander";
import { LOG_LEVELS, type LogLevel } from "../operator/log-level.js";

/** Options of `nbv operator`. */
export interface OperatorCommandOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly config?: string;
  readonly namespace: readonly string[];
  readonly operatorNamespace?: string;
  readonly leaderElection: boolean;
  readonly healthAddress: string;
  readonly metricsAddress: string;
  readonly metricsPlain: boolean;
  readonly webhookAddress: string;
  readonly certificates?: string;
  readonly logLevel: LogLevel;
}

/** `nbv operator` */
export function register(program: Command): void {
  program
    .command("operator")
    .summary("run the operator against a cluster")
    .description(
      "Runs the operator: reconciles the NotebookValidationJobs of a cluster until it is told to stop (SIGTERM, SIGINT).\n" +
        "Addresses are HOST:PORT, :PORT for every interface, or off.\n" +
        "Exit code: 0 after an orderly stop; 1 when the leadership was lost, or for an unexpected error; 2 for bad usage or configuration.",
    )
    .option(
      "--kubeconfig <file>",
      "how to reach the cluster (default: KUBECONFIG, ~/.kube/config, or the pod's account)",
    )
    .option("--context <name>", "context of the kubeconfig (default: its current one)")
    .option(
      "--config <file>",
      "operator-wide configuration, YAML; the operator ends when it changes, to be started anew",
    )
    .addOption(
      new Option("--namespace <name...>", "serve the jobs of these namespaces only").default([], "all namespaces"),
    )
    .option(
      "--operator-namespace <name>",
      "where lease, signing key and certificate are (default: POD_NAMESPACE, the pod's own, or notebook-validator-system)",
    )
    .option("--no-leader-election", "work at once: for a single replica on a laptop")
    .option("--health-address <address>", "serves /healthz and /readyz", ":8081")
    .option("--metrics-address <address>", "serves /metrics by TLS, to those who may read it", ":8443")
    .option("--metrics-plain", "serve metrics by plain HTTP to anybody; on a loopback address only", false)
    .option("--webhook-address <address>", "serves the admission webhook by TLS", ":9443")
    .option(
      "--certificates <dir>",
      "serve certificates that others issue, from webhook/ and metrics/ in this directory (default: the operator issues its own)",
    )
    .addOption(new Option("--log-level <level>", "how much is logged").choices(LOG_LEVELS).default("info"))
    .action(async (options: OperatorCommandOptions) => {
      const { runOperator } = await import("./run-operator.js");
      // What may still be under way must not outlive the leadership, or keep the process alive.
      process.exit(await runOperator(options));
    });
}
