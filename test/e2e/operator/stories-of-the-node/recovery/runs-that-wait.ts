import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { aJob, Bench, cells, condition, type JobStatus } from "../../bench.js";
import { eventually } from "../../eventually.js";
import { withResource } from "../../node-resources.js";
import type { NodeWorld } from "../../node-world.js";
import { mustSucceed } from "../../run-command.js";

/** A device that no node offers, until somebody plugs it in. */
const DEVICE = "example.com/accelerator";
const GPU = "nvidia.com/gpu";
/** A node's kubelet and its scheduler see a new device after seconds. */
const RESUMED_MS = 60_000;

const WAITING = {
  settings: { reason: "ConfigMapMissing", waitingFor: { kind: "ConfigMap", name: "late" } },
  device: { reason: "Unschedulable", waitingFor: { kind: "Node" } },
} as const;
type Waiting = keyof typeof WAITING;
const NAMES = Object.keys(WAITING) as Waiting[];

/** The status that the Go operator left with a job that it had given up. */
const LEFT_BEHIND = {
  phase: "Failed",
  message: "Validation failed after 3 retries: OOMKilled",
  retryCount: 3,
  startTime: "2025-11-20T09:00:00Z",
  completionTime: "2025-11-20T09:12:00Z",
  validationPodName: "older-validation",
  lastRetryTime: "2025-11-20T09:10:00Z",
  conditions: [
    {
      type: "ValidationComplete",
      status: "False",
      reason: "ValidationFailed",
      message: "Validation failed after 3 retries: OOMKilled",
      lastTransitionTime: "2025-11-20T09:12:00Z",
    },
  ],
};

/** What a real kubelet lacks is waited for, and what an older operator has left is seen again. */
export function tellOfRunsThatWait(world: () => NodeWorld): void {
  describe("a run that lacks what its node has to offer", () => {
    let bench: Bench;
    let url: string;
    const held = new Map<Waiting, JobStatus>();
    const plugged: (() => Promise<void>)[] = [];
    const job = (name: string, podConfig: object) =>
      aJob(name, {
        notebook: { git: { url, ref: "main" }, path: "nb.ipynb" },
        podConfig: { containerImage: world().images.notebook, ...podConfig },
      });
    const older = (limits: object = {}): object =>
      job("older", {
        resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "8Gi", ...limits } },
      });
    const podsOf = async (name: string) =>
      (await bench.pods()).filter(({ metadata }) => metadata.labels?.["mlops.dev/job"] === name);
    const isHeld = (name: Waiting) => (status: JobStatus) =>
      status.phase === "Retrying" && status.waitingFor?.kind === WAITING[name].waitingFor.kind;
    const plugIn = async (resource: string): Promise<void> => {
      plugged.push(await withResource(world(), resource, 1));
    };

    beforeAll(async () => {
      bench = await Bench.in(world(), "waiting");
      url = (await world().git.repository({ "nb.ipynb": cells("1 + 1") })).urls.http;
      await bench.apply(
        job("settings", { envFrom: [{ configMapRef: { name: "late" } }] }),
        job("device", { resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { [DEVICE]: "1" } } }),
      );
    });
    afterAll(async () => {
      for (const unplug of plugged) await unplug();
    });

    test.each(NAMES)("stands still, and says for what: %s", async (name) => {
      const { status = {} } = await bench.until(name, "to be held", isHeld(name));
      held.set(name, status);
      expect(status).toMatchObject({ ...WAITING[name], retryCount: 0 });
      expect(status.attempts).toHaveLength(1);
      expect(condition(status, "Stalled")).toBe(`True ${WAITING[name].reason}`);
      expect(status.message).toMatch(/goes on by itself/);
    });

    test("keeps no pod but the one that autoscalers look at", async () => {
      await eventually("the pods of the others to be gone", 20_000, async () => {
        const left = (await bench.pods()).filter(({ status }) => status?.phase === "Pending");
        const jobs = left.map(({ metadata }) => metadata.labels?.["mlops.dev/job"]);
        return JSON.stringify(jobs) === '["device"]' ? true : undefined;
      });
    });

    test("goes on waiting when the operator is restarted, which finds a job that an older one has given up", async () => {
      const [kept] = await podsOf("device");
      await world().operators.scale(0);
      await bench.apply(older());
      const patch = ["patch", "nvj/older", "--subresource=status", "--type=merge"];
      await mustSucceed(bench.kubectl([...patch, `--patch=${JSON.stringify({ status: LEFT_BEHIND })}`]));
      await world().operators.scale(1);
      // It has been seen when it has been given what every job of ours has.
      await bench.until("older", "to be seen", ({ observedGeneration }) => observedGeneration !== undefined);
      for (const name of NAMES) {
        const { status } = await bench.job(name);
        const { waitingFor, retryCount, attempts, runId, runCount } = held.get(name) ?? {};
        expect(status).toMatchObject({ phase: "Retrying", retryCount, runId, runCount });
        expect(status?.attempts).toHaveLength(attempts?.length ?? 0);
        expect(status?.waitingFor).toMatchObject({ since: waitingFor?.since, until: waitingFor?.until });
      }
      expect((await podsOf("device")).map(({ metadata }) => metadata.uid)).toEqual([kept?.metadata.uid]);
      expect((await bench.job("older")).status).toMatchObject({ phase: "Failed", retryCount: 3 });
      expect(await podsOf("older")).toEqual([]);
    });

    test("goes on by itself when it comes, and pays nothing for it", async () => {
      const began = performance.now();
      const settings = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "late" }, data: { LEVEL: "debug" } };
      await bench.apply(settings);
      await plugIn(DEVICE);
      for (const name of NAMES) {
        const { status } = await bench.end(name, RESUMED_MS);
        expect(status).toMatchObject({ phase: "Succeeded", retryCount: 0, runCount: 1 });
        expect(status?.waitingFor).toBeUndefined();
        expect(condition(status, "Stalled")).not.toMatch(/^True/);
        expect(status?.attempts).toHaveLength(name === "device" ? 1 : 2);
        const seconds = (performance.now() - began) / 1000;
        process.stdout.write(`        ${name}: passed ${seconds.toFixed(1)} s after what it lacked was made\n`);
      }
    });

    test("that an older operator gave up as OOMKilled runs again by itself once Git gives it a GPU", async () => {
      await plugIn(GPU);
      await bench.apply(older({ [GPU]: "1" }));
      const { status, metadata } = await bench.end("older", RESUMED_MS);
      expect(status).toMatchObject({ phase: "Succeeded", retryCount: 0, observedGeneration: metadata.generation });
      expect(status?.attempts?.[0]?.outcome).toMatch(/^Passed/);
      const [pod] = await podsOf("older");
      expect(pod?.spec?.containers[0]?.resources?.limits).toMatchObject({ [GPU]: "1", memory: "8Gi" });
      expect(condition(status, "DeadLettered")).not.toMatch(/^True/);
    });
  });
}
