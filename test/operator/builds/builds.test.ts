import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { parseOperatorConfig } from "../../../src/api/index.js";
import { NOTEBOOK_VALIDATION_JOBS, PODS, type Pod, SECRETS } from "../../../src/kube/resources.js";
import { TestCluster } from "../kit/a-cluster.js";
import { aJob } from "../kit/a-job.js";
import { counted, RequestCount } from "../kit/counting-cluster.js";
import { FakeOutside, type Files } from "../kit/fake-outside.js";
import { failingEvents, passingEvents } from "../kit/fake-runner.js";
import { environmentOf, FakeTekton, imageBuiltBy, PIPELINE_RUNS, tektonCrds } from "../kit/fake-tekton.js";

jest.setTimeout(60_000);

let world: TestCluster;
let tekton: FakeTekton;
let outside: FakeOutside;

/** A job whose environment is that of its directory. */
const aBuildingJob = (name: string, buildConfig: object = {}, directory = "notebooks") =>
  aJob()
    .named(name)
    .with({
      notebook: {
        git: { url: "https://git.example.com/team/notebooks.git", ref: "main" },
        path: `${directory}/a.ipynb`,
      },
      podConfig: { buildConfig: { enabled: true, ...buildConfig } },
    })
    .draft();

const FILES: Files = {
  "notebooks/requirements.txt": "pandas==2.2.3\n",
  ...Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`env-${n}/requirements.txt`, `pandas==2.2.${n}\n`])),
};

async function start(config: object = {}, crds = tektonCrds()): Promise<void> {
  outside = new FakeOutside(FILES);
  world = new TestCluster({
    crds,
    config: { registry: { host: "registry.example.com" }, ...config },
    options: { build: "build", builder: outside },
  });
  tekton = new FakeTekton(world.cluster, world.clock);
  await world.startOperator();
}

/** Builds go on until they are done, and everybody hears of it. */
async function finishBuilds(sizeBytes?: number): Promise<void> {
  for (const run of await tekton.runs()) outside.pushed(imageBuiltBy(run), environmentOf(run), sizeBytes);
  await tekton.finish();
  await world.pass(3_000);
}

/** The image of the first build. */
async function built(): Promise<string> {
  const [run] = await tekton.runs();
  if (run === undefined) throw new Error("nothing was built");
  return imageBuiltBy(run);
}

function imageOf(pod: Pod): string | undefined {
  return pod.spec?.containers[0]?.image;
}

async function runPods(): Promise<void> {
  for (const pod of await world.pods())
    if (pod.status?.phase !== "Succeeded") await world.kubelet.run(pod, passingEvents());
  await world.pass(3_000);
}

afterEach(async () => {
  await world.stopOperator();
  expect(world.clock.pending).toBe(0);
});

