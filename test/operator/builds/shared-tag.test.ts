import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { failingEvents } from "../kit/fake-runner.js";
import { aBuildingJob, BuildingWorld } from "./building-world.js";

jest.setTimeout(60_000);

let world: BuildingWorld;

afterEach(async () => {
  await world.stopOperator();
  expect(world.clock.pending).toBe(0);
});

describe("a shared tag", () => {
  const shared = { imageName: "forecast", imageTag: "prod" };

  test("moves to what the notebook passed with, and not before", async () => {
    world = await BuildingWorld.start();
    await world.submit(aBuildingJob("titanic", shared));
    await world.pass(1_000);
    await world.finishBuilds();
    expect(world.outside.moved).toEqual([]);
    await world.runPods();
    const [repository, digest] = (await world.built()).split("@");
    expect(repository).toBe("registry.example.com/team-a/forecast");
    expect(world.outside.moved).toEqual([`${repository}:prod = ${digest}`]);
    expect(await world.status()).toMatchObject({ phase: "Succeeded", buildStatus: { published: true } });
  });

  test("stays with the job that owns it, until that one is content with the other's image", async () => {
    world = await BuildingWorld.start();
    await world.submit(aBuildingJob("owner", shared));
    await world.pass(1_000);
    await world.finishBuilds();
    await world.runPods();
    await world.submit(aBuildingJob("rival", shared, "env-1"));
    await world.pass(1_000);
    await world.finishBuilds();
    await world.runPods();
    expect(world.outside.moved).toHaveLength(1);
    expect(await world.status("rival")).toMatchObject({
      phase: "Succeeded",
      buildStatus: { published: false, publishMessage: expect.stringContaining("owner") },
    });
  });

  test("goes to one of two jobs that pass with different images at the same time", async () => {
    world = await BuildingWorld.start();
    for (const [name, directory] of [
      ["one", "env-1"],
      ["two", "env-2"],
    ] as const)
      await world.submit(aBuildingJob(name, shared, directory));
    await world.pass(1_000);
    await world.finishBuilds();
    await world.runPods();
    expect(world.outside.moved).toHaveLength(1);
    const published = [await world.status("one"), await world.status("two")].map(
      ({ buildStatus }) => buildStatus?.published,
    );
    expect(published.sort()).toEqual([false, true]);
  });

  test("stays where it is when the notebook fails", async () => {
    world = await BuildingWorld.start();
    await world.submit(aBuildingJob("titanic", shared));
    await world.pass(1_000);
    await world.finishBuilds();
    await world.kubelet.run(await world.pod(), failingEvents());
    await world.pass(3_000);
    expect(await world.status()).toMatchObject({ phase: "Failed" });
    expect(world.outside.moved).toEqual([]);
  });
});
