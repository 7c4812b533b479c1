import { afterEach, describe, expect, test } from "@jest/globals";
import { aJob } from "./kit/a-job.js";
import { COMMIT, conditions, TestCluster } from "./kit/a-cluster.js";
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
    expect(await world.status()).toMatchObject({ phase: "ValidationRunning", source: { commit: COMMIT }, observedGeneration: 1 });
    await world.kubelet.run(await world.pod(), passingEvents());
    await world.settle();
    const status = await world.status();
    expect(status).toMatchObject({ phase: "Succeeded", verdict: "Passed", cells: "2/2" });
    expect(conditions(status)).toMatchObject({ Ready: "True", Reconciling: "False", Stalled: "False", Succeeded: "True" });
    expect(status.results).toHaveLength(2);
    expect(await world.events()).toEqual(expect.arrayContaining(["RunStarted", "AttemptStarted", "Succeeded"]));
  });

  test("says which cell failed, and does not try a broken notebook again", async () => {
    world = new TestCluster();
    await world.startOperator();
    await world.submit(aJob().draft());
    await world.kubelet.run(await world.pod(), failingEvents());
    await world.settle();
    const status = await world.status();
    expect(status).toMatchObject({ phase: "Failed", verdict: "Failed", failureReason: "NotebookError", fault: "user" });
    expect(conditions(status)).toMatchObject({ Ready: "False", Stalled: "True", DeadLettered: "True", ValidationComplete: "False" });
    await world.pass(3_600_000);
    expect(await world.pods()).toHaveLength(1);
  });
});
