import { applyContract } from "./apply.contract.js";
import type { ClusterUnderTest } from "./cluster-under-test.js";
import { deletionContract } from "./deletion.contract.js";
import { discoveryContract } from "./discovery.contract.js";
import { informerContract } from "./informer.contract.js";
import { logsContract } from "./logs.contract.js";
import { operatorContract } from "./operator.contract.js";
import { readsContract } from "./reads.contract.js";
import { reviewsContract } from "./reviews.contract.js";
import { schemasContract } from "./schemas.contract.js";
import { webhooksContract } from "./webhooks.contract.js";
import { writesContract } from "./writes.contract.js";

/** What every implementation of `Cluster` does. Where the embedded server and a real one differ, the embedded one is wrong. */
export function clusterContract(given: () => ClusterUnderTest): void {
  writesContract(given);
  schemasContract(given);
  applyContract(given);
  deletionContract(given);
  readsContract(given);
  discoveryContract(given);
  informerContract(given);
  logsContract(given);
  operatorContract(given);
  reviewsContract(given);
  webhooksContract(given);
}
