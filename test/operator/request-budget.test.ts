import { afterEach, describe, expect, test } from "@jest/globals";
import { PODS } from "../../src/kube/resources.js";
import type { RunnerEvent } from "../../src/validation/index.js";
import { type ClusterSetup, TestCluster } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";
import { counted, RequestCount } from "./kit/counting-cluster.js";
import { failingEvents, passingEvents } from "./kit/fake-runner.js";

const WRITE = "patchStatus notebookvalidationjobs";
const LABEL = "patch notebookvalidationjobs";

let world: TestCluster;
let requests: RequestCount;

/** A cluster and an operator that has filled its caches. */
async function anOperator(setup: ClusterSetup = {}): Promise<void> {
  world = new TestCluster(setup);
  expect(await started()).toEqual([]);
}

/** Starts an operator. @returns what it asks besides filling its caches */
async function started(): Promise<string[]> {
  requests = new RequestCount();
  await world.startOperator({ cluster: counted(world.cluster, requests) });
  const caches = ["list notebookvalidationjobs", "list pods"];
  const all = requests.take();
  expect(all).toEqual(expect.arrayContaining(caches));
  return all.filter((request) => !caches.includes(request));
}

/** What a runner says about a notebook of `cells` code cells that passes. */
function longEvents(cells: number): RunnerEvent[] {
  const [start, begin, end, ...rest] = passingEvents();
  const verdict = {
    ...rest.at(-1),
    counts: { cells, codeCells: cells, succeeded: cells, failed: 0, skipped: 0, warnings: 0 },
  };
  const both = Array.from({ length: cells }, (_, cell) =>
    [begin, end].map((event) => ({ ...event, cell, codeCell: cell })),
  );
  return [{ ...start, totalCells: cells, codeCells: cells }, ...both.flat(), verdict] as RunnerEvent[];
}

afterEach(async () => {
  await world.stopOperator();
  expect(world.clock.pending).toBe(0);
});

