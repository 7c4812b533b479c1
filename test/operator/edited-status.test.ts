import { afterEach, expect, test } from "@jest/globals";
import { NOTEBOOK_VALIDATION_JOBS } from "../../src/kube/resources.js";
import { validationPodName } from "../../src/validation/index.js";
import { TestCluster } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";
import { passingEvents } from "./kit/fake-runner.js";

const NAMES = ["a", "b", "c", "d"];
let world: TestCluster;

afterEach(async () => {
  await world.stopOperator();
});

async function startOpenAttemptsByHand(): Promise<void> {
  for (const name of NAMES) {
    const { runId = "", attempts } = await world.status(name);
    if (attempts?.[0]?.outcome === "Running") continue;
    const podName = validationPodName(name, runId, 1);
    const attempt = { number: 1, runId, podName, image: "registry.example.com/any:1", outcome: "Running" };
    const status = { phase: "ValidationRunning", attempts: [attempt] };
    await world.cluster.patchStatus(NOTEBOOK_VALIDATION_JOBS, { namespace: "team-a", name }, { status });
  }
  await world.pass(60_000);
}

test("attempts that somebody writes into statuses get no pods beyond the limit, and their turn in the end", async () => {
  world = new TestCluster({ config: { concurrency: { validations: 1, validationsPerNamespace: 1 } } });
  await world.startOperator();
  for (const name of NAMES) await world.submit(aJob().named(name).draft());
  await startOpenAttemptsByHand();
  expect(await world.pods()).toHaveLength(1);

  const passed = new Set<string>();
  while (passed.size < NAMES.length) {
    const [pod, ...others] = (await world.pods()).filter(({ metadata }) => !passed.has(metadata.name));
    expect(others).toEqual([]);
    if (pod === undefined) throw new Error("nobody has a turn");
    await world.kubelet.run(pod, passingEvents());
    await world.pass(60_000);
    passed.add(pod.metadata.name);
  }
  for (const name of NAMES) expect(await world.status(name)).toMatchObject({ phase: "Succeeded" });
});
