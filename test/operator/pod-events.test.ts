import { afterEach, describe, expect, test } from "@jest/globals";
import { toRfc3339 } from "../../src/api/index.js";
import { KubeError } from "../../src/kube/kube-error.js";
import { EVENTS, objectOf, PODS, type Pod, SECRETS } from "../../src/kube/resources.js";
import { TestCluster } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";
import { passingEvents } from "./kit/fake-runner.js";

let world: TestCluster;
let questions: number;
let answer: "ok" | "forbidden";

afterEach(async () => {
  await world.stopOperator();
});

/** A job whose pod has a node, and waits there for what its status does not tell. */
async function waitingPod(job = aJob()): Promise<Pod> {
  questions = 0;
  answer = "ok";
  world = new TestCluster({
    intercept: async (call, proceed) => {
      if (call.verb === "list" && call.resource.plural === "events") {
        questions += 1;
        if (answer === "forbidden") throw new KubeError({ reason: "Forbidden", message: "events is forbidden" });
      }
      return proceed();
    },
  });
  await world.startOperator();
  await world.submit(job.draft());
  const pod = await world.pod();
  const waiting = { waiting: { reason: "PodInitializing" } };
  const status = {
    phase: "Pending",
    conditions: [{ type: "PodScheduled", status: "True", lastTransitionTime: toRfc3339(world.clock.now()) }],
    initContainerStatuses: [{ name: "source", image: "i", imageID: "", ready: false, restartCount: 0, state: waiting }],
    containerStatuses: [{ name: "notebook", image: "i", imageID: "", ready: false, restartCount: 0, state: waiting }],
  };
  const { namespace = "", name } = pod.metadata;
  await world.cluster.patchStatus(PODS, { namespace, name }, { status });
  await world.settle();
  return pod;
}

async function tell({ metadata }: Pod, reason: string, message: string): Promise<void> {
  const { name, namespace, uid } = metadata;
  const at = toRfc3339(world.clock.now());
  const involvedObject = { apiVersion: "v1", kind: "Pod", name, namespace, uid };
  const event = { involvedObject, reason, message, type: "Warning", firstTimestamp: at, lastTimestamp: at };
  const metadataOfEvent = { name: `${name}.${reason.toLowerCase()}.${world.clock.now()}`, namespace };
  await world.cluster.create(EVENTS, objectOf(EVENTS, { metadata: metadataOfEvent, ...event }));
}

const NO_SECRET = 'MountVolume.SetUp failed for volume "data" : secret "db" not found';

