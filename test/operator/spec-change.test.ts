import { afterEach, describe, expect, test } from "@jest/globals";
import { ANNOTATION_RETRY_REQUESTED, toRfc3339 } from "../../src/api/index.js";
import { NOTEBOOK_VALIDATION_JOBS } from "../../src/kube/resources.js";
import { SourceError } from "../../src/operator/source-resolver.js";
import { COMMIT, conditions, TestCluster } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";
import { failingEvents, passingEvents } from "./kit/fake-runner.js";

let world: TestCluster;

afterEach(async () => {
  await world.stopOperator();
  expect(world.clock.pending).toBe(0);
});

const MINUTE = 60_000;
const commitOf = (ref: string) => ref.padEnd(40, "0").replaceAll(/[^0-9a-f]/g, "1");
const gitAt = (ref: string) => ({ url: "https://git.example.com/team/notebooks.git", ref });

/** The pod of the job's current attempt. */
async function currentPod() {
  const { attempts } = await world.status();
  const pod = (await world.pods()).find(({ metadata }) => metadata.name === attempts?.[0]?.podName);
  if (pod === undefined) throw new Error("the current attempt has no pod");
  return pod;
}

async function passes(): Promise<void> {
  await world.kubelet.run(await currentPod(), passingEvents());
  await world.settle();
}

describe("a job that an older operator left", () => {
  const limits = { memory: "8Gi", cpu: "2" };
  const image = "quay.io/example/training:v1";
  const podConfig = { containerImage: image, resources: { limits } };
  const message = "Validation failed after 3 retries: OOMKilled";
  /** As the Go operator leaves it: no generation, no hash, one counter. */
  const left = {
    phase: "Failed",
    message,
    retryCount: 3,
    lastRetryTime: "2025-12-31T23:00:00Z",
    startTime: "2025-12-31T22:00:00Z",
    completionTime: "2025-12-31T23:10:00Z",
    validationPodName: "predictive-analytics-kserve-validation-validation",
    conditions: [
      {
        type: "ValidationComplete",
        status: "False",
        lastTransitionTime: "2025-12-31T23:10:00Z",
        reason: "ValidationFailed",
        message,
      },
    ],
  };

  async function anOldFailure(spec: object = {}): Promise<void> {
    world = new TestCluster();
    const job = aJob().with({ podConfig, ...spec });
    await world.submit(job.draft());
    const key = { namespace: "team-a", name: "titanic" };
    await world.cluster.patchStatus(NOTEBOOK_VALIDATION_JOBS, key, { status: left });
    await world.startOperator();
  }

  test("OOM-killed keeps its outcome until Git gives it a GPU, then runs again by itself", async () => {
    await anOldFailure();
    await world.pass(30 * MINUTE);
    expect(await world.status()).toMatchObject({ phase: "Failed", message, retryCount: 3, observedGeneration: 1 });
    expect(await world.pods()).toEqual([]);
    // Argo CD syncs what was pushed: `nvidia.com/gpu: "1"`, and its own marks.
    await world.edit({
      metadata: {
        annotations: { "argocd.argoproj.io/tracking-id": "ml:mlops.mlops.dev/NotebookValidationJob:team-a/titanic" },
      },
      spec: { podConfig: { resources: { limits: { "nvidia.com/gpu": "1" } } } },
    });
    expect(await world.status()).toMatchObject({
      phase: "ValidationRunning",
      observedGeneration: 2,
      runCount: 1,
      retryCount: 0,
      validationRetryCount: 0,
      source: { commit: COMMIT },
    });
    const pod = await currentPod();
    expect(pod.spec?.containers[0]?.resources?.limits).toEqual({ ...limits, "nvidia.com/gpu": "1" });
    await passes();
    const status = await world.status();
    expect(status).toMatchObject({ phase: "Succeeded", verdict: "Passed", observedGeneration: 2 });
    expect(conditions(status)).toMatchObject({ Ready: "True", Stalled: "False", DeadLettered: "False" });
    expect(status).not.toHaveProperty("failureReason");
  });

  test("stays as it is under retryOnSpecChange: false, and Argo CD still sees it settled", async () => {
    await anOldFailure({ retryPolicy: { retryOnSpecChange: false } });
    await world.edit({ spec: { podConfig: { resources: { limits: { "nvidia.com/gpu": "1" } } } } });
    await world.pass(2000);
    const status = await world.status();
    expect(status).toMatchObject({ phase: "Failed", observedGeneration: 2 });
    expect(conditions(status)).toMatchObject({ Stalled: "True", Reconciling: "False" });
    expect(await world.pods()).toEqual([]);
  });

  test("does not mind annotations and labels alone", async () => {
    await anOldFailure();
    await world.edit({ metadata: { annotations: { team: "ml" }, labels: { team: "ml" } } });
    await world.pass(MINUTE);
    expect(await world.status()).toMatchObject({ phase: "Failed", message });
    expect(await world.pods()).toEqual([]);
  });
});

