export { apiServerAddress, type KubeConfigSource, loadKubeConfig } from "./kube-config.js";
export { LiveCluster, type LiveClusterOptions } from "./live-cluster.js";
export type { RequestRecord, RequestVerb } from "./request-record.js";
export type { RetryLimits } from "./retry.js";
