export { MemoryCluster } from "./memory-cluster.js";
export type * from "./memory-options.js";
export type { ReviewAnswers } from "./reviews.js";
export type { WatchBreak } from "./watch-feed.js";
