import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { ANNOTATION_BUILD_PROOF } from "../../../src/api/index.js";
import { PIPELINE_RUNS } from "../kit/fake-tekton.js";
import { aBuildingJob, BuildingWorld, imageOf } from "./building-world.js";

jest.setTimeout(60_000);

type Run = Awaited<ReturnType<BuildingWorld["tekton"]["runs"]>>[number];

let world: BuildingWorld;

afterEach(async () => {
  await world.stopOperator();
  expect(world.clock.pending).toBe(0);
});

/** The run that the operator makes for the job, as anybody learns it who once saw one. */
async function runOf(name: string, directory?: string): Promise<Run> {
  world = await BuildingWorld.start();
  await world.submit(aBuildingJob(name, {}, directory));
  await world.pass(1_000);
  const [run] = await world.tekton.runs();
  await world.stopOperator();
  if (run === undefined) throw new Error("nothing was built");
  return run;
}

/** Somebody makes that run with another proof, whose result is an image of their choice. */
async function plant({ metadata, ...run }: Run, proof: string | undefined, choose: (image: string) => string) {
  const { namespace = "", name, labels = {}, annotations = {} } = metadata;
  const { [ANNOTATION_BUILD_PROOF]: own, ...others } = annotations;
  expect(own).toBeDefined();
  const said = { ...others, ...(proof !== undefined && { [ANNOTATION_BUILD_PROOF]: proof }) };
  const copy = { namespace, name, labels, annotations: said };
  await world.cluster.create(PIPELINE_RUNS, { ...run, metadata: copy });
  await world.tekton.finish();
  const [image, digest] = (await world.built()).split("@");
  const planted = choose(image ?? "");
  const ended = JSON.stringify((await world.tekton.runs())[0]?.status)
    .replaceAll(image ?? "", planted.split("@")[0] ?? "")
    .replaceAll(digest ?? "", planted.split("@")[1] ?? "");
  await world.cluster.patchStatus(PIPELINE_RUNS, { namespace, name }, { status: JSON.parse(ended) });
  await world.settle();
  return planted;
}

const DIGEST = `sha256:${"e".repeat(64)}`;
const FOREIGN = `registry.evil.example/team-x/miner@${DIGEST}`;

describe("a run that somebody made in the name of a job's build", () => {
  test.each([
    ["without a proof, with an image from elsewhere", undefined, () => FOREIGN],
    ["without a proof, with another image of the job's repository", undefined, (image: string) => `${image}@${DIGEST}`],
    ["with the proof of another build", "env-1", (image: string) => `${image}@${DIGEST}`],
  ])("%s is not believed: the job runs on its own", async (_how, proven, choose) => {
    const proof = proven && (await runOf("other", proven)).metadata.annotations?.[ANNOTATION_BUILD_PROOF];
    const expected = await runOf("titanic");
    world = await BuildingWorld.start();
    const planted = await plant(expected, proof, choose);
    const images = new Set<string | undefined>();
    const look = async () => (await world.pods()).forEach((pod) => images.add(imageOf(pod)));
    await world.submit(aBuildingJob("titanic"));
    for (let round = 0; round < 3; round += 1) {
      await world.pass(3_000);
      await look();
      await world.finishBuilds();
      await look();
    }
    const [first, own, ...more] = await world.tekton.runs();
    expect([first?.metadata.name, more]).toEqual([expected.metadata.name, []]);
    expect(own?.metadata.ownerReferences).toMatchObject([{ name: "titanic" }]);
    await world.runPods();
    const { phase, buildStatus } = await world.status();
    expect([phase, buildStatus?.buildName]).toEqual(["Succeeded", own?.metadata.name]);
    expect([...images]).toEqual([buildStatus?.imageDigest]);
    expect(buildStatus?.imageDigest).not.toBe(planted);
    expect(first?.metadata.ownerReferences).toBeUndefined();
  });

  test("takes no place from builds", async () => {
    const { metadata, ...run } = await runOf("other", "env-1");
    world = await BuildingWorld.start({ concurrency: { builds: 1 } });
    const { namespace = "", name, labels = {}, annotations = {} } = metadata;
    const said = { ...annotations, [ANNOTATION_BUILD_PROOF]: "nothing" };
    await world.cluster.create(PIPELINE_RUNS, { ...run, metadata: { namespace, name, labels, annotations: said } });
    await world.submit(aBuildingJob("titanic"));
    await world.pass(1_000);
    const owners = (await world.tekton.live()).flatMap((each) => each.metadata.ownerReferences ?? []);
    expect(owners).toMatchObject([{ name: "titanic" }]);
  });
});
