import { describe, expect, test } from "@jest/globals";
import { crd } from "../../src/api/index.js";
import { followJob } from "../../src/cli/follow-job.js";
import { seenJob } from "../../src/cli/seen-job.js";
import { MemoryCluster } from "../../src/kube/memory/index.js";
import { NOTEBOOK_VALIDATION_JOBS } from "../../src/kube/resources.js";
import { clusterJob, STATUSES } from "./cluster-jobs.js";

const KEY = { namespace: "team-a", name: "train" };

/** Follows a job that stands like this, for a while. */
async function follow(status: object | undefined, timeout: string) {
  const cluster = new MemoryCluster({ autoCreateNamespaces: true, customResources: [{ definition: crd() }] });
  const { metadata: _, status: __, ...job } = clusterJob("train");
  await cluster.create(NOTEBOOK_VALIDATION_JOBS, { ...job, metadata: KEY });
  if (status !== undefined) await cluster.patchStatus(NOTEBOOK_VALIDATION_JOBS, KEY, { status });
  const seen = seenJob(await cluster.get(NOTEBOOK_VALIDATION_JOBS, KEY));
  return followJob({ cluster, namespace: "team-a" }, "train", { atMost: { timeout, seen } });
}

describe("a job that is followed for a while", () => {
  const waitingFor = {
    kind: "Secret",
    name: "db",
    reason: "SecretMissing",
    since: "2026-11-21T09:00:00Z",
    until: "2026-11-22T09:00:00Z",
  };

  test.each([
    [undefined, "no operator has begun with it"],
    [STATUSES.running, "it is ValidationRunning (The notebook runs)"],
    [
      { ...STATUSES.waiting, reason: "SecretMissing", message: "It is missing.", waitingFor },
      "it is Retrying and waits for Secret db",
    ],
  ])("and does not end says where it stands: %#", async (status, stands) => {
    await expect(follow(status, "10ms")).rejects.toThrow(`train has not ended within 10ms: ${stands}`);
  });

  test("ends with its run, however long the while is", async () => {
    expect((await follow(STATUSES.succeeded, "9999h")).status).toMatchObject({ verdict: "Passed" });
  });
});
