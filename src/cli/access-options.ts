import type { Command } from "commander";

/** Options of every command that talks to a cluster, as kubectl names them. */
export interface AccessOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

/** The command with these options. */
export function withAccessOptions(command: Command): Command {
  return command
    .option("-n, --namespace <name>", "namespace (default: the kubeconfig context's)")
    .option(
      "--kubeconfig <file>",
      "how to reach the cluster (default: KUBECONFIG, ~/.kube/config, or the pod's account)",
    )
    .option("--context <name>", "context of the kubeconfig (default: its current one)");
}