describe("a pod that waits without saying why", () => {
  test("is explained by its events after ten seconds, and ends when patience is over, at no cost to the retries", async () => {
    const pod = await waitingPod();
    await tell(pod, "FailedMount", NO_SECRET);
    await world.pass(9_000);
    expect(questions).toBe(0);
    await world.pass(1_500);
    const status = await world.status();
    expect(status).toMatchObject({ phase: "ValidationRunning", reason: "SecretMissing" });
    expect(status.message).toContain('secret "db" not found');
    await world.pass(60_000);
    expect(await world.status()).toMatchObject({ phase: "ValidationRunning", retryCount: 0 });
    await world.pass(60_000);
    const { attempts, ...waiting } = await world.status();
    expect(attempts?.[0]).toMatchObject({ outcome: "Error", reason: "SecretMissing" });
    const waitingFor = { kind: "Secret", name: "db" };
    expect(waiting).toMatchObject({ phase: "Retrying", failureReason: "SecretMissing", waitingFor, retryCount: 0 });
  });

  test("and lacks a key of a volume's Secret is not made anew before that key is there", async () => {
    const volumes = [{ name: "data", secret: { secretName: "db", items: [{ key: "password", path: "p" }] } }];
    const podConfig = { containerImage: "registry.example.com/notebook:1", volumes };
    const pod = await waitingPod(aJob().with({ podConfig }));
    const secret = { metadata: { name: "db", namespace: "team-a" }, data: { user: "eA==" } };
    await world.cluster.create(SECRETS, objectOf(SECRETS, secret));
    await tell(
      pod,
      "FailedMount",
      'MountVolume.SetUp failed for volume "data" : references non-existent secret key: password',
    );
    await world.pass(130_000);
    await world.finishPods();
    const waitingFor = { kind: "Secret", name: "db", key: "password" };
    expect(await world.status()).toMatchObject({ phase: "Retrying", reason: "SecretMissing", waitingFor });
    await world.pass(600_000);
    expect(await world.pods()).toEqual([]);
    await world.cluster.patch(SECRETS, secret.metadata, { data: { password: "eA==" } });
    await world.pass(60_000);
    await world.kubelet.run(await world.pod(), passingEvents());
    await world.settle();
    expect(await world.status()).toMatchObject({ phase: "Succeeded", retryCount: 0 });
  });

  test("goes on when the trouble is over, and has not lost anything by it", async () => {
    const pod = await waitingPod();
    await tell(pod, "FailedMount", NO_SECRET);
    await world.pass(20_000);
    expect(await world.status()).toMatchObject({ reason: "SecretMissing" });
    await world.kubelet.run(pod, passingEvents());
    await world.settle();
    expect(await world.status()).toMatchObject({ phase: "Succeeded", retryCount: 0 });
  });

  test("is explained anew when its trouble changes, and no longer when it has come beyond it", async () => {
    const pod = await waitingPod();
    await tell(pod, "FailedMount", NO_SECRET);
    await world.pass(12_000);
    await tell(pod, "FailedMount", 'MountVolume.SetUp failed for volume "c" : configmap "settings" not found');
    await world.pass(16_000);
    expect(await world.status()).toMatchObject({ reason: "ConfigMapMissing" });
    await tell(pod, "Pulling", "Pulling image");
    await world.pass(18_000);
    expect(await world.status()).toMatchObject({ reason: "PodStarting" });
  });

  test("costs a question every 15 seconds, not more, whatever else happens", async () => {
    const pod = await waitingPod();
    await tell(pod, "FailedMount", NO_SECRET);
    await world.pass(10_000);
    for (let second = 0; second < 60; second++) {
      await world.pass(1_000);
      await world.edit({ metadata: { annotations: { touched: String(second) } } });
    }
    expect(questions).toBeGreaterThanOrEqual(4);
    expect(questions).toBeLessThanOrEqual(5);
  });

  test("is waited for all the same when its events may not be read", async () => {
    const pod = await waitingPod();
    answer = "forbidden";
    await tell(pod, "FailedMount", NO_SECRET);
    await world.pass(40_000);
    expect(questions).toBeGreaterThan(0);
    expect(await world.status()).toMatchObject({ phase: "ValidationRunning", reason: "PodStarting", retryCount: 0 });
  });

  test("is not explained by the events of others", async () => {
    const pod = await waitingPod();
    await tell({ ...pod, metadata: { ...pod.metadata, uid: "another" } }, "FailedMount", NO_SECRET);
    await world.pass(30_000);
    expect(await world.status()).toMatchObject({ reason: "PodStarting" });
  });

  test("costs nothing when it starts as it should", async () => {
    const pod = await waitingPod();
    await world.pass(5_000);
    await world.kubelet.run(pod, passingEvents());
    await world.pass(60_000);
    expect(await world.status()).toMatchObject({ phase: "Succeeded" });
    expect(questions).toBe(0);
  });
});

test("a pod that its node does not take up is shown as that after two minutes, and made anew after ten", async () => {
  world = new TestCluster();
  await world.startOperator();
  await world.submit(aJob().draft());
  await world.pass(119_000);
  expect(await world.status()).toMatchObject({ phase: "ValidationRunning", reason: "PodStarting" });
  await world.pass(1_000);
  const shown = await world.status();
  expect(shown).toMatchObject({ phase: "ValidationRunning", reason: "NodeLost" });
  expect(shown.message).toContain("The node node-1 has not taken the pod up yet");
  await world.pass(480_000);
  expect(await world.status()).toMatchObject({ phase: "Retrying", reason: "NodeLost", validationRetryCount: 0 });
});
