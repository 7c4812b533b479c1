/** Ports of the operator's container, by name. */
export const PORTS = { https: 8443, webhook: 9443, health: 8081 } as const;

/** Service in front of the metrics port. */
export const METRICS_SERVICE_NAME = "notebook-validator-metrics";
/** Service in front of the webhook port. */
export const WEBHOOK_SERVICE_NAME = "notebook-validator-webhook";
/** Path of the webhook that judges jobs. */
export const WEBHOOK_PATH = "/validate-notebookvalidationjob";
