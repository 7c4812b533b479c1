import { afterEach, describe, expect, test } from "@jest/globals";
import { KubeError } from "../../src/kube/kube-error.js";
import { objectOf, PODS, type Pod, SECRETS } from "../../src/kube/resources.js";
import { SourceError } from "../../src/operator/source-resolver.js";
import { COMMIT, conditions, TestCluster } from "./kit/a-cluster.js";
import { aJobWithNeeds } from "./kit/a-job.js";
import { passingEvents } from "./kit/fake-runner.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let world: TestCluster;

afterEach(async () => {
  await world.stopOperator();
  expect(world.clock.pending).toBe(0);
});

async function start(setup: ConstructorParameters<typeof TestCluster>[0] = {}): Promise<void> {
  world = new TestCluster(setup);
  await world.startOperator();
}

/** The kubelet misses a Secret until the operator's patience with the attempt is over; then the pod is removed. */
async function lackSecret(): Promise<void> {
  await world.kubelet.wait(await world.pod(), "CreateContainerConfigError", 'secret "db" not found');
  await world.settle();
  await world.pass(2 * MINUTE);
  await world.finishPods();
}

async function bringSecret(): Promise<void> {
  const secret = { metadata: { name: "db", namespace: "team-a" }, data: { password: "eA==" } };
  await world.cluster.create(SECRETS, objectOf(SECRETS, secret));
}

