import { afterEach, beforeEach, describe } from "@jest/globals";
import { MemoryCluster } from "../../src/kube/memory/index.js";
import { clusterContract } from "./cluster.contract.js";
import type { ClusterUnderTest } from "./cluster-under-test.js";
import { GADGET } from "./gadget.js";

describe("the embedded API server", () => {
  let under: ClusterUnderTest;
  beforeEach(() => {
    const cluster = new MemoryCluster({ customResources: [GADGET] });
    // As on a server that has run for a while: its first versions are forgotten.
    cluster.compact();
    under = { cluster, close: async () => void cluster.breakWatches("close") };
  });
  afterEach(() => under.close());
  clusterContract(() => under);
});
