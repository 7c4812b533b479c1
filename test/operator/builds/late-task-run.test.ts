import { afterEach, expect, jest, test } from "@jest/globals";
import { KubeError } from "../../../src/kube/kube-error.js";
import type { ApiCall } from "../../../src/kube/memory/index.js";
import { TASK_RUNS } from "../kit/fake-tekton.js";
import { aBuildingJob, BuildingWorld } from "./building-world.js";

jest.setTimeout(60_000);

let world: BuildingWorld;
afterEach(() => world.stopOperator());

const SILENT = new KubeError({ reason: "ServiceUnavailable", message: "no answer" });
const isOf = ({ resource }: ApiCall): boolean => resource.plural === TASK_RUNS.plural;

/**
 * The build of a job has just failed for want of memory, as its TaskRun alone tells, and no watch tells of TaskRuns.
 * @param isSilent whether the API server gives no answer when it is asked for the TaskRun, for the time being
 */
async function failed(isSilent: () => boolean = () => false): Promise<{ readonly lookUps: number }> {
  const seen = { lookUps: 0 };
  let isFilled = false;
  world = await BuildingWorld.start({}, undefined, async (call, proceed) => {
    if (call.verb === "watch" && isOf(call)) throw SILENT;
    if (call.verb !== "list" || !isOf(call) || !isFilled) return proceed();
    seen.lookUps += 1;
    if (isSilent()) throw SILENT;
    return proceed();
  });
  world.tekton.story = () => "out-of-memory";
  await world.submit(aBuildingJob("titanic"));
  await world.pass(1_000);
  isFilled = true;
  await world.tekton.finish();
  return seen;
}

/** Its TaskRun, as soon as the operator may ask for it, is so. */
async function withTaskRun(change: (key: { namespace: string; name: string }) => Promise<unknown>): Promise<void> {
  let isSilent = true;
  await failed(() => isSilent);
  const [run] = await world.tekton.runs();
  await change({ namespace: "team-a", name: `${run?.metadata.name}-image` });
  isSilent = false;
  await world.pass(5_000);
}

test("a build has failed for what its TaskRun says, though no watch has told of that yet", async () => {
  const seen = await failed();
  await world.pass(1_000);
  expect(await world.status()).toMatchObject({ phase: "Failed", reason: "BuildOutOfMemory", buildRetryCount: 0 });
  expect(seen.lookUps).toBe(1);
});

test("who gets no answer asks again, and judges nothing meanwhile", async () => {
  let isSilent = true;
  await failed(() => isSilent);
  await world.pass(5_000);
  expect(await world.status()).toMatchObject({ phase: "Building", reason: "BuildFailing", buildRetryCount: 0 });
  isSilent = false;
  await world.pass(6_000);
  expect(await world.status()).toMatchObject({ phase: "Failed", reason: "BuildOutOfMemory" });
});

test("an answer that never comes keeps nobody waiting for long", async () => {
  await failed(() => true);
  await world.pass(20_000);
  expect(await world.status()).toMatchObject({ failureReason: "BuildFailed", buildRetryCount: 1 });
});

test("nor does a TaskRun that is gone", async () => {
  await withTaskRun((key) => world.cluster.delete(TASK_RUNS, key));
  expect(await world.status()).toMatchObject({ failureReason: "BuildFailed", buildRetryCount: 1 });
});

test("somebody else's TaskRun of that name is not believed", async () => {
  await withTaskRun((key) => world.cluster.patch(TASK_RUNS, key, { metadata: { ownerReferences: [] } }));
  expect(await world.status()).toMatchObject({ failureReason: "BuildFailed", buildRetryCount: 1 });
});
