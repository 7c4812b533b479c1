import { afterEach, expect, test } from "@jest/globals";
import { toRfc3339 } from "../../src/api/index.js";
import { NOTEBOOK_VALIDATION_JOBS, PODS, type Pod } from "../../src/kube/resources.js";
import { type ClusterSetup, TestCluster } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";
import { passingEvents } from "./kit/fake-runner.js";

const MINUTE = 60_000;
let world: TestCluster;
/** Pods that were asked for. */
let created: number;

afterEach(async () => {
  await world.stopOperator();
});

async function aWorld(options: Pick<ClusterSetup, "hasNode"> = {}): Promise<Pod> {
  created = 0;
  world = new TestCluster({
    ...options,
    intercept: ({ verb, resource }, proceed) => {
      if (verb === "create" && resource.plural === PODS.plural) created += 1;
      return proceed();
    },
  });
  await world.startOperator();
  await world.submit(aJob().draft());
  return world.pod();
}

async function editStatus(status: object): Promise<void> {
  await world.cluster.patchStatus(NOTEBOOK_VALIDATION_JOBS, { namespace: "team-a", name: "titanic" }, { status });
  await world.pass(MINUTE);
}

async function schedule({ metadata: { name } }: Pod, condition: object): Promise<void> {
  const lastTransitionTime = toRfc3339(world.clock.now());
  const conditions = [{ type: "PodScheduled", lastTransitionTime, ...condition }];
  const status = { phase: "Pending", conditions };
  await world.cluster.patchStatus(PODS, { namespace: "team-a", name }, { status });
}

test.each(["Pending", "Initializing", "Building", "BuildComplete", "Retrying"])(
  "the phase %s that somebody writes while the notebook runs keeps nobody from seeing that it passes",
  async (phase) => {
    const pod = await aWorld();
    await world.kubelet.start(pod);
    await world.pass(5_000);
    await editStatus({ phase });
    expect(await world.status()).toMatchObject({ phase: "ValidationRunning", reason: "NotebookRunning" });
    await world.kubelet.say(pod, passingEvents());
    await world.kubelet.end(pod, 0);
    await world.pass(MINUTE);
    expect(await world.status()).toMatchObject({ phase: "Succeeded", verdict: "Passed" });
    expect(created).toBe(1);
  },
);

test("a run whose wait for a node somebody takes out of the status goes on with its pod", async () => {
  const pod = await aWorld({ hasNode: false });
  await schedule(pod, { status: "False", reason: "Unschedulable", message: "0/5 nodes are available" });
  await world.pass(15 * MINUTE);
  expect(await world.status()).toMatchObject({ phase: "Retrying", reason: "Unschedulable" });
  await editStatus({ waitingFor: null });
  await schedule(pod, { status: "True" });
  await world.kubelet.run(pod, passingEvents());
  await world.pass(MINUTE);
  expect(await world.status()).toMatchObject({ phase: "Succeeded" });
  expect(created).toBe(1);
});
