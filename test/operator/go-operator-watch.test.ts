import { describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import { KubeError, LEASES, NOTEBOOK_VALIDATION_JOBS, objectOf, seededRandom } from "../../src/kube/index.js";
import { GoOperatorWatch } from "../../src/operator/go-operator-watch.js";
import { conditions, TestCluster } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";

const KEY = { namespace: "jupyter-notebook-validator-operator", name: "16681bfb.mlops.dev" };

class GoOperator {
  constructor(private readonly world: TestCluster) {}

  get #time(): string {
    return new Date(this.world.clock.now()).toISOString().replace("Z", "000Z");
  }

  async arrive(renewTime = this.#time, holderIdentity = "go-1"): Promise<void> {
    const spec = { holderIdentity, leaseDurationSeconds: 15, renewTime };
    await this.world.cluster.create(LEASES, objectOf(LEASES, { metadata: KEY, ...{ spec } }));
    await this.world.settle();
  }

  /** Renews every two seconds for so long. */
  async work(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 2) {
      await this.world.cluster.patch(LEASES, KEY, { spec: { renewTime: this.#time } });
      await this.world.pass(2_000);
    }
  }
}

async function aWorld() {
  const world = new TestCluster();
  const rival = new GoOperatorWatch({
    cluster: world.cluster,
    clock: world.clock,
    random: seededRandom(3),
    logger: pino({ level: "silent" }),
  });
  const start = async (): Promise<void> => {
    const started = rival.start(new AbortController().signal);
    await world.settle();
    await started;
    await world.startOperator({ rival });
  };
  return { world, rival, start, go: new GoOperator(world) };
}

describe("beside a Go operator at work", () => {
  test("a new job waits: condition and message say for whom, and it is given no phase", async () => {
    const { world, start, go } = await aWorld();
    await go.arrive();
    await start();
    await world.submit(aJob().draft());
    await go.work(60);
    const status = await world.status();
    expect(Object.keys(status).sort()).toEqual(["conditions", "message"]);
    expect(status.message).toBe(status.conditions?.[0]?.message);
    expect(status.conditions).toMatchObject([{ type: "Stalled", status: "True", reason: "AnotherOperator" }]);
    expect(status.conditions?.[0]?.message).toContain(`${KEY.namespace}/${KEY.name}`);
    expect(await world.pods()).toEqual([]);
    expect(world.questions).toEqual([]);
  });

  test("everything goes on fifteen seconds after its last renewal", async () => {
    const { world, start, go } = await aWorld();
    await go.arrive();
    await start();
    await world.submit(aJob().draft());
    await go.work(20);
    await world.pass(12_000);
    expect(await world.pods()).toEqual([]);
    await world.pass(4_000);
    expect(await world.pods()).toHaveLength(1);
    expect(conditions(await world.status())).toMatchObject({ Stalled: "False", Reconciling: "True" });
  });

  test("everything goes on at once when its lease is deleted, or let go", async () => {
    for (const end of ["delete", "let go"]) {
      const { world, start, go } = await aWorld();
      await go.arrive();
      await start();
      await world.submit(aJob().draft());
      if (end === "delete") await world.cluster.delete(LEASES, KEY);
      else await world.cluster.patch(LEASES, KEY, { spec: { holderIdentity: "" } });
      await world.settle();
      await world.pass(100);
      expect(await world.pods()).toHaveLength(1);
    }
  });

  test("a job that runs keeps its pod, and is judged when the rival has gone", async () => {
    const { world, start, go } = await aWorld();
    await start();
    await world.submit(aJob().draft());
    const pod = await world.pod();
    await go.arrive();
    await go.work(30);
    expect(conditions(await world.status())).toMatchObject({ Stalled: "True" });
    expect((await world.pod()).metadata.uid).toBe(pod.metadata.uid);
    await world.pass(20_000);
    expect((await world.status()).attempts).toHaveLength(1);
    expect((await world.pod()).metadata.uid).toBe(pod.metadata.uid);
    expect(conditions(await world.status())).toMatchObject({ Stalled: "False" });
  });

  test("a finished job is left alone, and nothing is written again and again", async () => {
    const { world, start, go } = await aWorld();
    await go.arrive();
    await world.cluster.create(LEASES, objectOf(LEASES, { metadata: { namespace: "x", name: "other" } }));
    await start();
    const finished = { phase: "Succeeded", message: "by the Go operator" };
    await world.submit(aJob().named("finished").draft());
    await world.cluster.patchStatus(
      NOTEBOOK_VALIDATION_JOBS,
      { namespace: "team-a", name: "finished" },
      { status: { ...finished, conditions: null } },
    );
    await world.submit(aJob().named("fresh").draft());
    await go.work(10);
    const versions = async () => [
      (await world.job("finished")).metadata.resourceVersion,
      (await world.job("fresh")).metadata.resourceVersion,
    ];
    const before = await versions();
    await go.work(120);
    expect(await versions()).toEqual(before);
    expect(await world.status("finished")).toEqual(finished);
  });
});

describe("without a Go operator at work", () => {
  test("the lease that one left behind long ago holds nobody up", async () => {
    const { world, rival, start, go } = await aWorld();
    await go.arrive("2025-11-30T10:00:00.000000Z");
    await start();
    expect(rival.name).toBeUndefined();
    await world.submit(aJob().draft());
    expect(await world.pods()).toHaveLength(1);
  });

  test("a remnant that is renewed again counts again", async () => {
    const { rival, start, go } = await aWorld();
    await go.arrive("2025-11-30T10:00:00.000000Z");
    await start();
    await go.work(4);
    expect(rival.name).toContain("Go operator");
  });

  test("an operator that may not look takes it that there is none, and works", async () => {
    const world = new TestCluster({
      intercept: (call, proceed) => {
        if (call.resource.kind === "Lease")
          return Promise.reject(new KubeError({ reason: "Forbidden", message: "leases is forbidden" }));
        return proceed();
      },
    });
    const lines: string[] = [];
    const rival = new GoOperatorWatch({
      cluster: world.cluster,
      clock: world.clock,
      random: seededRandom(3),
      logger: pino({ level: "warn" }, { write: (line: string) => lines.push(line) }),
    });
    await rival.start(new AbortController().signal);
    await world.pass(300_000);
    expect(rival.name).toBeUndefined();
    expect(lines).toHaveLength(1);
    await rival.stop();
  });

  test("waiting for the first look ends with its signal", async () => {
    const world = new TestCluster({ intercept: () => new Promise(() => undefined) });
    const { cluster, clock } = world;
    const rival = new GoOperatorWatch({ cluster, clock, random: seededRandom(3), logger: pino({ level: "silent" }) });
    const stop = new AbortController();
    const started = rival.start(stop.signal);
    stop.abort(new Error("stopped"));
    await expect(started).rejects.toThrow("stopped");
  });
});
