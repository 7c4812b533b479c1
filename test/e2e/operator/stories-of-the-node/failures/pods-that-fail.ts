import { afterAll, beforeAll, describe, test } from "@jest/globals";
import { PODS } from "../../../../../src/kube/index.js";
import { expectFailure } from "../../../../recovery/recorded/expect-failure.js";
import { POD_FAILURES, type PodFailureName } from "../../../../recovery/recorded/pod-failures.js";
import { BuildBench } from "../../build-bench.js";
import { eventually } from "../../eventually.js";
import { withResource } from "../../node-resources.js";
import { type NodeWorld, REGISTRY } from "../../node-world.js";
import { mustSucceed } from "../../run-command.js";
import { failingPods, KEPT, mightyPod, OTHER_PLATFORM, SEAT, surroundings } from "./failing-pods.js";
import { FailureWatch } from "./failure-watch.js";

/** Everything that a node, its scheduler and its runtime can do to a pod. */
export function tellOfFailingPods(world: () => NodeWorld): void {
  describe("a pod that fails", () => {
    let bench: BuildBench;
    let watch: FailureWatch;
    let leaveSeats: () => Promise<void>;
    const done = new Map<string, Promise<void>>();

    beforeAll(async () => {
      bench = await BuildBench.of(world(), "failing");
      await pushOtherPlatform();
      leaveSeats = await withResource(world(), SEAT, 1);
      await bench.apply(...surroundings(bench.namespace), ...failingPods());
      watch = new FailureWatch(bench);
      for (const [name, deed] of Object.entries(deeds)) {
        const doing = deed();
        doing.catch(() => undefined);
        done.set(name, doing);
      }
    }, 120_000);

    afterAll(async () => {
      watch?.stop();
      await leaveSeats?.();
      for (const { metadata } of (await bench?.pods()) ?? []) {
        if (metadata.finalizers?.includes(KEPT) !== true) continue;
        const patch = '--patch={"metadata":{"finalizers":null}}';
        await bench.kubectl(["patch", `pod/${metadata.name}`, "--type=merge", patch]);
        await bench.kubectl([
          "delete",
          `pod/${metadata.name}`,
          "--ignore-not-found",
          "--wait=false",
          "--grace-period=0",
          "--force",
        ]);
      }
      const shared = [
        "node/nbv-elsewhere",
        "runtimeclass/nbv-nowhere",
        "priorityclass/nbv-humble",
        "priorityclass/nbv-mighty",
      ];
      await bench?.kubectl([
        "delete",
        "--ignore-not-found",
        "--wait=false",
        `pv/${bench.namespace}-without-directory`,
        ...shared,
      ]);
    });

    const runs = (name: PodFailureName) =>
      eventually(`${name} to run`, 90_000, async () => {
        const pod = await world().cluster.get(PODS, { namespace: bench.namespace, name });
        return pod.status?.phase === "Running" ? true : undefined;
      });

    /** What has to be done to pods that nothing is wrong with. */
    const deeds: Partial<Record<PodFailureName, () => Promise<void>>> = {
      async evicted() {
        await runs("evicted");
        const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: "evicted" } };
        const path = `/api/v1/namespaces/${bench.namespace}/pods/evicted/eviction`;
        await mustSucceed(bench.kubectl(["create", `--raw=${path}`, "--filename=-"], JSON.stringify(eviction)));
      },
      async deleted() {
        await runs("deleted");
        await mustSucceed(bench.kubectl(["delete", "pod/deleted", "--wait=false"]));
      },
      async preempted() {
        await runs("preempted");
        await bench.apply(mightyPod());
      },
      async "tainted-node"() {
        await mustSucceed(bench.kubectl(["taint", "nodes", "nbv-elsewhere", "example.com/gone=true:NoExecute"]));
      },
    };

    test.each(Object.keys(POD_FAILURES) as PodFailureName[])("is taken for what it is: %s", async (name) => {
      await done.get(name);
      expectFailure(await watch.failure(name), POD_FAILURES[name]);
    });
  });
}

/** An image of a machine that the node is not. */
async function pushOtherPlatform(): Promise<void> {
  const type = "application/vnd.oci.image.manifest.v1+json";
  const [, name, tag] = /\/([^/:]+):(.+)$/.exec(OTHER_PLATFORM) ?? [];
  const manifests = `http://${REGISTRY}/v2/${name}/manifests`;
  const found = await fetch(`${manifests}/1`, { headers: { accept: type } });
  const size = (await found.arrayBuffer()).byteLength;
  const digest = found.headers.get("docker-content-digest");
  const index = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [{ mediaType: type, digest, size, platform: { os: "linux", architecture: "s390x" } }],
  };
  const headers = { "content-type": index.mediaType };
  const pushed = await fetch(`${manifests}/${tag}`, { method: "PUT", headers, body: JSON.stringify(index) });
  if (!pushed.ok) throw new Error(`the registry took no index: ${pushed.status} ${await pushed.text()}`);
}