describe("a job that builds", () => {
  test("runs on the very image that was built for it, and not before", async () => {
    await start();
    await world.submit(aBuildingJob("titanic"));
    await world.pass(1_000);
    const [run] = await tekton.runs();
    expect(run?.metadata).toMatchObject({ namespace: "team-a", ownerReferences: [{ name: "titanic" }] });
    expect(await world.status()).toMatchObject({ phase: "Building", buildStatus: { buildName: run?.metadata.name } });
    await tekton.work();
    await world.pass(3_000);
    expect(await world.pods()).toEqual([]);
    await finishBuilds();
    const pod = await world.pod();
    expect(imageOf(pod)).toBe(await built());
    await runPods();
    expect(await world.status()).toMatchObject({ phase: "Succeeded", buildStatus: { phase: "Complete" } });
  });

  test("shares its build with those of the same environment, whoever comes first", async () => {
    await start();
    for (const name of ["a", "b", "c"]) await world.submit(aBuildingJob(name));
    await world.pass(3_000);
    const [run, ...others] = await tekton.runs();
    expect(others).toEqual([]);
    expect(run?.metadata.ownerReferences?.map(({ name }) => name).sort()).toEqual(["a", "b", "c"]);
    await finishBuilds();
    expect((await world.pods()).map(imageOf)).toEqual(Array(3).fill(await built()));
    await runPods();
    await world.submit(aBuildingJob("later"));
    await world.pass(3_000);
    expect(await tekton.runs()).toHaveLength(1);
    expect(await world.status("later")).toMatchObject({ phase: "ValidationRunning", buildStatus: { reused: true } });
  });

  test("waits for room, and gets it as soon as a build ends", async () => {
    await start({ concurrency: { builds: 2 } });
    for (const n of [1, 2, 3, 4, 5]) await world.submit(aBuildingJob(`job-${n}`, {}, `env-${n}`));
    await world.pass(3_000);
    expect(await tekton.live()).toHaveLength(2);
    for (let round = 0; round < 6; round += 1) {
      await tekton.work();
      await world.pass(3_000);
      expect((await tekton.live()).length).toBeLessThanOrEqual(2);
    }
    await finishBuilds();
    await finishBuilds();
    expect(await tekton.runs()).toHaveLength(5);
    expect(await world.pods()).toHaveLength(5);
  });

  test("says why its build failed, in the words of the step's log", async () => {
    await start();
    tekton.story = () => "fails-in-pip";
    world.cluster.setLogs(async function* () {
      yield Buffer.from("ERROR: No matching distribution found for pandas==99.9\n");
    });
    await world.submit(aBuildingJob("titanic"));
    await world.pass(1_000);
    const [run] = await tekton.runs();
    const name = `${run?.metadata.name}-image-pod`;
    const containers = [{ name: "step-build", image: "buildah:1" }];
    const pod: Pod = { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "team-a" }, spec: { containers } };
    await world.cluster.create(PODS, pod);
    await finishBuilds();
    const status = await world.status();
    expect(status.buildStatus?.attempts?.[0]).toMatchObject({ outcome: "Failed" });
    expect(JSON.stringify(status)).toContain("pandas==99.9");
    expect((await world.pods()).map(({ metadata }) => metadata.name)).toEqual([name]);
  });
});

describe("a build in another namespace", () => {
  test("belongs to nobody there, serves its job, and is cancelled when that leaves", async () => {
    await start({ build: { namespace: "builds" } });
    await world.submit(aBuildingJob("titanic"));
    await world.submit(aBuildingJob("other", {}, "env-1"));
    await world.pass(1_000);
    const runs = await tekton.runs();
    expect(runs.map(({ metadata }) => [metadata.namespace, metadata.ownerReferences])).toEqual([
      ["builds", undefined],
      ["builds", undefined],
    ]);
    await tekton.work();
    await world.cluster.delete(NOTEBOOK_VALIDATION_JOBS, { namespace: "team-a", name: "other" });
    await world.pass(15_000);
    const cancelled = (await tekton.runs()).filter(({ spec }) => (spec as { status?: string }).status === "Cancelled");
    expect(cancelled).toHaveLength(1);
    await finishBuilds();
    const pod = await world.pod();
    expect(pod.metadata.namespace).toBe("team-a");
  });

  /** A job that pushes under a Secret of its own. */
  const withPushSecret = { publishToRegistry: true, imageName: "prod", imageTag: "latest", pushSecret: "team-b-push" };

  test("takes nothing out of that namespace that a job names", async () => {
    await start({ build: { namespace: "builds" } });
    await world.submit(aBuildingJob("titanic", withPushSecret));
    await world.pass(1_000);
    const { phase, message } = await world.status();
    expect(phase).toBe("Failed");
    expect(message).toContain("podConfig.buildConfig.pushSecret names the Secret team-b-push");
    expect(await tekton.runs()).toEqual([]);
  });

  test("reads no Secret there that a job names, even when the configuration moved builds under way", async () => {
    await start();
    const secret = { type: "kubernetes.io/dockerconfigjson", data: { ".dockerconfigjson": "e30=" } };
    for (const namespace of ["team-a", "builds"]) {
      const metadata = { namespace, name: "team-b-push" };
      await world.cluster.create(SECRETS, { apiVersion: "v1", kind: "Secret", metadata, ...secret });
    }
    await world.submit(aBuildingJob("titanic", withPushSecret));
    await world.pass(1_000);
    expect(await tekton.runs()).toHaveLength(1);
    const { phase } = await world.status();
    expect(phase).toBe("Building");
    await world.stopOperator();
    const config = { registry: { host: "registry.example.com" }, build: { namespace: "builds" } };
    const read = jest.spyOn(world.cluster, "get");
    await world.startOperator({ config: parseOperatorConfig(config) });
    await world.pass(60_000);
    const secrets = read.mock.calls.filter(([type]) => type === SECRETS).map(([, place]) => place.namespace);
    expect(secrets).not.toContain("builds");
    expect((await tekton.runs()).map(({ metadata }) => metadata.namespace)).toEqual(["team-a"]);
  });
});

