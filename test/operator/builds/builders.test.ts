import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { aJob } from "../kit/a-job.js";
import { counted, RequestCount } from "../kit/counting-cluster.js";
import { PIPELINE_RUNS } from "../kit/fake-tekton.js";
import { aBuildingJob, BuildingWorld } from "./building-world.js";

jest.setTimeout(60_000);

let world: BuildingWorld;

afterEach(async () => {
  await world.stopOperator();
  expect(world.clock.pending).toBe(0);
});

describe("the cluster's builders", () => {
  test("are looked for when the first job builds, and jobs without builds ask for nothing", async () => {
    world = await BuildingWorld.start();
    await world.stopOperator();
    const requests = new RequestCount();
    await world.startOperator({ cluster: counted(world.cluster, requests) });
    await world.submit(aJob().named("plain").draft());
    await world.runPods();
    expect(await world.status("plain")).toMatchObject({ phase: "Succeeded" });
    await world.pass(3_600_000);
    expect(requests.take().filter((request) => /discover|pipelineruns|taskruns/.test(request))).toEqual([]);
    await world.submit(aBuildingJob("titanic"));
    await world.pass(1_000);
    const asked = requests.take().filter((request) => /discover|pipelineruns|taskruns/.test(request));
    expect(asked.sort()).toEqual(
      [...Array(3).fill("discover"), "create pipelineruns", "list pipelineruns", "list taskruns"].sort(),
    );
  });

  test("that can build nothing end the job with that reason", async () => {
    world = await BuildingWorld.start({}, []);
    await world.submit(aBuildingJob("titanic"));
    await world.pass(5_000);
    expect(await world.status()).toMatchObject({ failureReason: "BuildStrategyUnavailable" });
    expect(await world.cluster.list(PIPELINE_RUNS).catch(({ reason }: { reason: string }) => reason)).toBe("NotFound");
  });
});
