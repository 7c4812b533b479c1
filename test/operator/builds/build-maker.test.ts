import { beforeEach, describe, expect, test } from "@jest/globals";
import { ManualClock } from "../../../src/kube/manual-clock.js";
import { MemoryCluster } from "../../../src/kube/memory/index.js";
import { BuildMaker } from "../../../src/operator/builds/build-maker.js";
import { NameTaken } from "../../../src/operator/refusal.js";
import { SigningKey } from "../../../src/operator/signing-key.js";
import { aBuildPlan, anEnvironment } from "../../build/strategies/a-build-plan.js";
import { PLAYED_BUILDERS } from "../../build/strategies/played-builders.js";
import { PIPELINE_RUNS, tektonCrds } from "../kit/fake-tekton.js";

const strategy = PLAYED_BUILDERS["tekton"]?.strategy;
if (strategy === undefined) throw new Error("no tekton");

let cluster: MemoryCluster;
let maker: BuildMaker;
const plan = aBuildPlan({ name: "nbv-build-0123456789-1", key: "0123456789", number: 1 });
const ownedBy = (name: string) => ({ ...plan, owner: { name, uid: `uid-of-${name}` } });

beforeEach(() => {
  cluster = new MemoryCluster({
    clock: new ManualClock(),
    autoCreateNamespaces: true,
    // What owns the builds is not here.
    garbageCollection: "manual",
    customResources: tektonCrds().map((definition) => ({ definition })),
  });
  maker = new BuildMaker(cluster, new SigningKey(Buffer.alloc(32, 7)));
});

describe("a build", () => {
  test("is made once, however many jobs start it at the same time, and all of them own it", async () => {
    const jobs = Array.from({ length: 10 }, (_, n) => `job-${n}`);
    const made = await Promise.all(jobs.map((name) => maker.start(ownedBy(name), strategy)));
    expect(new Set(made.map(({ metadata }) => metadata.uid)).size).toBe(1);
    const { items } = await cluster.list(PIPELINE_RUNS);
    expect(items).toHaveLength(1);
    expect(items[0]?.metadata.ownerReferences?.map(({ name }) => name).sort()).toEqual(jobs.sort());
    expect(items[0]?.metadata.ownerReferences?.some(({ controller }) => controller)).toBe(false);
  });

  test("of another environment under the same name is nobody's to join", async () => {
    await maker.start(ownedBy("one"), strategy);
    const other = { ...ownedBy("two"), environment: anEnvironment({ digest: `sha256:${"9".repeat(64)}` }) };
    await expect(maker.start(other, strategy)).rejects.toBeInstanceOf(NameTaken);
  });

  test("that is gone, or another by now, is not joined", async () => {
    const { metadata } = await maker.start(ownedBy("one"), strategy);
    const key = { namespace: plan.namespace, name: plan.name };
    expect(await maker.join(key, "another", strategy, { name: "two", uid: "uid-of-two" })).toBeUndefined();
    expect((await cluster.get(PIPELINE_RUNS, key)).metadata.ownerReferences).toHaveLength(1);
    await cluster.delete(PIPELINE_RUNS, key);
    expect(await maker.join(key, metadata.uid ?? "", strategy, { name: "two", uid: "uid-of-two" })).toBeUndefined();
  });
});
