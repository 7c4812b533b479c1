import { describe, expect, test } from "@jest/globals";
import { LEASE_NAME } from "../../../../src/api/index.js";
import { isKubeError, LEASES, seededRandom } from "../../../../src/kube/index.js";
import { aJob, Bench, cells } from "../bench.js";
import { eventually } from "../eventually.js";
import type { World } from "../world.js";

const SEEDS = [1, 2];
const JOBS = 6;
const KILLS = 4;

/** Operators die at any moment; jobs do not notice. */
export function tellOfCrashes(world: () => World): void {
  const job = (name: string, url: string) =>
    aJob(name, {
      notebook: { git: { url, ref: "main" }, path: "nb.ipynb" },
      podConfig: { containerImage: world().images.notebook },
    });

  /** Exactly one pod was made for each attempt that the jobs know of. */
  async function expectOnePodPerAttempt(bench: Bench, names: readonly string[]): Promise<void> {
    const created = (await bench.asked()).filter(
      ({ verb, objectRef, responseStatus }) =>
        verb === "create" &&
        objectRef?.resource === "pods" &&
        objectRef.subresource === undefined &&
        responseStatus?.code === 201,
    );
    const made = created.map(({ objectRef }) => objectRef?.name ?? "").sort();
    const known: string[] = [];
    for (const name of names) {
      const { attempts = [] } = (await bench.job(name)).status ?? {};
      known.push(...attempts.map(({ podName }) => podName ?? "none"));
    }
    expect(made).toEqual(known.sort());
  }

  describe("an operator that is killed", () => {
    test.each(SEEDS)(
      "at random moments (seed %i) leaves every job its right end, with one pod per attempt",
      async (seed) => {
        const random = seededRandom(seed);
        const bench = await Bench.in(world(), `killed-${seed}`);
        const { urls } = await world().git.repository({ "nb.ipynb": cells("1 + 1", "import time\ntime.sleep(1)") });
        const names = Array.from({ length: JOBS }, (_each, index) => `job-${index}`);
        for (let kill = 0; kill < KILLS; kill += 1) {
          const share = names.slice((kill * JOBS) / KILLS, ((kill + 1) * JOBS) / KILLS);
          await bench.apply(...share.map((name) => job(name, urls.http)));
          await new Promise((resolve) => setTimeout(resolve, random() * 2500));
          await world().operators.killLeader("SIGKILL");
          await clearLease(world());
        }
        for (const name of names) {
          const { status } = await bench.end(name, 90_000);
          expect([name, status?.phase, status?.attempts?.length]).toEqual([name, "Succeeded", 1]);
        }
        await expectOnePodPerAttempt(bench, names);
      },
      150_000,
    );
  });

  describe("two operators", () => {
    test("have one leader, hand over when it leaves, and take over when it dies", async () => {
      const { operators } = world();
      const bench = await Bench.in(world(), "two");
      const { urls } = await world().git.repository({ "nb.ipynb": cells("1 + 1", "import time\ntime.sleep(3)") });
      try {
        await operators.scale(2);
        const first = await operators.leader();
        await bench.apply(job("before", urls.http));
        await bench.until("before", "its pod", ({ validationPodName }) => validationPodName !== undefined);
        await operators.killLeader("SIGTERM");
        const left = performance.now();
        const second = await eventually("another leader", 15_000, () => operators.leader());
        expect(second).not.toBe(first);
        // It was let go of, not waited out.
        expect(performance.now() - left).toBeLessThan(8_000);
        expect((await bench.end("before")).status).toMatchObject({ phase: "Succeeded", retryCount: 0 });
        await bench.apply(job("after", urls.http));
        await operators.killLeader("SIGKILL");
        expect((await bench.end("after", 60_000)).status).toMatchObject({ phase: "Succeeded", retryCount: 0 });
        await expectOnePodPerAttempt(bench, ["before", "after"]);
      } finally {
        await operators.scale(1);
      }
    }, 150_000);
  });

  describe("an API server that goes away and comes back", () => {
    test("is waited for", async () => {
      const { restartApiServer } = world().faults;
      if (restartApiServer === undefined) return;
      const bench = await Bench.in(world(), "away");
      const { urls } = await world().git.repository({ "nb.ipynb": cells("1 + 1", "import time\ntime.sleep(3)") });
      await bench.apply(job("through", urls.http));
      await bench.until("through", "a running notebook", ({ results }) => (results?.length ?? 0) > 0);
      await restartApiServer();
      expect((await bench.end("through", 90_000)).status).toMatchObject({ phase: "Succeeded", retryCount: 0 });
      await expectOnePodPerAttempt(bench, ["through"]);
    }, 120_000);
  });
}

/** The holder is known to be dead: nobody need wait for its Lease to run out. */
async function clearLease({ cluster, systemNamespace }: World): Promise<void> {
  try {
    await cluster.delete(LEASES, { namespace: systemNamespace, name: LEASE_NAME });
  } catch (error) {
    if (!isKubeError(error, "NotFound")) throw error;
  }
}