describe("a build under way", () => {
  test("tells its step from its log, and when it is usually done", async () => {
    await start();
    world.cluster.setLogs(async function* (_pod, options) {
      yield Buffer.from(
        "STEP 1/4: FROM quay.io/jupyter/minimal-notebook\nSTEP 3/4: RUN pip install\nCollecting pandas==2.2.3\n",
      );
      await world.clock.sleep(86_400_000, options.signal).catch(() => undefined);
    });
    await world.submit(aBuildingJob("earlier", {}, "env-1"));
    await world.pass(1_000);
    await tekton.work();
    await tekton.work();
    await world.pass(240_000);
    await finishBuilds();
    await world.submit(aBuildingJob("titanic"));
    await world.pass(1_000);
    const run = (await tekton.live())[0];
    const name = `${run?.metadata.name}-image-pod`;
    const containers = [{ name: "step-build", image: "buildah:1" }];
    const pod: Pod = { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "team-a" }, spec: { containers } };
    await world.cluster.create(PODS, pod);
    await tekton.work();
    await tekton.work();
    await world.pass(10_000);
    const { buildStatus, message } = await world.status();
    expect(buildStatus?.currentStep).toMatch(/pandas|dependencies|packages/i);
    expect(message).toContain(buildStatus?.currentStep);
    expect(buildStatus?.estimatedCompletionTime).toMatch(/^2026-01-01T00:0[4-9]/);
  });

  test("is counted, with how it ended", async () => {
    await start();
    await world.submit(aBuildingJob("good"));
    await world.submit(aBuildingJob("bad", {}, "env-1"));
    tekton.story = ({ metadata }) => (metadata.ownerReferences?.[0]?.name === "good" ? "succeeds" : "out-of-memory");
    await world.pass(1_000);
    await finishBuilds();
    const text = await world.metrics.registry.metrics();
    const counts = [...text.matchAll(/build_duration_seconds_count\{strategy="tekton",result="(\w+)"\} (\d+)/g)];
    expect(counts.map(([, result, count]) => [result, count]).sort()).toEqual([
      ["failure", "1"],
      ["success", "1"],
    ]);
  });

  test("has the size that the registry tells, which is counted once for all jobs that share it", async () => {
    await start();
    for (const name of ["one", "two", "three"]) await world.submit(aBuildingJob(name));
    await world.pass(1_000);
    await finishBuilds(300e6);
    await runPods();
    for (const name of ["one", "two", "three"])
      expect(await world.status(name)).toMatchObject({ phase: "Succeeded", buildStatus: { imageSizeBytes: 300e6 } });
    const text = await world.metrics.registry.metrics();
    expect(text).toMatch(/build_image_size_bytes_count 1$/m);
    expect(text).toMatch(/build_image_size_bytes_sum 300000000$/m);
  });
});

