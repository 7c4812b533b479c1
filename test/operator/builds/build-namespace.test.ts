import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { parseOperatorConfig } from "../../../src/api/index.js";
import { NOTEBOOK_VALIDATION_JOBS, SECRETS } from "../../../src/kube/resources.js";
import { aBuildingJob, BuildingWorld } from "./building-world.js";

jest.setTimeout(60_000);

let world: BuildingWorld;

afterEach(async () => {
  await world.stopOperator();
  expect(world.clock.pending).toBe(0);
});

describe("a build in another namespace", () => {
  test("belongs to nobody there, serves its job, and is cancelled when that leaves", async () => {
    world = await BuildingWorld.start({ build: { namespace: "builds" } });
    await world.submit(aBuildingJob("titanic"));
    await world.submit(aBuildingJob("other", {}, "env-1"));
    await world.pass(1_000);
    const runs = await world.tekton.runs();
    expect(runs.map(({ metadata }) => [metadata.namespace, metadata.ownerReferences])).toEqual([
      ["builds", undefined],
      ["builds", undefined],
    ]);
    await world.tekton.work();
    await world.cluster.delete(NOTEBOOK_VALIDATION_JOBS, { namespace: "team-a", name: "other" });
    await world.pass(15_000);
    const cancelled = (await world.tekton.runs()).filter(
      ({ spec }) => (spec as { status?: string }).status === "Cancelled",
    );
    expect(cancelled).toHaveLength(1);
    await world.finishBuilds();
    const pod = await world.pod();
    expect(pod.metadata.namespace).toBe("team-a");
  });

  /** A job that pushes under a Secret of its own. */
  const withPushSecret = { publishToRegistry: true, imageName: "prod", imageTag: "latest", pushSecret: "team-b-push" };

  test("takes nothing out of that namespace that a job names", async () => {
    world = await BuildingWorld.start({ build: { namespace: "builds" } });
    await world.submit(aBuildingJob("titanic", withPushSecret));
    await world.pass(1_000);
    const { phase, message } = await world.status();
    expect(phase).toBe("Failed");
    expect(message).toContain("podConfig.buildConfig.pushSecret names the Secret team-b-push");
    expect(await world.tekton.runs()).toEqual([]);
  });

  test("reads no Secret there that a job names, even when the configuration moved builds under way", async () => {
    world = await BuildingWorld.start();
    const secret = { type: "kubernetes.io/dockerconfigjson", data: { ".dockerconfigjson": "e30=" } };
    for (const namespace of ["team-a", "builds"]) {
      const metadata = { namespace, name: "team-b-push" };
      await world.cluster.create(SECRETS, { apiVersion: "v1", kind: "Secret", metadata, ...secret });
    }
    await world.submit(aBuildingJob("titanic", withPushSecret));
    await world.pass(1_000);
    expect(await world.tekton.runs()).toHaveLength(1);
    const { phase } = await world.status();
    expect(phase).toBe("Building");
    await world.stopOperator();
    const config = { registry: { host: "registry.example.com" }, build: { namespace: "builds" } };
    const read = jest.spyOn(world.cluster, "get");
    await world.startOperator({ config: parseOperatorConfig(config) });
    await world.pass(60_000);
    const secrets = read.mock.calls.filter(([type]) => type === SECRETS).map(([, place]) => place.namespace);
    expect(secrets).not.toContain("builds");
    expect((await world.tekton.runs()).map(({ metadata }) => metadata.namespace)).toEqual(["team-a"]);
  });
});
