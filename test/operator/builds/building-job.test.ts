import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { PODS, type Pod } from "../../../src/kube/resources.js";
import { aBuildingJob, BuildingWorld, imageOf } from "./building-world.js";

jest.setTimeout(60_000);

let world: BuildingWorld;

afterEach(async () => {
  await world.stopOperator();
  expect(world.clock.pending).toBe(0);
});

describe("a job that builds", () => {
  test("runs on the very image that was built for it, and not before", async () => {
    world = await BuildingWorld.start();
    await world.submit(aBuildingJob("titanic"));
    await world.pass(1_000);
    const [run] = await world.tekton.runs();
    expect(run?.metadata).toMatchObject({ namespace: "team-a", ownerReferences: [{ name: "titanic" }] });
    expect(await world.status()).toMatchObject({ phase: "Building", buildStatus: { buildName: run?.metadata.name } });
    await world.tekton.work();
    await world.pass(3_000);
    expect(await world.pods()).toEqual([]);
    await world.finishBuilds();
    const pod = await world.pod();
    expect(imageOf(pod)).toBe(await world.built());
    await world.runPods();
    expect(await world.status()).toMatchObject({ phase: "Succeeded", buildStatus: { phase: "Complete" } });
  });

  test("shares its build with those of the same environment, whoever comes first", async () => {
    world = await BuildingWorld.start();
    for (const name of ["a", "b", "c"]) await world.submit(aBuildingJob(name));
    await world.pass(3_000);
    const [run, ...others] = await world.tekton.runs();
    expect(others).toEqual([]);
    expect(run?.metadata.ownerReferences?.map(({ name }) => name).sort()).toEqual(["a", "b", "c"]);
    await world.finishBuilds();
    expect((await world.pods()).map(imageOf)).toEqual(Array(3).fill(await world.built()));
    await world.runPods();
    await world.submit(aBuildingJob("later"));
    await world.pass(3_000);
    expect(await world.tekton.runs()).toHaveLength(1);
    expect(await world.status("later")).toMatchObject({ phase: "ValidationRunning", buildStatus: { reused: true } });
  });

  test("waits for room, and gets it as soon as a build ends", async () => {
    world = await BuildingWorld.start({ concurrency: { builds: 2 } });
    for (const n of [1, 2, 3, 4, 5]) await world.submit(aBuildingJob(`job-${n}`, {}, `env-${n}`));
    await world.pass(3_000);
    expect(await world.tekton.live()).toHaveLength(2);
    for (let round = 0; round < 6; round += 1) {
      await world.tekton.work();
      await world.pass(3_000);
      expect((await world.tekton.live()).length).toBeLessThanOrEqual(2);
    }
    await world.finishBuilds();
    await world.finishBuilds();
    expect(await world.tekton.runs()).toHaveLength(5);
    expect(await world.pods()).toHaveLength(5);
  });

  test("says why its build failed, in the words of the step's log", async () => {
    world = await BuildingWorld.start();
    world.tekton.story = () => "fails-in-pip";
    world.cluster.setLogs(async function* () {
      yield Buffer.from("ERROR: No matching distribution found for pandas==99.9\n");
    });
    await world.submit(aBuildingJob("titanic"));
    await world.pass(1_000);
    const [run] = await world.tekton.runs();
    const name = `${run?.metadata.name}-image-pod`;
    const containers = [{ name: "step-build", image: "buildah:1" }];
    const pod: Pod = { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "team-a" }, spec: { containers } };
    await world.cluster.create(PODS, pod);
    await world.finishBuilds();
    const status = await world.status();
    expect(status.buildStatus?.attempts?.[0]).toMatchObject({ outcome: "Failed" });
    expect(JSON.stringify(status)).toContain("pandas==99.9");
    expect((await world.pods()).map(({ metadata }) => metadata.name)).toEqual([name]);
  });
});

describe("a build under way", () => {
  test("tells its step from its log, and when it is usually done", async () => {
    world = await BuildingWorld.start();
    world.cluster.setLogs(async function* (_pod, options) {
      yield Buffer.from(
        "STEP 1/4: FROM quay.io/jupyter/minimal-notebook\nSTEP 3/4: RUN pip install\nCollecting pandas==2.2.3\n",
      );
      await world.clock.sleep(86_400_000, options.signal).catch(() => undefined);
    });
    await world.submit(aBuildingJob("earlier", {}, "env-1"));
    await world.pass(1_000);
    await world.tekton.work();
    await world.tekton.work();
    await world.pass(240_000);
    await world.finishBuilds();
    await world.submit(aBuildingJob("titanic"));
    await world.pass(1_000);
    const run = (await world.tekton.live())[0];
    const name = `${run?.metadata.name}-image-pod`;
    const containers = [{ name: "step-build", image: "buildah:1" }];
    const pod: Pod = { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "team-a" }, spec: { containers } };
    await world.cluster.create(PODS, pod);
    await world.tekton.work();
    await world.tekton.work();
    await world.pass(10_000);
    const { buildStatus, message } = await world.status();
    expect(buildStatus?.currentStep).toMatch(/pandas|dependencies|packages/i);
    expect(message).toContain(buildStatus?.currentStep);
    expect(buildStatus?.estimatedCompletionTime).toMatch(/^2026-01-01T00:0[4-9]/);
  });

  test("is counted, with how it ended", async () => {
    world = await BuildingWorld.start();
    await world.submit(aBuildingJob("good"));
    await world.submit(aBuildingJob("bad", {}, "env-1"));
    world.tekton.story = ({ metadata }) =>
      metadata.ownerReferences?.[0]?.name === "good" ? "succeeds" : "out-of-memory";
    await world.pass(1_000);
    await world.finishBuilds();
    const text = await world.metrics.registry.metrics();
    const counts = [...text.matchAll(/build_duration_seconds_count\{strategy="tekton",result="(\w+)"\} (\d+)/g)];
    expect(counts.map(([, result, count]) => [result, count]).sort()).toEqual([
      ["failure", "1"],
      ["success", "1"],
    ]);
  });

  test("has the size that the registry tells, which is counted once for all jobs that share it", async () => {
    world = await BuildingWorld.start();
    for (const name of ["one", "two", "three"]) await world.submit(aBuildingJob(name));
    await world.pass(1_000);
    await world.finishBuilds(300e6);
    await world.runPods();
    for (const name of ["one", "two", "three"])
      expect(await world.status(name)).toMatchObject({ phase: "Succeeded", buildStatus: { imageSizeBytes: 300e6 } });
    const text = await world.metrics.registry.metrics();
    expect(text).toMatch(/build_image_size_bytes_count 1$/m);
    expect(text).toMatch(/build_image_size_bytes_sum 300000000$/m);
  });
});
