import { afterEach, describe, expect, test } from "@jest/globals";
import { KubeError } from "../../src/kube/kube-error.js";
import { PODS, type Pod, SECRETS } from "../../src/kube/resources.js";
import { COMMIT, conditions, TestCluster } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";
import { failingEvents, passingEvents } from "./kit/fake-runner.js";

let world: TestCluster;

afterEach(async () => {
  await world.stopOperator();
  expect(world.clock.pending).toBe(0);
});

describe("an operator on a cluster", () => {
  test("brings a healthy notebook from submission to Succeeded", async () => {
    world = new TestCluster();
    await world.startOperator();
    await world.submit(aJob().draft());
    expect(await world.status()).toMatchObject({
      phase: "ValidationRunning",
      source: { commit: COMMIT },
      observedGeneration: 1,
    });
    await world.kubelet.run(await world.pod(), passingEvents());
    await world.settle();
    const status = await world.status();
    expect(status).toMatchObject({ phase: "Succeeded", verdict: "Passed", cells: "2/2" });
    expect(conditions(status)).toMatchObject({
      Ready: "True",
      Reconciling: "False",
      Stalled: "False",
      Succeeded: "True",
    });
    expect(status.results).toHaveLength(2);
    expect(await world.events()).toEqual(["Succeeded"]);
  });

  test("says which cell failed, and does not try a broken notebook again", async () => {
    world = new TestCluster();
    await world.startOperator();
    await world.submit(aJob().draft());
    await world.kubelet.run(await world.pod(), failingEvents());
    await world.settle();
    const status = await world.status();
    expect(status).toMatchObject({ phase: "Failed", verdict: "Failed", failureReason: "NotebookError", fault: "user" });
    expect(conditions(status)).toMatchObject({
      Ready: "False",
      Stalled: "True",
      DeadLettered: "True",
      ValidationComplete: "False",
    });
    await world.pass(3_600_000);
    expect(await world.pods()).toHaveLength(1);
  });

  test("shows cells in status while the notebook runs", async () => {
    world = new TestCluster();
    await world.startOperator();
    await world.submit(aJob().draft());
    const pod = await world.pod();
    await world.kubelet.start(pod);
    await world.kubelet.say(pod, passingEvents().slice(0, 4));
    await world.pass(2000);
    expect(await world.status()).toMatchObject({ cells: "1/2", progress: { cell: 1 }, phase: "ValidationRunning" });
    await world.kubelet.say(pod, passingEvents(), 4);
    await world.kubelet.end(pod, 0);
    await world.pass(1500);
    expect(await world.status()).toMatchObject({ phase: "Succeeded", cells: "2/2" });
  });

  test("writes nothing when nothing changes", async () => {
    world = new TestCluster();
    await world.startOperator();
    await world.submit(aJob().draft());
    await world.kubelet.start(await world.pod());
    await world.pass(2000);
    const version = world.cluster.resourceVersion;
    await world.pass(1_000_000);
    await world.stopOperator();
    await world.startOperator();
    expect(world.cluster.resourceVersion).toBe(version);
  });

  test("goes on where it was killed, with the same pod and no retry", async () => {
    world = new TestCluster();
    await world.startOperator();
    await world.submit(aJob().draft());
    await world.stopOperator();
    const pod = await world.pod();
    await world.kubelet.run(pod, passingEvents());
    await world.startOperator();
    expect(await world.status()).toMatchObject({ phase: "Succeeded", retryCount: 0 });
    expect(await world.pods()).toHaveLength(1);
  });

  test("waits as long as the server asks, and spends no retry on it", async () => {
    let refusals = 1;
    world = new TestCluster({
      intercept: async (call, proceed) => {
        if (call.verb === "create" && call.resource.plural === "pods" && refusals-- > 0) {
          throw new KubeError({ reason: "TooManyRequests", message: "slow down", retryAfterMs: 9000 });
        }
        return proceed();
      },
    });
    await world.startOperator();
    await world.submit(aJob().draft());
    expect(await world.pods()).toHaveLength(0);
    await world.pass(8_900);
    expect(await world.pods()).toHaveLength(0);
    await world.pass(200);
    expect(await world.pods()).toHaveLength(1);
    expect(await world.status()).toMatchObject({ phase: "ValidationRunning", retryCount: 0 });
  });

  test("says why the cluster refuses the pod", async () => {
    world = new TestCluster({
      intercept: async (call, proceed) => {
        if (call.verb === "create" && call.resource.plural === "pods") {
          throw new KubeError({
            reason: "Forbidden",
            message: 'pods "x" is forbidden: violates PodSecurity "restricted:latest"',
          });
        }
        return proceed();
      },
    });
    await world.startOperator();
    await world.submit(aJob().draft());
    expect(await world.status()).toMatchObject({ phase: "Failed", failureReason: "SecurityContextViolation" });
  });

  test("leaves somebody else's pod alone, even under the name of ours", async () => {
    world = new TestCluster();
    await world.startOperator();
    await world.submit(aJob().suspended().draft());
    await world.stopOperator();
    const names: string[] = [];
    world = new TestCluster({
      intercept: async (call, proceed) => {
        if (call.verb === "create" && call.resource.plural === "pods" && names.length === 0) {
          names.push(call.key.name);
          const metadata = { name: call.key.name, namespace: "team-a" };
          const spec = { containers: [{ name: "c", image: "i" }] };
          await world.cluster.create(PODS, { apiVersion: "v1", kind: "Pod", metadata, spec });
        }
        return proceed();
      },
    });
    await world.startOperator();
    await world.submit(aJob().draft());
    expect(await world.status()).toMatchObject({ phase: "Failed", failureReason: "ApiForbidden" });
    expect((await world.status()).message).toContain(names[0] ?? "?");
    expect(await world.pods()).toHaveLength(1);
  });

  test("runs only so many validations at a time, in order of priority", async () => {
    world = new TestCluster({ config: { concurrency: { validations: 1 } } });
    await world.startOperator();
    await world.submit(aJob().named("first").draft());
    await world.submit(aJob().named("low").with({ priority: 10 }).draft());
    await world.submit(aJob().named("high").with({ priority: 90 }).draft());
    expect((await world.pods()).map(jobOf)).toEqual(["first"]);
    await world.pass(2000);
    expect(await world.status("high")).toMatchObject({ reason: "Queued" });
    await world.kubelet.run(await world.pod(), passingEvents());
    await world.settle();
    expect((await world.pods()).map(jobOf).sort()).toEqual(["first", "high"]);
  });

  test("deletes a finished job whose time to live is over, with all that is its", async () => {
    world = new TestCluster();
    await world.startOperator();
    await world.submit(aJob().with({ ttlSecondsAfterFinished: 100 }).draft());
    await world.kubelet.run(await world.pod(), passingEvents());
    await world.pass(99_000);
    expect(await world.status()).toMatchObject({ phase: "Succeeded" });
    await world.pass(2_000);
    await expect(world.job()).rejects.toThrow(/not found/);
    await world.finishPods();
    expect(await world.pods()).toHaveLength(0);
  });

  test("reads the Secrets whose keys become variables, so that the runner can redact them", async () => {
    world = new TestCluster();
    const data = { API_TOKEN: Buffer.from("s3cret").toString("base64") };
    await world.cluster.create(SECRETS, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "api", namespace: "team-a" },
      data,
    });
    await world.startOperator();
    await world.submit(
      aJob()
        .with({ podConfig: { containerImage: "i", credentials: ["api"] } })
        .draft(),
    );
    const pod = await world.pod();
    const config = pod.spec?.initContainers?.[0]?.env?.find(({ name }) => name === "NBV_RUNNER_CONFIG")?.value ?? "";
    expect(JSON.parse(config)).toMatchObject({ secretEnv: ["API_TOKEN"] });
    expect(JSON.stringify(pod)).not.toContain("s3cret");
  });

  test("counts what happened", async () => {
    world = new TestCluster();
    await world.startOperator();
    await world.submit(aJob().draft());
    await world.kubelet.evict(await world.pod());
    await world.pass(100);
    const live = (await world.pods()).find(({ status }) => status?.phase === "Pending");
    if (live === undefined) throw new Error("no second attempt");
    await world.kubelet.run(live, passingEvents());
    await world.settle();
    const text = await world.metrics.registry.metrics();
    expect(text).toContain('notebook_validation_jobs_total{status="succeeded",fault="none"} 1');
    expect(text).toContain('notebook_validation_failures_total{reason="Evicted",fault="platform"} 1');
    expect(text).toMatch(/notebook_validation_retries_total\{stage="run",error_type="transient"\} 1/);
    expect(await world.events()).toEqual(expect.arrayContaining(["Evicted"]));
  });

  test("counts the checks that a notebook failed", async () => {
    world = new TestCluster();
    await world.startOperator();
    await world.submit(aJob().draft());
    await world.kubelet.run(await world.pod(), failingEvents());
    await world.settle();
    const text = await world.metrics.registry.metrics();
    expect(text).toContain('notebook_validation_checks_failed_total{check="E1"} 1');
  });
});

function jobOf({ metadata }: Pod): string {
  return metadata.labels?.["mlops.dev/job"] ?? "";
}
