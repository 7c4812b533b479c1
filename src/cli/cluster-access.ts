import { UserError } from "../api/user-error.js";
import type { Cluster } from "../kube/cluster.js";
import { isKubeError } from "../kube/kube-error.js";
import type { AccessOptions } from "./access-options.js";

/** A cluster, as the kubeconfig tells of it. */
export interface ClusterAccess {
  readonly cluster: Cluster;
  /** The one that was asked for, else the context's, else `default`. */
  readonly namespace: string;
  /** Host and port of the API server. */
  readonly server: string;
  close(): Promise<void>;
}

async function clusterAccess(options: AccessOptions): Promise<ClusterAccess> {
  const { apiServerAddress, loadKubeConfig, LiveCluster } = await import("../kube/live/index.js");
  const config = loadKubeConfig({
    ...(options.kubeconfig === undefined ? {} : { path: options.kubeconfig }),
    ...(options.context === undefined ? {} : { context: options.context }),
  });
  const cluster = new LiveCluster(config);
  const own = config.getContextObject(config.getCurrentContext())?.namespace;
  const namespace = options.namespace ?? (own || "default");
  return { cluster, namespace, server: apiServerAddress(config), close: () => cluster.close() };
}

/**
 * Does something with a cluster, and lets go of it.
 * @throws UserError when the kubeconfig is missing or no good, or a call fails
 */
export async function withCluster<T>(options: AccessOptions, work: (access: ClusterAccess) => Promise<T>): Promise<T> {
  const access = await clusterAccess(options);
  try {
    return await work(access);
  } catch (error) {
    throw explainCall(error, access.server);
  } finally {
    await access.close();
  }
}

/**
 * What a failed call means to somebody at a terminal; anything but a failed call stays as it is.
 * @param server host and port of the API server
 */
export function explainCall(error: unknown, server: string): unknown {
  if (!isKubeError(error)) return error;
  switch (error.reason) {
    case "NotFound":
      return new UserError({
        what: "this cluster knows no NotebookValidationJobs",
        fix: "install the operator, or name another cluster with --context",
      });
    case "Unauthorized":
      // No credentials to be had: a plugin or a file of the kubeconfig failed before anybody was asked.
      if (error.cause instanceof UserError) return error.cause;
      return new UserError({ what: "the API server does not know who you are", fix: "log in again" });
    case "ConnectionFailed":
    case "ServiceUnavailable":
    case "ServerTimeout":
      return new UserError({
        what: `the API server ${server} can't be reached: ${error.message}`,
        fix: `check that the cluster runs and that ${server} can be reached from here (VPN, proxy), or name another with --context or --kubeconfig`,
      });
    default:
      return new UserError({ what: error.message });
  }
}
