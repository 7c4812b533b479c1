import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { listAll } from "../../../../src/kube/index.js";
import { NODES } from "../../../cluster/process-scheduler.js";
import { aJob, aSecret, Bench, cells, condition } from "../bench.js";
import { eventually } from "../eventually.js";
import { mustSucceed } from "../run-command.js";
import type { World } from "../world.js";

/** A label that no node has, until somebody labels one. */
const LABEL = "example.com/late";
/** Between two tries of what only a try can tell, at first; and longest look for what a failed job lacks. */
const SLOW_MS = 90_000;

/** What each job waits for, and how it is told. */
const WAITS = {
  secret: { reason: "SecretMissing", waitingFor: { kind: "Secret", name: "late" } },
  node: { reason: "Unschedulable", waitingFor: { kind: "Node" } },
  quota: { reason: "QuotaExceeded", waitingFor: { kind: "Quota" } },
} as const;
type Name = keyof typeof WAITS;
const NAMES = Object.keys(WAITS) as Name[];

/** Runs wait for what others have to bring, go on when it comes, and give up in the end. */
export function tellOfWaiting(world: () => World): void {
  describe("a run that lacks what others have to bring", () => {
    let bench: Bench;
    let full: Bench;
    let spec: (podConfig: object, more?: object) => object;
    let nodeName: string;
    const of = (name: Name): Bench => (name === "quota" ? full : bench);

    beforeAll(async () => {
      bench = await Bench.in(world(), "waiting");
      full = await Bench.in(world(), "waiting-for-quota");
      nodeName = (await listAll(world().cluster, NODES)).items[0]?.metadata.name ?? "";
      const { urls } = await world().git.repository({ "nb.ipynb": cells("1 + 1") });
      spec = (podConfig, more = {}) => ({
        notebook: { git: { url: urls.http, ref: "main" }, path: "nb.ipynb" },
        podConfig: { containerImage: world().images.notebook, ...podConfig },
        ...more,
      });
      await fill(full);
      const secretKeyRef = { name: "late", key: "key" };
      const claim = { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "later" } }] };
      await bench.apply(
        aJob("secret", spec({ env: [{ name: "KEY", valueFrom: { secretKeyRef } }] })),
        aJob("node", spec({ nodeSelector: { [LABEL]: "true" } })),
        // It has no patience of its own to spare: it fails, and comes back.
        aJob("claim", spec(claim, { totalTimeout: "45s" })),
      );
      await full.apply(aJob("quota", spec({})));
    });
    afterAll(async () => {
      await mustSucceed(world().kubectl(["label", "node", nodeName, `${LABEL}-`]));
    });

    test.each(NAMES)("stands still without failing, and says for what: %s", async (name) => {
      const held = await of(name).until(
        name,
        "to wait",
        ({ phase, waitingFor }) => phase === "Retrying" && waitingFor !== undefined,
      );
      expect(held.status).toMatchObject({ ...WAITS[name], retryCount: 0 });
      expect(condition(held.status, "Stalled")).toBe(`True ${WAITS[name].reason}`);
      expect(condition(held.status, "Reconciling")).toBe(`True ${WAITS[name].reason}`);
      expect(held.status?.message).toContain("goes on by itself");
    });

    test("keeps the pod that only lacks a node, and no other", async () => {
      await eventually("the other pod to be gone", 20_000, async () => {
        const pods = (await bench.pods()).filter(({ metadata }) => !/^claim-/.test(metadata.name));
        return pods.length === 1 && /^node-/.test(pods[0]?.metadata.name ?? "") ? true : undefined;
      });
    });

    test("goes on waiting under the next operator", async () => {
      const before = (await bench.job("secret")).status?.waitingFor;
      await world().operators.killLeader("SIGKILL");
      await eventually("another replica to lead", 60_000, () => world().operators.leader());
      await bench.apply(aSecret("late", { other: "1" }));
      expect((await bench.job("secret")).status).toMatchObject({ phase: "Retrying", waitingFor: before });
    });

    test("goes on when it comes: a Secret with its key", async () => {
      await bench.apply(aSecret("late", { key: "1" }));
      const { status } = await bench.end("secret", SLOW_MS);
      expect(status).toMatchObject({ phase: "Succeeded", retryCount: 0, runCount: 1 });
      expect(status?.waitingFor).toBeUndefined();
      const told = await bench.eventsOf("secret", "Succeeded");
      expect(told.map(({ reason }) => reason)).toEqual(["SecretMissing", "SecretMissing", "WaitOver", "Succeeded"]);
    });

    test("goes on when it comes: a node, in the same attempt", async () => {
      await mustSucceed(world().kubectl(["label", "node", nodeName, `${LABEL}=true`]));
      const { status } = await bench.end("node");
      expect(status).toMatchObject({ phase: "Succeeded", retryCount: 0 });
      expect(status?.attempts).toHaveLength(1);
    });

    test("goes on when it comes: room in the quota", async () => {
      await mustSucceed(full.kubectl(["delete", "resourcequota", "full"]));
      const { status } = await full.end("quota", SLOW_MS);
      expect(status).toMatchObject({ phase: "Succeeded", retryCount: 0 });
    });

    test("fails for it when its time is over, and runs again when it comes after all: a claim", async () => {
      const failed = await bench.until("claim", "to fail", ({ phase }) => phase === "Failed");
      expect(failed.status).toMatchObject({
        failureReason: "Unschedulable",
        waitingFor: { kind: "PersistentVolumeClaim", name: "later" },
      });
      await bench.apply(...aClaim("later", bench.namespace));
      const { status } = await bench.until(
        "claim",
        "to run again",
        ({ phase, runCount }) => phase === "Succeeded" && runCount === 2,
        2 * SLOW_MS,
      );
      expect(condition(status, "DeadLettered")).toMatch(/^False/);
    }, 240_000);
  });
}

/** A quota without room for pods. Where nobody counts what is used, the story does. */
async function fill(bench: Bench): Promise<void> {
  const hard = { pods: "0" };
  await bench.apply({ apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "full" }, spec: { hard } });
  const patch = JSON.stringify({ status: { hard, used: { pods: "0" } } });
  await mustSucceed(
    bench.kubectl(["patch", "resourcequota", "full", "--subresource=status", "--type=merge", `--patch=${patch}`]),
  );
}

/** A claim and its volume, which needs nobody to provide it. */
function aClaim(name: string, namespace: string): object[] {
  const spec = { accessModes: ["ReadWriteOnce"], storageClassName: "" };
  const volume = `${namespace}-${name}`;
  return [
    {
      ...{ apiVersion: "v1", kind: "PersistentVolume", metadata: { name: volume } },
      spec: {
        ...spec,
        capacity: { storage: "1Mi" },
        claimRef: { namespace, name },
        hostPath: { path: `/var/tmp/${volume}`, type: "DirectoryOrCreate" },
      },
    },
    {
      ...{ apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name } },
      spec: { ...spec, volumeName: volume, resources: { requests: { storage: "1Mi" } } },
    },
  ];
}
