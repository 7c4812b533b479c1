import { ServiceAccount } from "cdk8s-plus-28";
import type { Construct } from "constructs";
import { manifest } from "../manifest.js";
import { standardLabels } from "../standard-labels.js";

const rbac = "rbac.authorization.k8s.io/v1";
const name = "notebook-validator-metrics-reader";

/** Secret with the scraper's token, under the key `token`. */
export const SCRAPER_TOKEN_SECRET_NAME = `${name}-token`;

/**
 * An account that may read `/metrics` and nothing else. Its token is a Secret because Prometheus instances that may
 * not read files (OpenShift's user workload monitoring) accept nothing else from a ServiceMonitor.
 */
export function addScraperAccess(scope: Construct, namespace: string): void {
  const labels = standardLabels("monitoring");
  const account = new ServiceAccount(scope, "ScraperAccount", {
    metadata: { name, namespace, labels },
    automountToken: false,
  });
  manifest(scope, "ScraperRole", {
    apiVersion: rbac,
    kind: "ClusterRole",
    metadata: { name, labels },
    rules: [{ nonResourceURLs: ["/metrics"], verbs: ["get"] }],
  });
  manifest(scope, "ScraperRoleBinding", {
    apiVersion: rbac,
    kind: "ClusterRoleBinding",
    metadata: { name, labels },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  });
  const token = manifest(scope, "ScraperToken", {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: SCRAPER_TOKEN_SECRET_NAME,
      namespace,
      labels,
      annotations: { "kubernetes.io/service-account.name": name },
    },
    type: "kubernetes.io/service-account-token",
  });
  token.node.addDependency(account);
}
