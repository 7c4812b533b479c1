import { describe, expect, test } from "@jest/globals";
import { ANNOTATION_RETRY_REQUESTED, ANNOTATION_RETRY_RESET_COUNT, crd } from "../../src/api/index.js";
import { requestRetry, retryAnswer } from "../../src/cli/request-retry.js";
import { seenJob } from "../../src/cli/seen-job.js";
import { type Interceptor, MemoryCluster } from "../../src/kube/memory/index.js";
import { NOTEBOOK_VALIDATION_JOBS } from "../../src/kube/resources.js";
import { clusterJob, NOW, STATUSES } from "./cluster-jobs.js";

const KEY = { namespace: "team-a", name: "train" };
const asked = { resetCount: false, now: NOW };

async function aClusterWith(status?: object, intercept?: Interceptor) {
  const customResources = [{ definition: crd() }];
  const cluster = new MemoryCluster({ autoCreateNamespaces: true, customResources, ...(intercept && { intercept }) });
  const { metadata: _, status: __, ...job } = clusterJob("train");
  await cluster.create(NOTEBOOK_VALIDATION_JOBS, { ...job, metadata: { ...KEY } });
  if (status !== undefined) await cluster.patchStatus(NOTEBOOK_VALIDATION_JOBS, KEY, { status });
  const annotations = async () => (await cluster.get(NOTEBOOK_VALIDATION_JOBS, KEY)).metadata.annotations ?? {};
  return { access: { cluster, namespace: "team-a" }, cluster, annotations };
}

describe("asking for a retry", () => {
  test.each([
    ["failed", STATUSES.failed],
    ["waits for its next attempt", STATUSES.waiting],
  ])("of a job that %s is an annotation with the time", async (_what, status) => {
    const { access, annotations } = await aClusterWith(status);
    expect(await requestRetry(access, "train", asked)).toMatchObject({ kind: "requested" });
    expect(await annotations()).toEqual({ [ANNOTATION_RETRY_REQUESTED]: "2026-11-21T10:00:00.000Z" });
  });

  test("with a reset adds the second annotation, and the next one without takes it away", async () => {
    const { access, annotations } = await aClusterWith(STATUSES.failed);
    await requestRetry(access, "train", { ...asked, resetCount: true });
    expect(await annotations()).toMatchObject({ [ANNOTATION_RETRY_RESET_COUNT]: "true" });
    await requestRetry(access, "train", { ...asked, now: NOW + 1 });
    expect(await annotations()).toEqual({ [ANNOTATION_RETRY_REQUESTED]: "2026-11-21T10:00:00.001Z" });
  });

  test.each([
    ["succeeded", STATUSES.succeeded, "the job has succeeded"],
    ["runs", STATUSES.running, "the job is under way (ValidationRunning)"],
    ["is suspended", STATUSES.suspended, "the job is suspended"],
    ["nobody has looked at", undefined, "no operator has looked at the job yet"],
  ])("of a job that %s is refused, and changes nothing", async (_what, status, why) => {
    const { access, annotations } = await aClusterWith(status);
    expect(await requestRetry(access, "train", asked)).toEqual({
      kind: "refused",
      why: expect.stringContaining(why),
    });
    expect(await annotations()).toEqual({});
  });

  test("is never made before the run's end, however late this computer's clock is", async () => {
    const { access, annotations } = await aClusterWith(STATUSES.failed);
    await requestRetry(access, "train", { ...asked, now: NOW - 86_400_000 });
    expect(Date.parse((await annotations())[ANNOTATION_RETRY_REQUESTED] ?? "")).toBe(
      Date.parse(STATUSES.failed.completionTime),
    );
  });

  test("of a job that begins to run meanwhile is refused", async () => {
    const { access, annotations, cluster } = await aClusterWith(STATUSES.failed);
    const racing = {
      ...access,
      cluster: {
        ...access.cluster,
        get: cluster.get.bind(cluster),
        patch: async (...request: Parameters<typeof cluster.patch>) => {
          await cluster.patchStatus(NOTEBOOK_VALIDATION_JOBS, KEY, { status: STATUSES.running });
          return cluster.patch(...request);
        },
      } as unknown as typeof cluster,
    };
    expect(await requestRetry(racing, "train", asked)).toMatchObject({ kind: "refused" });
    expect(await annotations()).toEqual({});
  });

  test("names the job that does not exist", async () => {
    const { access } = await aClusterWith();
    await expect(requestRetry(access, "nobody", asked)).rejects.toThrow(
      "there is no NotebookValidationJob nobody in namespace team-a",
    );
  });
});

describe("the operator's answer", () => {
  const request = "2026-11-21T10:00:00.000Z";
  const before = seenJob(clusterJob("train", STATUSES.failed));
  const answered = (status: object) =>
    retryAnswer(seenJob(clusterJob("train", { ...STATUSES.failed, ...status })), {
      kind: "requested",
      request,
      before,
    });

  test("is not there while the last request that was handled is another one", () => {
    expect(answered({})).toBeUndefined();
    expect(answered({ lastHandledRetryRequest: "2026-11-20T10:00:00.000Z", lastRetryTime: request })).toBeUndefined();
  });

  test("is a yes when a retry or a run has begun, else a no", () => {
    expect(answered({ lastHandledRetryRequest: request, lastRetryTime: request })).toBe("granted");
    expect(answered({ lastHandledRetryRequest: request, runCount: 2 })).toBe("granted");
    expect(answered({ lastHandledRetryRequest: request })).toBe("refused");
  });
});