describe("requests to the API server", () => {
  test("a job that passes within the interval costs five, and this is their order", async () => {
    await anOperator();
    await world.submit(aJob().draft());
    await world.pass(300);
    const pod = await world.pod();
    await world.kubelet.start(pod);
    await world.pass(500);
    await world.kubelet.say(pod, passingEvents());
    await world.pass(100);
    await world.kubelet.end(pod, 0);
    await world.pass(60_000);
    expect(await world.status()).toMatchObject({ phase: "Succeeded", cells: "2/2" });
    expect(requests.take()).toEqual([WRITE, "create pods", "logs", WRITE, "create events"]);
  });

  test("a job that fails by its notebook costs one more: the label of a dead letter", async () => {
    await anOperator();
    await world.submit(aJob().draft());
    await world.kubelet.run(await world.pod(), failingEvents());
    await world.pass(60_000);
    expect(await world.status()).toMatchObject({ phase: "Failed" });
    expect(requests.take()).toEqual([WRITE, "create pods", "logs", WRITE, "create events", LABEL]);
  });

  test("a pod that is over before anybody looks has its log read once", async () => {
    await anOperator();
    await world.submit(aJob().draft());
    const pod = await world.pod();
    await world.stopOperator();
    await world.kubelet.run(pod, passingEvents());
    expect(await started()).toEqual(["logs", WRITE, "create events"]);
    await world.pass(60_000);
    expect(requests.take()).toEqual([]);
  });

  test("a longer job adds at most one write of progress per interval, however much it has to say", async () => {
    await anOperator();
    await world.submit(aJob().draft());
    const pod = await world.pod();
    await world.pass(700);
    await world.kubelet.start(pod);
    const events = longEvents(50);
    for (let said = 0; said < 100; said += 1) {
      await world.kubelet.say(pod, events.slice(0, said + 1), said);
      await world.pass(90);
    }
    await world.kubelet.say(pod, events, 100);
    await world.kubelet.end(pod, 0);
    await world.pass(60_000);
    expect(await world.status()).toMatchObject({ phase: "Succeeded" });
    const all = requests.take();
    expect(all.filter((request) => request !== WRITE)).toEqual(["create pods", "logs", "create events"]);
    expect(all.filter((request) => request === WRITE).length).toBeLessThanOrEqual(2 + 5);
    expect(all.filter((request) => request === WRITE).length).toBeGreaterThan(3);
  });

  test("progress is shown at the interval's pace, not when the job is over", async () => {
    await anOperator();
    await world.submit(aJob().draft());
    const pod = await world.pod();
    await world.kubelet.start(pod);
    await world.kubelet.say(pod, passingEvents().slice(0, 4));
    await world.pass(1900);
    expect(requests.take()).toEqual([WRITE, "create pods", "logs"]);
    await world.pass(200);
    expect(requests.take()).toEqual([WRITE]);
    expect(await world.status()).toMatchObject({ cells: "1/2", validationPodName: pod.metadata.name });
    await world.pass(500_000);
    expect(requests.take()).toEqual([]);
  });

  test("trouble is shown at once, with one event however often its name changes", async () => {
    await anOperator();
    await world.submit(aJob().draft());
    const pod = await world.pod();
    requests.take();
    await world.kubelet.wait(pod, "ErrImagePull", "no such image");
    await world.settle();
    expect(requests.take()).toEqual([WRITE, "create events"]);
    expect(await world.status()).toMatchObject({ reason: "ErrImagePull" });
    for (const reason of ["ImagePullBackOff", "ErrImagePull", "ImagePullBackOff"]) {
      await world.kubelet.wait(pod, reason, "no such image");
      await world.pass(5_000);
    }
    expect(requests.take()).toEqual([WRITE, WRITE, WRITE]);
  });

  test("who waits for room is shown waiting once, and costs nothing while it waits", async () => {
    await anOperator({ config: { concurrency: { validations: 1 } } });
    await world.submit(aJob().named("first").draft());
    await world.kubelet.start(await world.pod());
    await world.pass(5_000);
    for (const name of ["second", "third"]) await world.submit(aJob().named(name).draft());
    requests.take();
    await world.pass(2_000);
    expect(requests.take()).toEqual([WRITE, WRITE]);
    expect(await world.status("third")).toMatchObject({ reason: "Queued" });
    await world.pass(1_200_000);
    // The log of the one that runs is followed; nobody else costs anything.
    expect(requests.take().filter((request) => request !== "logs")).toEqual([]);
  });

  test("an operator whose jobs are all finished asks and writes nothing for an hour, and nothing when it starts anew", async () => {
    await anOperator({ config: { concurrency: { validations: 100, validationsPerNamespace: 100 } } });
    for (let n = 0; n < 100; n++) await world.submit(aJob().named(`job-${n}`).draft());
    const passes = (name: string): boolean => Number(name.split("-")[1]) % 2 === 0;
    for (const pod of await world.pods())
      await world.kubelet.run(pod, passes(pod.metadata.name) ? passingEvents() : failingEvents());
    await world.pass(60_000);
    for (let n = 0; n < 100; n++) {
      expect((await world.status(`job-${n}`)).phase).toBe(passes(`job-${n}`) ? "Succeeded" : "Failed");
    }
    // Five each, and a label for each that failed.
    expect(requests.take()).toHaveLength(550);
    await world.pass(3_600_000);
    expect(requests.take()).toEqual([]);
    await world.stopOperator();
    expect(await started()).toEqual([]);
    await world.pass(3_600_000);
    expect(requests.take()).toEqual([]);
  }, 60_000);

  test("a second attempt is made only after the API server was asked for pods", async () => {
    await anOperator();
    await world.submit(aJob().draft());
    requests.take();
    await world.kubelet.evict(await world.pod());
    await world.pass(100);
    expect(await world.pods()).toHaveLength(2);
    expect(requests.take()).toEqual([WRITE, "create events", "list pods", WRITE, "create pods"]);
  });
});

describe("what was made and is not seen yet", () => {
  test("is asked for when no watch tells of it in time, and no retry is spent on the silence", async () => {
    await anOperator();
    world.cluster.breakWatches("silent", PODS);
    await world.submit(aJob().draft());
    await world.pass(29_000);
    expect(requests.take()).toEqual([WRITE, "create pods", WRITE]);
    await world.pass(2_000);
    expect(requests.take()).toEqual(["get pods"]);
    expect(await world.status()).toMatchObject({ retryCount: 0, attempts: [{ number: 1, outcome: "Running" }] });
  });

  test("a pod that is gone before any watch told of it counts as deleted, and the job is tried again", async () => {
    await anOperator();
    await world.submit(aJob().draft());
    const { metadata } = await world.pod();
    await world.cluster.delete(PODS, { namespace: "team-a", name: metadata.name }, { gracePeriodSeconds: 0 });
    await world.pass(2_000);
    expect(await world.status()).toMatchObject({ retryCount: 1, attempts: [{ number: 2 }, { reason: "PodDeleted" }] });
  });
});
