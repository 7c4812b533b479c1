import { type Cluster, objectOf } from "../../src/kube/index.js";
import { type LogRequest, startNodeLogServer } from "../cluster/node-log-server.js";
import type { Pki } from "../cluster/pki.js";
import { NODES } from "../cluster/process-scheduler.js";

/**
 * A node of a real API server that can do nothing but read logs out. The control plane must run with
 * `KUBELET_CLIENT_ARGUMENTS`.
 */
export async function startLogNode(
  cluster: Cluster,
  pki: Pki,
  read: (request: LogRequest) => AsyncIterable<Uint8Array>,
): Promise<{ readonly name: string; close(): Promise<void> }> {
  const server = await startNodeLogServer(pki, read);
  const { port } = server;
  const name = `log-node-${port}`;
  await cluster.create(NODES, objectOf(NODES, { metadata: { name } }));
  const status = {
    allocatable: { cpu: "64", memory: "256Gi", "ephemeral-storage": "1Ti", pods: "500" },
    addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
  await cluster.patchStatus(NODES, { name }, { status });
  // The API server taints new nodes until they are ready.
  await cluster.patch(NODES, { name }, { spec: { taints: null } });
  return { name, close: () => server.close() };
}
