import { readFileSync } from "node:fs";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { EVENTS, PODS, type Pod } from "../../src/kube/resources.js";
import { documents } from "../charts/synthesized.js";
import { TestCluster } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";
import { FakeOutside } from "./kit/fake-outside.js";
import { passingEvents } from "./kit/fake-runner.js";
import { environmentOf, FakeTekton, imageBuiltBy, tektonCrds } from "./kit/fake-tekton.js";

jest.setTimeout(60_000);

const PREBUILT = "registry.example.com/data-science:2026.1";
const MINUTE = 60_000;
const OPENSHIFT = { group: "build.openshift.io", version: "v1", kind: "Build", plural: "builds", namespaced: true };

let world: TestCluster;
let tekton: FakeTekton;
let outside: FakeOutside;

async function start(crds: readonly object[] = tektonCrds()): Promise<void> {
  outside = new FakeOutside({ "notebooks/requirements.txt": "pandas==2.2.3\n", "notebooks/titanic.ipynb": "{}" });
  world = new TestCluster({
    crds,
    config: { registry: { host: "registry.example.com" } },
    options: { build: "build", builder: outside },
  });
  tekton = new FakeTekton(world.cluster, world.clock);
  await world.startOperator();
}

/** Builds its image, and names one to fall back to. */
function aBuildingJob(spec: object = {}) {
  const podConfig = { containerImage: PREBUILT, buildConfig: { enabled: true, imageName: "risk", imageTag: "stable" } };
  return aJob()
    .with({ podConfig, ...spec })
    .draft();
}

async function finishBuilds(): Promise<void> {
  for (const run of await tekton.runs()) outside.pushed(imageBuiltBy(run), environmentOf(run));
  await tekton.finish();
  await world.pass(3_000);
}

/** The pod of the attempt that is under way. */
async function currentPod(): Promise<Pod> {
  const { attempts = [] } = await world.status();
  const found = (await world.pods()).find(({ metadata }) => metadata.name === attempts[0]?.podName);
  if (found === undefined) throw new Error(`no pod of the attempt ${JSON.stringify(attempts[0])}`);
  return found;
}

function imageOf(pod: Pod): string | undefined {
  return pod.spec?.containers[0]?.image;
}

/** The node can't pull the current attempt's image, for longer than anybody has patience. */
async function failPull(): Promise<void> {
  await world.kubelet.wait(await currentPod(), "ImagePullBackOff", "Back-off pulling image");
  await world.pass(3 * MINUTE);
  await world.finishPods();
  await world.pass(5_000);
}

async function passNotebook(): Promise<void> {
  await world.kubelet.run(await currentPod(), passingEvents());
  await world.pass(3_000);
}

/** Messages of events of that reason. */
async function told(reason: string): Promise<string[]> {
  const { items } = await world.cluster.list(EVENTS);
  return items.filter((event) => event.reason === reason).map(({ message }) => message ?? "");
}

async function actionsCounted(action: string): Promise<number | undefined> {
  const metric = world.metrics.registry.getSingleMetric("notebook_validation_recovery_actions_total");
  return (await metric?.get())?.values.find(({ labels }) => labels["action"] === action)?.value;
}

afterEach(async () => {
  await world.stopOperator();
  expect(world.clock.pending).toBe(0);
});

