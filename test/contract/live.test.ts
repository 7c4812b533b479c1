import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { CUSTOM_RESOURCE_DEFINITIONS } from "../../src/kube/index.js";
import { LiveCluster, loadKubeConfig } from "../../src/kube/live/index.js";
import { type ControlPlane, findControlPlane, NO_CONTROL_PLANE, startControlPlane } from "../cluster/control-plane.js";
import { KUBELET_CLIENT_ARGUMENTS } from "../cluster/node-log-server.js";
import { clusterContract } from "./cluster.contract.js";
import type { ClusterUnderTest } from "./cluster-under-test.js";
import { GADGET_DEFINITION, GADGETS } from "./gadget.js";
import { startLogNode } from "./log-node.js";
import { LogSource } from "./log-source.js";
import { untilServed } from "./until-served.js";

const START_MS = 90_000;

if (findControlPlane() === undefined && process.env["CI"] !== "true") {
  process.stderr.write(`skipped: the contract of a real API server (${NO_CONTROL_PLANE})\n`);
  describe.skip("a real API server", () => {
    test("is not here", () => expect(findControlPlane()).toBeDefined());
  });
} else {
  describe("a real API server", () => {
    let controlPlane: ControlPlane | undefined;
    let under: ClusterUnderTest | undefined;

    beforeAll(async () => {
      controlPlane = await startControlPlane({ apiServerArguments: KUBELET_CLIENT_ARGUMENTS });
      const cluster = new LiveCluster(loadKubeConfig({ path: controlPlane.kubeconfig }));
      const logs = new LogSource();
      const node = await startLogNode(cluster, controlPlane.pki, ({ namespace, pod, options }) =>
        logs.read(`${namespace}/${pod}`, options),
      );
      const close = async (): Promise<void> => {
        await cluster.close();
        await node.close();
      };
      under = { cluster, nodeName: node.name, logs, close };
      await cluster.create(CUSTOM_RESOURCE_DEFINITIONS, GADGET_DEFINITION);
      await untilServed(cluster, GADGETS);
    }, START_MS);

    afterAll(async () => {
      await under?.close();
      await controlPlane?.stop();
    }, START_MS);

    clusterContract(() => {
      if (under === undefined) throw new Error("the control plane did not start");
      return under;
    });
  });
}