describe("a finished job", () => {
  const changes: [string, object][] = [
    ["its resources", { podConfig: { resources: { limits: { memory: "16Gi" } } } }],
    ["its GPUs", { podConfig: { resources: { limits: { "nvidia.com/gpu": "1" } } } }],
    ["its image", { podConfig: { containerImage: "registry.example.com/notebook:2" } }],
    ["its notebook", { notebook: { path: "notebooks/other.ipynb" } }],
    ["its parameters", { notebook: { parameters: { rows: 10 } } }],
    ["its time limit", { validationTimeout: "5m" }],
    ["its checks", { validationConfig: { level: "production" } }],
    ["its variables", { podConfig: { env: [{ name: "A", value: "1" }] } }],
  ];

  test.each(changes)(
    "that failed starts a new run for a change of %s: counts at zero, history kept",
    async (_what, spec) => {
      world = new TestCluster();
      await world.startOperator();
      await world.submit(aJob().draft());
      const failed = await world.pod();
      await world.kubelet.run(failed, failingEvents());
      await world.settle();
      await world.edit({ spec });
      const status = await world.status();
      expect(status).toMatchObject({ phase: "ValidationRunning", runCount: 2, observedGeneration: 2, retryCount: 0 });
      expect(status).not.toHaveProperty("failureReason");
      expect(status.attempts).toHaveLength(2);
      expect(conditions(status)).toMatchObject({ DeadLettered: "False" });
      // The finished pod is kept for its log.
      expect((await world.pods()).map(({ metadata }) => metadata.name)).toContain(failed.metadata.name);
      await passes();
      expect(await world.status()).toMatchObject({ phase: "Succeeded", runCount: 2 });
    },
  );

  const idle: [string, object][] = [
    ["its annotations", { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": "now", team: "ml" } } }],
    ["its labels", { metadata: { labels: { team: "ml" } } }],
    ["its time to live", { spec: { ttlSecondsAfterFinished: 86_400 } }],
    ["its priority", { spec: { priority: 90 } }],
    ["how it is retried", { spec: { retryPolicy: { maxRetries: 7, strategy: "aggressive" } } }],
    ["how it recovers", { spec: { recoveryConfig: { maxRecoveryAttempts: 1 } } }],
    ["what follows it", { spec: { onSuccess: [] } }],
    ["how a quantity is spelled", { spec: { podConfig: { resources: { limits: { cpu: "2000m" } } } } }],
  ];

  test.each(idle)("does nothing for a change of %s, but its generation is observed", async (_what, patch) => {
    world = new TestCluster();
    await world.startOperator();
    const resources = { limits: { cpu: "2" } };
    await world.submit(
      aJob()
        .with({ podConfig: { containerImage: "registry.example.com/notebook:1", resources } })
        .draft(),
    );
    await passes();
    await world.edit(patch);
    await world.pass(10 * MINUTE);
    const { metadata } = await world.job();
    expect(await world.status()).toMatchObject({
      phase: "Succeeded",
      runCount: 1,
      observedGeneration: metadata.generation,
    });
    expect(await world.pods()).toHaveLength(1);
  });

  test("that changes twice before anybody looks runs once, about the last of both", async () => {
    world = new TestCluster();
    await world.startOperator();
    await world.submit(aJob().draft());
    await passes();
    await world.stopOperator();
    await world.edit({ spec: { notebook: { path: "notebooks/a.ipynb" } } });
    await world.edit({ spec: { notebook: { path: "notebooks/b.ipynb" } } });
    await world.startOperator();
    expect(await world.status()).toMatchObject({ phase: "ValidationRunning", runCount: 2, observedGeneration: 3 });
    await passes();
    await world.pass(10 * MINUTE);
    expect(await world.status()).toMatchObject({ phase: "Succeeded", runCount: 2, observedGeneration: 3 });
  });
});

describe("a job under way", () => {
  test("is cancelled and replaced, with one pod at a time and no retry counted", async () => {
    world = new TestCluster();
    await world.startOperator();
    await world.submit(aJob().draft());
    const old = await world.pod();
    await world.kubelet.start(old);
    await world.edit({ spec: { podConfig: { resources: { limits: { "nvidia.com/gpu": "1" } } } } });
    const status = await world.status();
    expect(status).toMatchObject({ runCount: 2, observedGeneration: 2, retryCount: 0 });
    expect(status.attempts?.[0]).toMatchObject({ outcome: "Cancelled", reason: "SpecChanged" });
    expect((await world.pod()).metadata).toMatchObject({
      uid: old.metadata.uid,
      deletionTimestamp: expect.any(String),
    });
    await world.finishPods();
    await world.pass(MINUTE);
    expect((await world.pod()).metadata.uid).not.toBe(old.metadata.uid);
    await passes();
    expect(await world.status()).toMatchObject({ phase: "Succeeded", runCount: 2, retryCount: 0 });
  });

  test("that waits for its next attempt begins anew at once, with its budget whole", async () => {
    world = new TestCluster();
    await world.startOperator();
    const retryPolicy = { jitter: false, maxValidationRetries: 2, backoffBaseSeconds: 600 };
    await world.submit(aJob().with({ retryPolicy }).draft());
    const pod = await world.pod();
    await world.kubelet.start(pod);
    await world.kubelet.end(pod, 1);
    await world.pass(10_000);
    expect(await world.status()).toMatchObject({ phase: "Retrying", validationRetryCount: 1 });
    await world.edit({ spec: { validationTimeout: "5m" } });
    const status = await world.status();
    expect(status).toMatchObject({ phase: "ValidationRunning", runCount: 2, validationRetryCount: 0 });
    expect(status).not.toHaveProperty("nextRetryTime");
  });

  test("under retryOnSpecChange: false is replaced all the same: a verdict is about the spec that is there", async () => {
    world = new TestCluster();
    await world.startOperator();
    await world.submit(
      aJob()
        .with({ retryPolicy: { retryOnSpecChange: false } })
        .draft(),
    );
    await world.kubelet.start(await world.pod());
    await world.edit({ spec: { validationTimeout: "5m" } });
    expect(await world.status()).toMatchObject({ runCount: 2, observedGeneration: 2 });
  });
});

describe("what Git said before", () => {
  test("is asked anew for a new branch name, also when the operator still knows the answer about the old one", async () => {
    world = new TestCluster({ resolve: async ({ ref }) => ({ commit: commitOf(ref) }) });
    await world.startOperator();
    await world.submit(aJob().draft());
    await passes();
    expect(await world.status()).toMatchObject({ phase: "Succeeded", source: { commit: commitOf("main") } });
    await world.edit({ spec: { notebook: { git: gitAt("dev") } } });
    expect(await world.status()).toMatchObject({ runCount: 2, source: { commit: commitOf("dev"), ref: "dev" } });
  });

  test("is asked anew for a retry that somebody asks for", async () => {
    let isThere = false;
    world = new TestCluster({
      resolve: async ({ ref }) => {
        if (!isThere) throw new SourceError("GitRefNotFound", `no ${ref}`);
        return { commit: commitOf(ref) };
      },
    });
    await world.startOperator();
    await world.submit(aJob().draft());
    expect(await world.status()).toMatchObject({ phase: "Failed", failureReason: "GitRefNotFound" });
    isThere = true;
    await world.pass(1000);
    await world.edit({ metadata: { annotations: { [ANNOTATION_RETRY_REQUESTED]: toRfc3339(world.clock.now()) } } });
    expect(await world.status()).toMatchObject({ phase: "ValidationRunning", source: { commit: commitOf("main") } });
  });
});
