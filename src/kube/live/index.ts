export { type KubeConfigSource, loadKubeConfig } from "./kube-config.js";
export { LiveCluster, type LiveClusterOptions } from "./live-cluster.js";
