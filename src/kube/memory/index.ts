export { MemoryCluster } from "./memory-cluster.js";
export type * from "./memory-options.js";
export type { WatchBreak } from "./watch-feed.js";
