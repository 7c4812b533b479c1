// Where the operator is reached: declared once for the manifests, the servers and their certificate.

/** Ports of the operator's container, by name. */
export const PORTS = { https: 8443, webhook: 9443, health: 8081 } as const;

/** Service in front of the metrics port. */
export const METRICS_SERVICE_NAME = "notebook-validator-metrics";
/** Service in front of the webhook port. */
export const WEBHOOK_SERVICE_NAME = "notebook-validator-webhook";
/** Path of the webhook that judges jobs. */
export const WEBHOOK_PATH = "/validate-notebookvalidationjob";

/** Names under which a Service of a cluster is called; the last one with the usual domain of clusters. */
export function serviceNames(service: string, namespace: string): string[] {
  return [
    service,
    `${service}.${namespace}`,
    `${service}.${namespace}.svc`,
    `${service}.${namespace}.svc.cluster.local`,
  ];
}
