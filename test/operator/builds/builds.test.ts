import { afterEach, describe, expect, test } from "@jest/globals";
import { NOTEBOOK_VALIDATION_JOBS } from "../../../src/kube/resources.js";
import { IMAGE_DIGEST } from "../../build/strategies/a-build-plan.js";
import { TestCluster } from "../kit/a-cluster.js";
import { aJob } from "../kit/a-job.js";
import { FakeOutside } from "../kit/fake-outside.js";
import { passingEvents } from "../kit/fake-runner.js";
import { FakeTekton, tektonCrds } from "../kit/fake-tekton.js";

let world: TestCluster;
let tekton: FakeTekton;
let outside: FakeOutside;

const aBuildingJob = (name = "titanic", buildConfig: object = {}) =>
  aJob()
    .named(name)
    .with({ podConfig: { buildConfig: { enabled: true, ...buildConfig } } });

async function start(config: object = {}): Promise<void> {
  outside = new FakeOutside({ "requirements.txt": "pandas==2.2.3\n", "notebooks/titanic.ipynb": "{}" });
  world = new TestCluster({
    crds: tektonCrds(),
    config: { registry: { host: "registry.example.com" }, ...config },
    options: { build: "build", builder: outside },
  });
  tekton = new FakeTekton(world.cluster);
  await world.startOperator();
}

afterEach(async () => {
  await world.stopOperator();
  expect(world.clock.pending).toBe(0);
});

describe("a job that builds", () => {
  test("runs on the very image that was built for it, and not before", async () => {
    await start();
    await world.submit(aBuildingJob().draft());
    await world.pass(1_000);
    const [run] = await tekton.runs();
    expect(run?.metadata).toMatchObject({ namespace: "team-a", ownerReferences: [{ name: "titanic" }] });
    expect(await world.status()).toMatchObject({ phase: "Building", buildStatus: { buildName: run?.metadata.name } });
    await tekton.work();
    await world.pass(3_000);
    expect(await world.pods()).toEqual([]);
    await tekton.finish();
    await world.pass(1_000);
    const pod = await world.pod();
    expect(pod.spec?.containers[0]?.image).toContain(`@${IMAGE_DIGEST}`);
    await world.kubelet.run(pod, passingEvents());
    await world.pass(1_000);
    expect(await world.status()).toMatchObject({ phase: "Succeeded", buildStatus: { phase: "Complete" } });
  });
});
