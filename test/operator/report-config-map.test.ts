import { afterEach, describe, expect, test } from "@jest/globals";
import { KubeError } from "../../src/kube/kube-error.js";
import { CONFIG_MAPS, type ConfigMap, objectOf } from "../../src/kube/resources.js";
import { type ClusterSetup, TestCluster } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";
import { counted, RequestCount } from "./kit/counting-cluster.js";
import { failingEvents, passingEvents } from "./kit/fake-runner.js";

const KEY = { namespace: "team-a", name: "report" };

let world: TestCluster;
let requests: RequestCount;

async function anOperator(setup: ClusterSetup = {}): Promise<void> {
  world = new TestCluster(setup);
  await start();
}

async function start(): Promise<void> {
  requests = new RequestCount();
  await world.startOperator({ cluster: counted(world.cluster, requests) });
}

function aReportedJob(): ReturnType<typeof aJob> {
  return aJob().with({ artifacts: { configMap: "report" }, retryPolicy: { enabled: false } });
}

async function submitted(): Promise<void> {
  await world.submit(aReportedJob().draft());
}

async function ran(events = passingEvents()): Promise<void> {
  const pods = (await world.pods()).filter(({ status }) => status?.["phase"] === "Pending" || !status);
  const pod = pods.at(-1);
  if (pod === undefined) throw new Error("no pod waits");
  await world.kubelet.run(pod, events);
  await world.pass(10_000);
}

function report(): Promise<ConfigMap> {
  return world.cluster.get(CONFIG_MAPS, KEY);
}

/** Requests about ConfigMaps since the last look. */
function asked(): string[] {
  return requests.take().filter((request) => request.endsWith("configmaps") || request.startsWith("get "));
}

async function somebodyElses(data: Record<string, string>, metadata: object = {}): Promise<void> {
  const draft: object = { metadata: { ...KEY, ...metadata }, data };
  await world.cluster.create(CONFIG_MAPS, objectOf(CONFIG_MAPS, draft));
}

afterEach(async () => {
  await world.stopOperator();
});

describe("a job that names a ConfigMap", () => {
  test("has its report there when the run is over, and not before", async () => {
    await anOperator();
    await submitted();
    expect(asked()).toEqual([]);
    await ran();
    const { data = {}, metadata } = await report();
    expect(JSON.parse(data["report.json"] ?? "")).toMatchObject({
      version: "nbv.compact-report.v1",
      job: { name: "titanic", namespace: "team-a" },
      notebook: "notebooks/titanic.ipynb",
      phase: "Succeeded",
      verdict: "Passed",
      cells: "2/2",
    });
    expect(data["report.md"]).toMatch(/^# Passed: `notebooks\/titanic\.ipynb`\n/);
    const owner = (await world.job()).metadata;
    expect(metadata.ownerReferences).toEqual([
      expect.objectContaining({ kind: "NotebookValidationJob", name: "titanic", uid: owner.uid, controller: true }),
    ]);
    expect(asked()).toEqual(["get notebookvalidationjobs", "create configmaps"]);
  });

  test("has the report of a failed run, too", async () => {
    await anOperator();
    await submitted();
    await ran(failingEvents());
    expect((await report()).data?.["report.md"]).toMatch(/^# Failed: /);
  });

  test("costs two requests more than another job, however often it is looked at", async () => {
    await anOperator();
    await submitted();
    await ran();
    requests.take();
    await world.edit({ metadata: { labels: { team: "a" } } });
    await world.pass(600_000);
    expect(asked()).toEqual([]);
  });

  test("has the report of its next run in the place of the last one's", async () => {
    await anOperator();
    await submitted();
    await ran(failingEvents());
    await world.edit({ spec: { cellTimeout: "9m" } });
    await world.pass(1000);
    requests.take();
    await ran();
    expect((await report()).data?.["report.md"]).toMatch(/^# Passed: /);
    const writes = ["create configmaps", "get configmaps", "replace configmaps"];
    expect(asked()).toEqual(["get notebookvalidationjobs", ...writes]);
  });

  test("gets its report from the next operator when one dies before it has written it", async () => {
    await anOperator({
      intercept: (call, proceed) => {
        if (call.verb === "create" && call.resource.plural === "configmaps" && isDown)
          throw new KubeError({ reason: "ConnectionFailed", message: "the API server is away" });
        return proceed();
      },
    });
    let isDown = true;
    await submitted();
    await ran();
    expect(await world.status()).toMatchObject({ phase: "Succeeded" });
    await world.stopOperator();
    isDown = false;
    await start();
    await world.pass(1000);
    expect((await report()).data?.["report.json"]).toContain('"verdict": "Passed"');
  });

  test("never touches a ConfigMap that is not its own, and says so once", async () => {
    await anOperator();
    await somebodyElses({ precious: "yes" });
    await submitted();
    await ran();
    await world.edit({ metadata: { labels: { team: "a" } } });
    await world.pass(600_000);
    expect((await report()).data).toEqual({ precious: "yes" });
    expect((await world.events()).filter((reason) => reason === "ReportNotWritten")).toHaveLength(1);
    expect(await world.status()).toMatchObject({ phase: "Succeeded", verdict: "Passed" });
  });

  test("takes over what a deleted job of its name has left", async () => {
    await anOperator();
    const owner = { apiVersion: "mlops.mlops.dev/v1alpha1", kind: "NotebookValidationJob", name: "titanic" };
    await somebodyElses({ old: "yes" }, { ownerReferences: [{ ...owner, uid: "older", controller: true }] });
    await submitted();
    await ran();
    expect((await report()).metadata.ownerReferences?.map(({ uid }) => uid)).toEqual([
      (await world.job()).metadata.uid,
    ]);
  });

  test("is told when the API server forbids it, and passes all the same", async () => {
    await anOperator({
      intercept: (call, proceed) => {
        if (call.verb === "create" && call.resource.plural === "configmaps")
          throw new KubeError({ reason: "Forbidden", message: "exceeded quota: configmaps" });
        return proceed();
      },
    });
    await submitted();
    await ran();
    expect(await world.status()).toMatchObject({ phase: "Succeeded", verdict: "Passed" });
    expect((await world.events()).filter((reason) => reason === "ReportNotWritten")).toHaveLength(1);
  });
});

test("a job that names none has no ConfigMap asked about", async () => {
  await anOperator();
  await world.submit(aJob().draft());
  await ran();
  expect(asked()).toEqual([]);
});
