import { KubeConfig } from "@kubernetes/client-node";
import { UserError } from "../../api/user-error.js";

export interface KubeConfigSource {
  /** Path of a kubeconfig file. @default `KUBECONFIG`, `~/.kube/config`, or the pod's service account, in this order */
  readonly path?: string;
  /** @default the file's current context */
  readonly context?: string;
}

/** Finds out where the API server is and who we are. @throws UserError when the file is missing, unreadable or incomplete */
export function loadKubeConfig(source: KubeConfigSource = {}): KubeConfig {
  const config = new KubeConfig();
  try {
    if (source.path === undefined) config.loadFromDefault();
    else config.loadFromFile(source.path);
  } catch (error) {
    // The parser's own message may quote the file, and with it credentials: only its error code is passed on.
    const code = (error as NodeJS.ErrnoException).code;
    throw new UserError({
      what: `the kubeconfig cannot be read${code === undefined ? "" : ` (${code})`}`,
      where: source.path === undefined ? [] : [source.path],
      fix: "name a readable kubeconfig file",
    });
  }
  if (source.context !== undefined) config.setCurrentContext(source.context);
  if (config.getCurrentCluster() === null) {
    throw new UserError({
      what: `the kubeconfig has no cluster for context ${JSON.stringify(config.getCurrentContext() ?? "")}`,
      where: source.path === undefined ? [] : [source.path],
      fix: `choose one of: ${config
        .getContexts()
        .map((context) => context.name)
        .join(", ")}`,
    });
  }
  return config;
}
