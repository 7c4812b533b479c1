import { afterEach, beforeEach, describe } from "@jest/globals";
import { MemoryCluster } from "../../src/kube/memory/index.js";
import { clusterContract } from "./cluster.contract.js";
import type { ClusterUnderTest } from "./cluster-under-test.js";
import { GADGET } from "./gadget.js";
import { LogSource } from "./log-source.js";

describe("the embedded API server", () => {
  let under: ClusterUnderTest;
  beforeEach(() => {
    const cluster = new MemoryCluster({ customResources: [GADGET] });
    // As on a server that has run for a while: its first versions are forgotten.
    cluster.compact();
    const logs = new LogSource();
    cluster.setLogs(({ metadata: { namespace, name }, spec }, options) =>
      spec?.nodeName === undefined ? nothing() : logs.read(`${namespace}/${name}`, options),
    );
    under = { cluster, nodeName: "node", logs, close: async () => void cluster.breakWatches("close") };
  });
  afterEach(() => under.close());
  clusterContract(() => under);
});

async function* nothing(): AsyncIterable<Uint8Array> {
  // A pod that no node has has no log.
}
