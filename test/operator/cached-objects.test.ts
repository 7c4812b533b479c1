import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { PODS } from "../../src/kube/resources.js";
import { cachedJob, cachedPod, withKnownSpec } from "../../src/operator/cached-objects.js";
import { classifyPod } from "../../src/recovery/index.js";
import { recipientOf } from "../../src/validation/index.js";
import { TestCluster } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";
import { arbitraryPod } from "./kit/arbitrary-pod.js";
import { fetched } from "./kit/fake-fetcher.js";
import { failingEvents } from "./kit/fake-runner.js";

const CREATED = Date.UTC(2026, 0, 1);
const MISSING_KEYS = ["secret", "config"].map(
  (kind) => `MountVolume.SetUp failed for volume "data" : references non-existent ${kind} key: password`,
);

describe("what is cached", () => {
  test("of a finished job is small, and the lists that it leaves out stay as they are in the cluster", async () => {
    const world = new TestCluster();
    await world.startOperator();
    await world.submit(aJob().draft());
    await world.kubelet.run(await world.pod(), failingEvents());
    await world.settle();
    const before = await world.status();
    expect(before.results).toHaveLength(2);
    await world.stopOperator();
    await world.startOperator();
    // Only the generation is followed.
    await world.edit({ spec: { priority: 70 } });
    await world.pass(2_000);
    expect(await world.status()).toMatchObject({ observedGeneration: 2, results: before.results });
    expect((await world.status()).validationChecks).toEqual(before.validationChecks);
    await world.edit({ spec: { cellTimeout: "9m" } });
    expect((await world.status()).results).toBeUndefined();
    await world.stopOperator();
  });

  test("of a job that is under way is all of it, but for records of who wrote what", () => {
    const results = [{ cellIndex: 0, status: "Success" }];
    const last = { "kubectl.kubernetes.io/last-applied-configuration": "{}", other: "x" };
    const job = aJob().annotated(last).status({ phase: "ValidationRunning", results }).build();
    expect(cachedJob(job)).toEqual({ ...job, metadata: { ...job.metadata, annotations: { other: "x" } } });
    expect(cachedJob(aJob().status({ phase: "Succeeded", results }).build()).status).toEqual({
      phase: "Succeeded",
      results: [],
    });
  });

  test("of a job whose spec did not change is read once", () => {
    const known = aJob().build();
    const changed = aJob().status({ phase: "Initializing" }).meta({ resourceVersion: "2" }).build();
    expect(withKnownSpec(changed, known).spec).toBe(known.spec);
    const edited = aJob().meta({ generation: 2 }).build();
    expect(withKnownSpec(edited, known)).toBe(edited);
    const another = aJob().meta({ uid: "another" }).build();
    expect(withKnownSpec(another, known)).toBe(another);
  });

  test("of a pod is enough to classify it and to find its key, and none of what it was told to do", async () => {
    const world = new TestCluster();
    await world.startOperator();
    await world.submit(aJob().draft());
    const made = await world.pod();
    const waiting = { name: "notebook", image: "i", state: { waiting: { reason: "ErrImagePull", message: "no" } } };
    const initContainerStatuses = [fetched(made, "2026-01-01T00:00:00Z")];
    const status = { phase: "Pending", initContainerStatuses, containerStatuses: [waiting] };
    const pod = await world.cluster.patchStatus(PODS, { namespace: "team-a", name: made.metadata.name }, { status });
    const cached = cachedPod(pod);
    expect(classifyPod(cached, world.clock.now())).toEqual(classifyPod(pod, world.clock.now()));
    expect(recipientOf(cached)).toBe(recipientOf(pod));
    expect(cached.metadata.ownerReferences).toEqual(pod.metadata.ownerReferences);
    expect(JSON.stringify(cached).length).toBeLessThan(JSON.stringify(pod).length / 2);
    expect(JSON.stringify(cached)).not.toContain("NBV_RUNNER_CONFIG");
    await world.stopOperator();
  });

  test("of any pod says of its failures what the whole pod says", () => {
    fc.assert(
      fc.property(
        arbitraryPod(),
        fc.constantFrom(...MISSING_KEYS),
        fc.integer({ min: 0, max: 60 }),
        (pod, message, minute) => {
          const now = CREATED + minute * 60_000;
          const context = { events: [{ reason: "FailedMount", message }], runningCell: 3, memoryBefore: 2 ** 30 };
          expect(classifyPod(cachedPod(pod), now, context)).toEqual(classifyPod(pod, now, context));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
