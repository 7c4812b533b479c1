import { afterEach, describe, expect, test } from "@jest/globals";
import { LABEL_DEAD_LETTER } from "../../src/api/index.js";
import { requestRetry, retryAnswer } from "../../src/cli/request-retry.js";
import { seenJob } from "../../src/cli/seen-job.js";
import { KubeError } from "../../src/kube/kube-error.js";
import { NOTEBOOK_VALIDATION_JOBS } from "../../src/kube/resources.js";
import { type ClusterSetup, TestCluster } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";
import { failingEvents, passingEvents } from "./kit/fake-runner.js";

const HOUR = 3_600_000;
let world: TestCluster;
afterEach(() => world.stopOperator());

/** A job whose notebook has failed. */
async function aFailedJob(spec: Record<string, unknown> = {}, setup: ClusterSetup = {}, metadata: object = {}) {
  world = new TestCluster(setup);
  await world.startOperator();
  await world.submit(
    aJob()
      .with(spec)
      .meta({ ...metadata })
      .draft(),
  );
  await world.kubelet.run(await world.pod(), failingEvents());
  await world.pass(10_000);
  expect(await world.status()).toMatchObject({ phase: "Failed" });
}
const selected = async () => {
  const labelSelector = `${LABEL_DEAD_LETTER}=true`;
  return (await world.cluster.list(NOTEBOOK_VALIDATION_JOBS, { labelSelector })).items.map(
    ({ metadata }) => metadata.name,
  );
};
const access = () => ({ cluster: world.cluster, namespace: "team-a" });
const ask = (resetCount = false) => requestRetry(access(), "titanic", { resetCount, now: world.clock.now() });

describe("a dead letter", () => {
  test("is found by its label, and comes back to life by a retry, told by one event per transition", async () => {
    await aFailedJob();
    expect(await selected()).toEqual(["titanic"]);
    const { runId } = await world.status();
    const asked = await ask();
    await world.pass(1000);
    if (asked.kind !== "requested") throw new Error(asked.why);
    expect(retryAnswer(seenJob(await world.job()), asked)).toBe("granted");
    expect(await selected()).toEqual([]);
    const [pod] = (await world.pods()).filter(({ metadata }) => metadata.name.endsWith("-2"));
    if (pod === undefined) throw new Error("no second attempt");
    await world.kubelet.run(pod, passingEvents());
    await world.pass(10_000);
    expect(await world.status()).toMatchObject({ phase: "Succeeded", runId, retryCount: 0 });
    expect((await world.events()).sort()).toEqual(["NotebookError", "RetryRequested", "Succeeded"]);
    expect(await selected()).toEqual([]);
  });

  test("begins a new run by a retry with a reset", async () => {
    await aFailedJob();
    const { runId } = await world.status();
    expect(await ask(true)).toMatchObject({ kind: "requested" });
    await world.pass(1000);
    const { runId: next, runCount, phase } = await world.status();
    expect({ runCount, phase }).toEqual({ runCount: 2, phase: "ValidationRunning" });
    expect(next).not.toBe(runId);
  });

  test("gets its label although the operator died in between", async () => {
    let isDown = true;
    await aFailedJob(
      {},
      {
        intercept: ({ verb }, proceed) => {
          if (verb === "patch" && isDown) throw new KubeError({ reason: "ServiceUnavailable", message: "down" });
          return proceed();
        },
      },
    );
    expect(await selected()).toEqual([]);
    await world.stopOperator();
    isDown = false;
    await world.startOperator();
    await world.pass(1000);
    expect(await selected()).toEqual(["titanic"]);
  });

  test("gets its label once that is taken, where it was refused", async () => {
    let isRefused = true;
    const intercept: ClusterSetup["intercept"] = ({ verb }, proceed) => {
      if (verb === "patch" && isRefused) throw new KubeError({ reason: "Invalid", message: "no such label here" });
      return proceed();
    };
    await aFailedJob({}, { intercept });
    expect(await selected()).toEqual([]);
    isRefused = false;
    await world.pass(2 * HOUR);
    expect(await selected()).toEqual(["titanic"]);
  });

  test("without the right to label it rests all the same, and nobody asks again and again", async () => {
    let asked = 0;
    await aFailedJob(
      {},
      {
        intercept: ({ verb }, proceed) => {
          if (verb !== "patch") return proceed();
          asked += 1;
          throw new KubeError({ reason: "Forbidden", message: "may not patch" });
        },
      },
    );
    await world.pass(2 * HOUR);
    expect(asked).toBeLessThanOrEqual(3);
    expect(await world.events()).toEqual(["NotebookError"]);
  });

  test("that is annotated while it runs is told no, by one event", async () => {
    world = new TestCluster();
    await world.startOperator();
    await world.submit(aJob().draft());
    await world.kubelet.start(await world.pod());
    await world.edit({ metadata: { annotations: { "mlops.dev/retry-requested": "2026-01-01T00:00:00Z" } } });
    await world.pass(60_000);
    expect(await world.events()).toEqual(["RetryRefused"]);
    expect(await ask()).toMatchObject({ kind: "refused" });
  });
});

describe("what becomes of finished jobs", () => {
  test("their pods go first, then they go themselves", async () => {
    const deleted: string[] = [];
    const intercept: ClusterSetup["intercept"] = ({ verb, resource }, proceed) => {
      if (verb === "delete") deleted.push(resource.plural);
      return proceed();
    };
    await aFailedJob({ retryPolicy: { autoCleanupAfterHours: 2 } }, { intercept });
    await world.pass(2 * HOUR - 20_000);
    expect(await world.pods()).toHaveLength(1);
    expect(deleted).toEqual([]);
    await world.pass(30_000);
    expect(deleted).toEqual(["pods", "notebookvalidationjobs"]);
    await expect(world.job()).rejects.toThrow(/not found/);
    expect(await world.pods()).toEqual([]);
  });

  test("those that GitOps owns stay, without their pods", async () => {
    await aFailedJob({ ttlSecondsAfterFinished: 60 }, {}, { labels: { "argocd.argoproj.io/instance": "app" } });
    await world.pass(60_000);
    await world.finishPods();
    await world.pass(HOUR);
    expect(await world.pods()).toEqual([]);
    expect(await world.status()).toMatchObject({ phase: "Failed" });
  });

  test("their pods are kept for a day, also across a restart of the operator", async () => {
    await aFailedJob();
    await world.pass(23 * HOUR);
    await world.stopOperator();
    await world.startOperator();
    expect(await world.pods()).toHaveLength(1);
    await world.pass(HOUR);
    await world.finishPods();
    expect(await world.pods()).toEqual([]);
    expect(await world.status()).toMatchObject({ phase: "Failed" });
  });
});