describe("a built image that the node can't pull", () => {
  test("gives way to the pre-built one, which passes with warnings and publishes nothing", async () => {
    await start();
    await world.submit(aBuildingJob({ retryPolicy: { jitter: false, maxValidationRetries: 1 } }));
    await world.pass(1_000);
    await finishBuilds();
    const built = imageOf(await currentPod());
    expect(built).toContain("/risk@sha256:");
    await failPull();
    expect(await world.status()).toMatchObject({ phase: "ValidationRunning", validationRetryCount: 1 });
    expect(imageOf(await currentPod())).toBe(built);
    await failPull();
    expect(imageOf(await currentPod())).toBe(PREBUILT);
    await passNotebook();
    expect(await world.status()).toMatchObject({
      phase: "Succeeded",
      verdict: "PassedWithWarnings",
      recoveryAttempts: 1,
      retryCount: 1,
      attempts: [
        { image: PREBUILT },
        { image: built, action: "fallback-to-prebuilt" },
        { image: built, action: "retry" },
      ],
      buildStatus: { published: false },
    });
    expect((await world.status()).buildStatus?.recommendedImage).toBeUndefined();
    expect(outside.moved).toEqual([]);
    expect(await told("ImagePullBackOff")).toContainEqual(
      expect.stringMatching(
        /^Validation pod failed: ImagePullBackOff \(.*\)\. Attempted recovery: fallback to pre-built/,
      ),
    );
    expect(await actionsCounted("fallback-to-prebuilt")).toBe(1);
  });

  test("that its registry lost is built again", async () => {
    await start();
    await world.submit(aBuildingJob());
    await world.pass(1_000);
    await finishBuilds();
    outside.images.clear();
    await world.kubelet.wait(await currentPod(), "ImagePullBackOff", "manifest unknown");
    await world.pass(3 * MINUTE);
    await world.finishPods();
    await world.pass(5_000);
    expect(await tekton.runs()).toHaveLength(2);
    await finishBuilds();
    await passNotebook();
    expect(await world.status()).toMatchObject({ phase: "Succeeded", verdict: "Passed", recoveryAttempts: 0 });
  });
});

describe("a build that nothing works on", () => {
  /** OpenShift serves Builds, but its controller is down; Tekton is there, too. */
  async function onOpenShift(): Promise<void> {
    const openshift = documents(readFileSync("test/fixtures/crds/builders/openshift-build.yaml", "utf8"));
    await start([...tektonCrds(), ...openshift]);
    await world.submit(aBuildingJob({ retryPolicy: { jitter: false, maxBuildRetries: 0 } }));
    await world.pass(1_000);
    expect((await world.cluster.list(OPENSHIFT)).items).toHaveLength(1);
    await world.pass(11 * MINUTE);
  }

  test("goes from OpenShift to Tekton, whose image is as good as any", async () => {
    await onOpenShift();
    expect(await world.status()).toMatchObject({
      phase: "Building",
      recovery: { abandonedStrategies: ["s2i"], actions: [{ detail: "s2i → tekton" }] },
    });
    await finishBuilds();
    await passNotebook();
    const { status } = await world.job();
    expect(status).toMatchObject({ phase: "Succeeded", verdict: "Passed", buildStatus: { published: true } });
    expect(outside.moved).toHaveLength(1);
  });

  test("goes from OpenShift to Tekton to the pre-built image, each told by one event", async () => {
    await onOpenShift();
    tekton.story = () => "image-pull";
    await tekton.finish();
    await world.pass(2 * MINUTE);
    expect(imageOf(await currentPod())).toBe(PREBUILT);
    await passNotebook();
    expect(await world.status()).toMatchObject({
      phase: "Succeeded",
      verdict: "PassedWithWarnings",
      recoveryAttempts: 2,
      recovery: { actions: [{ action: "fallback-to-prebuilt" }, { action: "fallback-build-strategy" }] },
    });
    const recovered = (await world.cluster.list(EVENTS)).items.filter(({ message = "" }) =>
      /^Build failed/.test(message),
    );
    expect(recovered).toHaveLength(2);
  });
});

describe("a notebook that is killed for want of memory", () => {
  test("passes with as much more as its job allows, in a pod that has it", async () => {
    await start();
    const podConfig = {
      containerImage: PREBUILT,
      resources: { requests: { memory: "1Gi" }, limits: { memory: "2Gi" } },
    };
    const retryPolicy = { jitter: false, memoryBump: { factor: 1.5, max: "8Gi" } };
    await world.submit(aJob().with({ podConfig, retryPolicy }).draft());
    await world.pass(1_000);
    const pod = await currentPod();
    await world.kubelet.start(pod);
    await world.kubelet.end(pod, 137, { reason: "OOMKilled", message: "" });
    await world.pass(3_000);
    const next = await currentPod();
    expect(next.metadata.name).not.toBe(pod.metadata.name);
    expect(next.spec?.containers[0]?.resources).toEqual({ requests: { memory: "1536Mi" }, limits: { memory: "3Gi" } });
    await passNotebook();
    expect(await world.status()).toMatchObject({
      phase: "Succeeded",
      verdict: "Passed",
      recoveryAttempts: 1,
      retryCount: 0,
    });
    expect(await actionsCounted("increase-memory")).toBe(1);
    expect((await world.cluster.list(PODS)).items).toHaveLength(2);
  });
});