describe("a build that no job waits for", () => {
  test("is cancelled once its only job is suspended, and a new one is made when that goes on", async () => {
    await start();
    await world.submit(aBuildingJob("titanic"));
    await world.pass(1_000);
    await tekton.work();
    await world.edit({ spec: { suspend: true } });
    await world.pass(12_000);
    const [run] = await tekton.runs();
    expect(run?.spec).toMatchObject({ status: "Cancelled" });
    await finishBuilds();
    await world.edit({ spec: { suspend: false } });
    await world.pass(3_000);
    await finishBuilds();
    expect(await world.pods()).toHaveLength(1);
    expect((await tekton.runs()).map(({ metadata }) => metadata.name.at(-1))).toEqual(["1", "2"]);
  });

  test("goes on as long as one job waits", async () => {
    await start();
    for (const name of ["a", "b"]) await world.submit(aBuildingJob(name));
    await world.pass(3_000);
    await tekton.work();
    await world.cluster.delete(NOTEBOOK_VALIDATION_JOBS, { namespace: "team-a", name: "a" });
    await world.pass(30_000);
    const [run] = await tekton.runs();
    expect(run?.spec).not.toMatchObject({ status: "Cancelled" });
    await finishBuilds();
    expect(await world.pods()).toHaveLength(1);
  });

  test("goes with its last job", async () => {
    await start();
    await world.submit(aBuildingJob("a"));
    await world.pass(3_000);
    await world.cluster.delete(NOTEBOOK_VALIDATION_JOBS, { namespace: "team-a", name: "a" });
    await world.pass(3_000);
    expect(await tekton.runs()).toEqual([]);
  });

  test("is cancelled by the next operator, too", async () => {
    await start();
    await world.submit(aBuildingJob("titanic"));
    await world.pass(1_000);
    await tekton.work();
    await world.stopOperator();
    await world.edit({ spec: { suspend: true } });
    await world.startOperator();
    await world.pass(12_000);
    expect((await tekton.runs())[0]?.spec).toMatchObject({ status: "Cancelled" });
  });

  test("is deleted when it is old and no job names it", async () => {
    await start({ retention: { finishedBuilds: "1h" } });
    await world.submit(aBuildingJob("a"));
    await world.submit(aBuildingJob("b"));
    await world.pass(3_000);
    await finishBuilds();
    await runPods();
    await world.edit({ spec: { notebook: { path: "env-1/a.ipynb" } } }, "a");
    await world.edit({ spec: { notebook: { path: "env-1/a.ipynb" } } }, "b");
    await world.pass(3_000);
    await finishBuilds();
    expect(await tekton.runs()).toHaveLength(2);
    await world.pass(2 * 3_600_000);
    expect((await tekton.runs()).map(({ metadata }) => metadata.name)).toEqual([
      (await world.status("a")).buildStatus?.buildName,
    ]);
  });
});

describe("a shared tag", () => {
  const shared = { imageName: "forecast", imageTag: "prod" };

  test("moves to what the notebook passed with, and not before", async () => {
    await start();
    await world.submit(aBuildingJob("titanic", shared));
    await world.pass(1_000);
    await finishBuilds();
    expect(outside.moved).toEqual([]);
    await runPods();
    const [repository, digest] = (await built()).split("@");
    expect(repository).toBe("registry.example.com/team-a/forecast");
    expect(outside.moved).toEqual([`${repository}:prod = ${digest}`]);
    expect(await world.status()).toMatchObject({ phase: "Succeeded", buildStatus: { published: true } });
  });

  test("stays with the job that owns it, until that one is content with the other's image", async () => {
    await start();
    await world.submit(aBuildingJob("owner", shared));
    await world.pass(1_000);
    await finishBuilds();
    await runPods();
    await world.submit(aBuildingJob("rival", shared, "env-1"));
    await world.pass(1_000);
    await finishBuilds();
    await runPods();
    expect(outside.moved).toHaveLength(1);
    expect(await world.status("rival")).toMatchObject({
      phase: "Succeeded",
      buildStatus: { published: false, publishMessage: expect.stringContaining("owner") },
    });
  });

  test("goes to one of two jobs that pass with different images at the same time", async () => {
    await start();
    for (const [name, directory] of [
      ["one", "env-1"],
      ["two", "env-2"],
    ] as const)
      await world.submit(aBuildingJob(name, shared, directory));
    await world.pass(1_000);
    await finishBuilds();
    await runPods();
    expect(outside.moved).toHaveLength(1);
    const published = [await world.status("one"), await world.status("two")].map(
      ({ buildStatus }) => buildStatus?.published,
    );
    expect(published.sort()).toEqual([false, true]);
  });

  test("stays where it is when the notebook fails", async () => {
    await start();
    await world.submit(aBuildingJob("titanic", shared));
    await world.pass(1_000);
    await finishBuilds();
    await world.kubelet.run(await world.pod(), failingEvents());
    await world.pass(3_000);
    expect(await world.status()).toMatchObject({ phase: "Failed" });
    expect(outside.moved).toEqual([]);
  });
});

describe("the cluster's builders", () => {
  test("are looked for when the first job builds, and jobs without builds ask for nothing", async () => {
    await start();
    await world.stopOperator();
    const requests = new RequestCount();
    await world.startOperator({ cluster: counted(world.cluster, requests) });
    await world.submit(aJob().named("plain").draft());
    await runPods();
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
    await start({}, []);
    await world.submit(aBuildingJob("titanic"));
    await world.pass(5_000);
    expect(await world.status()).toMatchObject({ failureReason: "BuildStrategyUnavailable" });
    expect(await world.cluster.list(PIPELINE_RUNS).catch(({ reason }: { reason: string }) => reason)).toBe("NotFound");
  });
});
