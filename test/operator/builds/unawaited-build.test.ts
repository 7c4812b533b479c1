import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { NOTEBOOK_VALIDATION_JOBS } from "../../../src/kube/resources.js";
import { aBuildingJob, BuildingWorld } from "./building-world.js";

jest.setTimeout(60_000);

let world: BuildingWorld;

afterEach(async () => {
  await world.stopOperator();
  expect(world.clock.pending).toBe(0);
});

describe("a build that no job waits for", () => {
  test("is cancelled once its only job is suspended, and a new one is made when that goes on", async () => {
    world = await BuildingWorld.start();
    await world.submit(aBuildingJob("titanic"));
    await world.pass(1_000);
    await world.tekton.work();
    await world.edit({ spec: { suspend: true } });
    await world.pass(12_000);
    const [run] = await world.tekton.runs();
    expect(run?.spec).toMatchObject({ status: "Cancelled" });
    await world.finishBuilds();
    await world.edit({ spec: { suspend: false } });
    await world.pass(3_000);
    await world.finishBuilds();
    expect(await world.pods()).toHaveLength(1);
    expect((await world.tekton.runs()).map(({ metadata }) => metadata.name.at(-1))).toEqual(["1", "2"]);
  });

  test("goes on as long as one job waits", async () => {
    world = await BuildingWorld.start();
    for (const name of ["a", "b"]) await world.submit(aBuildingJob(name));
    await world.pass(3_000);
    await world.tekton.work();
    await world.cluster.delete(NOTEBOOK_VALIDATION_JOBS, { namespace: "team-a", name: "a" });
    await world.pass(30_000);
    const [run] = await world.tekton.runs();
    expect(run?.spec).not.toMatchObject({ status: "Cancelled" });
    await world.finishBuilds();
    expect(await world.pods()).toHaveLength(1);
  });

  test("goes with its last job", async () => {
    world = await BuildingWorld.start();
    await world.submit(aBuildingJob("a"));
    await world.pass(3_000);
    await world.cluster.delete(NOTEBOOK_VALIDATION_JOBS, { namespace: "team-a", name: "a" });
    await world.pass(3_000);
    expect(await world.tekton.runs()).toEqual([]);
  });

  test("is cancelled by the next operator, too", async () => {
    world = await BuildingWorld.start();
    await world.submit(aBuildingJob("titanic"));
    await world.pass(1_000);
    await world.tekton.work();
    await world.stopOperator();
    await world.edit({ spec: { suspend: true } });
    await world.startOperator();
    await world.pass(12_000);
    expect((await world.tekton.runs())[0]?.spec).toMatchObject({ status: "Cancelled" });
  });

  test("is deleted when it is old and no job names it", async () => {
    world = await BuildingWorld.start({ retention: { finishedBuilds: "1h" } });
    await world.submit(aBuildingJob("a"));
    await world.submit(aBuildingJob("b"));
    await world.pass(3_000);
    await world.finishBuilds();
    await world.runPods();
    await world.edit({ spec: { notebook: { path: "env-1/a.ipynb" } } }, "a");
    await world.edit({ spec: { notebook: { path: "env-1/a.ipynb" } } }, "b");
    await world.pass(3_000);
    await world.finishBuilds();
    expect(await world.tekton.runs()).toHaveLength(2);
    await world.pass(2 * 3_600_000);
    expect((await world.tekton.runs()).map(({ metadata }) => metadata.name)).toEqual([
      (await world.status("a")).buildStatus?.buildName,
    ]);
  });
});