/** The scheduler finds no node for the pod, or finds one. */
async function schedule(pod: Pod, isFound: boolean): Promise<void> {
  const { namespace = "", name } = pod.metadata;
  const lastTransitionTime = new Date(world.clock.now()).toISOString();
  const condition = isFound
    ? { type: "PodScheduled", status: "True", lastTransitionTime }
    : { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/5 nodes", lastTransitionTime };
  await world.cluster.patchStatus(PODS, { namespace, name }, { status: { phase: "Pending", conditions: [condition] } });
  await world.settle();
}

async function passes(): Promise<void> {
  const [pod] = (await world.pods()).filter(({ status }) => status?.phase !== "Failed");
  if (pod === undefined) throw new Error("there is no pod to run");
  await world.kubelet.run(pod, passingEvents());
  await world.settle();
  expect(await world.status()).toMatchObject({ phase: "Succeeded", verdict: "Passed" });
}

describe("a job whose Secret is missing", () => {
  test("goes on by itself when it is there, at no cost", async () => {
    await start();
    await world.submit(aJobWithNeeds().draft());
    await lackSecret();
    const held = await world.status();
    expect(held).toMatchObject({ phase: "Retrying", waitingFor: { kind: "Secret", name: "db" }, retryCount: 0 });
    expect(conditions(held)).toMatchObject({ Stalled: "True", Reconciling: "True" });
    await world.pass(3 * HOUR);
    expect(await world.pods()).toEqual([]);
    await bringSecret();
    await world.pass(MINUTE);
    await passes();
    const { waitingFor, retryCount, attempts } = await world.status();
    expect({ waitingFor, retryCount }).toEqual({ waitingFor: undefined, retryCount: 0 });
    expect(attempts).toMatchObject([{ outcome: "Passed" }, { action: "wait-for-resolution" }]);
    expect(await world.events()).toEqual(
      expect.arrayContaining(["SecretMissing", "SecretMissing", "WaitOver", "Succeeded"]),
    );
  });

  test("goes on when the operator is another one by then, wherever that one begins", async () => {
    await start();
    await world.submit(aJobWithNeeds().draft());
    await lackSecret();
    const { waitingFor } = await world.status();
    await world.stopOperator();
    await world.pass(HOUR);
    await world.startOperator();
    expect((await world.status()).waitingFor).toEqual(waitingFor);
    await world.stopOperator();
    await bringSecret();
    await world.startOperator();
    await world.pass(5_000);
    await passes();
  });

  test("asks for it rarely, and writes nothing", async () => {
    let asked = 0;
    let written = 0;
    await start({
      intercept: ({ verb, resource }, proceed) => {
        if (verb === "get" && resource.plural === "secrets") asked += 1;
        if (verb === "patchStatus" && resource.plural === "notebookvalidationjobs") written += 1;
        return proceed();
      },
    });
    await world.submit(aJobWithNeeds().draft());
    await lackSecret();
    [asked, written] = [0, 0];
    await world.pass(2 * HOUR);
    expect(asked).toBeLessThanOrEqual(125);
    expect(written).toBe(0);
  });

  test("fails when nobody brings it, and runs again when somebody does after all", async () => {
    await start({ config: { patience: { resolutionTimeout: "1h" } } });
    await world.submit(aJobWithNeeds().draft());
    await lackSecret();
    await world.pass(HOUR);
    expect(await world.status()).toMatchObject({ phase: "Failed", failureReason: "SecretMissing", runCount: 1 });
    await world.pass(6 * HOUR);
    expect(await world.pods()).toEqual([]);
    await world.stopOperator();
    await world.startOperator();
    await bringSecret();
    await world.pass(10 * MINUTE);
    await passes();
    expect(await world.status()).toMatchObject({ runCount: 2 });
    expect(await world.events()).toContain("CauseResolved");
  });

  test("is left alone after failing when it does not want to run again", async () => {
    await start({ config: { patience: { resolutionTimeout: "1h" } } });
    await world.submit(
      aJobWithNeeds()
        .with({ retryPolicy: { retryWhenResolved: false } })
        .draft(),
    );
    await lackSecret();
    await world.pass(HOUR);
    await bringSecret();
    await world.pass(HOUR);
    expect(await world.status()).toMatchObject({ phase: "Failed", runCount: 1 });
  });
});

describe("a job that fits nowhere", () => {
  test("keeps its pod, lets others run meanwhile, and runs when a node takes it", async () => {
    await start({ hasNode: false, config: { concurrency: { validations: 1, validationsPerNamespace: 1 } } });
    await world.submit(aJobWithNeeds().draft());
    const parked = await world.pod();
    await schedule(parked, false);
    await world.submit(aJobWithNeeds().named("other").draft());
    expect(await world.pods()).toHaveLength(1);
    await world.pass(10 * MINUTE);
    expect(await world.status()).toMatchObject({ phase: "Retrying", waitingFor: { kind: "Node" }, retryCount: 0 });
    expect(await world.status("other")).toMatchObject({ phase: "ValidationRunning" });
    await world.pass(5 * HOUR);
    expect((await world.pods()).map(({ metadata }) => metadata.name)).toContain(parked.metadata.name);
    await schedule(parked, true);
    expect(await world.status()).toMatchObject({ phase: "ValidationRunning" });
    await world.kubelet.run(parked, passingEvents());
    await world.settle();
    const status = await world.status();
    expect(status).toMatchObject({ phase: "Succeeded", attempts: [{ number: 1, outcome: "Passed" }] });
    expect(status.attempts).toHaveLength(1);
  });

  test("is not counted by an operator that finds it waiting", async () => {
    const config = { concurrency: { validations: 1, validationsPerNamespace: 1 } };
    await start({ hasNode: false, config });
    await world.submit(aJobWithNeeds().draft());
    await schedule(await world.pod(), false);
    await world.pass(10 * MINUTE);
    await world.stopOperator();
    await world.startOperator();
    await world.submit(aJobWithNeeds().named("other").draft());
    expect(await world.status("other")).toMatchObject({ phase: "ValidationRunning" });
  });
});

describe("a job that can only try", () => {
  test("runs when the quota has room again", async () => {
    let isFull = true;
    await start({
      intercept: ({ verb, resource }, proceed) => {
        if (!isFull || verb !== "create" || resource.plural !== "pods") return proceed();
        const message =
          'pods "x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=5, limited: pods=5';
        return Promise.reject(new KubeError({ reason: "Forbidden", message }));
      },
    });
    await world.submit(aJobWithNeeds().draft());
    expect(await world.status()).toMatchObject({ phase: "Retrying", waitingFor: { kind: "Quota" } });
    await world.pass(2 * HOUR);
    const { attempts, retryCount } = await world.status();
    expect(attempts).toHaveLength(1);
    expect(retryCount).toBe(0);
    isFull = false;
    await world.pass(5 * MINUTE);
    await passes();
  });

  test("runs when Git answers again, and only then", async () => {
    let isAway = true;
    await start({
      resolve: () =>
        isAway
          ? Promise.reject(new SourceError("GitNetwork", "no route to host"))
          : Promise.resolve({ commit: COMMIT }),
    });
    await world.submit(aJobWithNeeds().draft());
    await world.pass(HOUR);
    const { phase, waitingFor, retryCount } = await world.status();
    expect({ phase, kind: waitingFor?.kind, retryCount }).toEqual({ phase: "Retrying", kind: "Git", retryCount: 3 });
    expect(world.questions.length).toBeLessThan(25);
    isAway = false;
    await world.pass(5 * MINUTE);
    await passes();
  });

  test("runs when its image has appeared", async () => {
    await start();
    await world.submit(
      aJobWithNeeds()
        .with({ retryPolicy: { maxValidationRetries: 0 } })
        .draft(),
    );
    for (let tries = 0; tries < 3; tries++) {
      const [pod] = await world.pods();
      if (pod === undefined) throw new Error("there is no pod");
      await world.kubelet.wait(pod, "ImagePullBackOff", "manifest unknown");
      await world.settle();
      // Patience is counted from the pod's beginning: with the later ones it is over by now.
      if (tries === 0) await world.pass(2 * MINUTE);
      expect(await world.status()).toMatchObject({ phase: "Retrying", waitingFor: { kind: "Image", tries } });
      await world.finishPods();
      await world.pass(5 * MINUTE);
    }
    await passes();
  });
});
