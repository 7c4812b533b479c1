import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { ARGOCD_TRACKING_ANNOTATION } from "../../../src/api/index.js";
import { decide } from "../../../src/operator/decide/decide.js";
import { aJob } from "../kit/a-job.js";
import { aLog, anObservation, aPod, ended, running, START, Story } from "../kit/an-observation.js";
import { failingEvents, passingEvents } from "../kit/fake-runner.js";

const HOUR = 3_600_000;
const at = (ms: number) => new Date(ms).toISOString();

function finished(spec: Record<string, unknown>, outcome: "passed" | "failed", metadata: object = {}): Story {
  const story = new Story(
    aJob()
      .with(spec)
      .meta({ ...metadata })
      .build(),
  ).running();
  const [code, events] = outcome === "passed" ? [0, passingEvents()] : [10, failingEvents()];
  story.see({ pods: [aPod(story.podName, ended(code))], log: aLog(events) });
  return story;
}
/** The pod of a past attempt, which ended so long after the start. */
function past(name: string, endedMs: number): ReturnType<typeof aPod> {
  const pod = aPod(name, ended(1), { creationTimestamp: at(START) });
  const terminated = pod.status?.containerStatuses?.[0]?.state?.terminated;
  Object.assign(terminated ?? {}, { finishedAt: at(START + endedMs) });
  return pod;
}
const gone = (story: Story) =>
  story.decision.effects.map((effect) => (effect.kind === "delete-pod" ? effect.name : effect.kind));

describe("a job whose time is over", () => {
  test("loses its pods first, and goes when they are gone", () => {
    const story = finished({ ttlSecondsAfterFinished: 60 }, "passed").pass(60_000);
    const pod = aPod(story.podName, ended(0));
    story.see({ pods: [pod] });
    expect(gone(story)).toEqual([story.podName]);
    const going = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: at(story.now + 30_000) } };
    story.see({ pods: [going] });
    expect(story.decision).toMatchObject({ effects: [], requeueAfterMs: 90_000 });
    story.see();
    expect(gone(story)).toEqual(["emit", "delete-job"]);
  });

  test("does not wait for a pod whose node is lost", () => {
    const story = finished({ ttlSecondsAfterFinished: 60 }, "passed").pass(2 * 60_000);
    const pods = [aPod(story.podName, ended(0), { deletionTimestamp: at(story.now - 60_000) })];
    story.see({ pods });
    expect(gone(story)).toEqual(["emit", "delete-job"]);
  });

  test("by autoCleanupAfterHours is one that failed; one that passed stays", () => {
    const spec = { retryPolicy: { autoCleanupAfterHours: 1.5 } };
    const failed = finished(spec, "failed");
    failed.see();
    expect(failed.decision).toMatchObject({ effects: [], requeueAfterMs: 1.5 * HOUR });
    failed.pass(1.5 * HOUR).see();
    expect(gone(failed)).toEqual(["emit", "delete-job"]);
    const passed = finished(spec, "passed").pass(1000 * HOUR);
    expect(passed.see().effects).toEqual([]);
  });

  test("is over when the first of its limits is", () => {
    const story = finished({ ttlSecondsAfterFinished: 60, retryPolicy: { autoCleanupAfterHours: 1 } }, "failed");
    expect(story.see().requeueAfterMs).toBe(60_000);
  });

  test.each([
    [{ annotations: { [ARGOCD_TRACKING_ANNOTATION]: "app:mlops.mlops.dev/NotebookValidationJob:ns/n" } }],
    [{ labels: { "argocd.argoproj.io/instance": "app" } }],
    [{ labels: { "kustomize.toolkit.fluxcd.io/name": "apps" } }],
    [{ labels: { "helm.toolkit.fluxcd.io/name": "release" } }],
    [{ labels: { "app.kubernetes.io/instance": "app" } }],
    [{ labels: { "objectset.rio.cattle.io/hash": "0a1b" } }],
    [{ annotations: { "objectset.rio.cattle.io/id": "default-app" } }],
    [{ annotations: { "configsync.gke.io/resource-id": "mlops.dev_notebookvalidationjob_ns_n" } }],
    [{ annotations: { "configmanagement.gke.io/managed": "enabled" } }],
  ])("stays where GitOps owns it (%j), without its pods, and is not looked at again for that", (metadata) => {
    const story = finished({ ttlSecondsAfterFinished: 0 }, "failed", metadata).pass(1000);
    story.see({ pods: [aPod(story.podName, ended(0))] });
    expect(gone(story)).toEqual([story.podName]);
    expect(story.see()).toMatchObject({ effects: [] });
    expect(story.decision.requeueAfterMs).toBeUndefined();
  });

  test("goes where Config Sync let it go", () => {
    const metadata = { annotations: { "configmanagement.gke.io/managed": "disabled" } };
    const story = finished({ ttlSecondsAfterFinished: 0 }, "failed", metadata).pass(1000);
    story.see();
    expect(gone(story)).toEqual(["emit", "delete-job"]);
  });

  test("law: no job is ever deleted while a pod of its is there", () => {
    const pod = fc.record({
      phase: fc.constantFrom("Pending", "Running", "Succeeded", "Failed"),
      endedMs: fc.integer({ min: -HOUR, max: HOUR }),
      deletedMs: fc.option(fc.integer({ min: -HOUR, max: HOUR })),
    });
    fc.assert(
      fc.property(fc.array(pod, { maxLength: 5 }), fc.integer({ min: 0, max: 3 * HOUR }), (pods, passedMs) => {
        const story = finished({ ttlSecondsAfterFinished: 3600 }, "failed").pass(passedMs);
        const seen = pods.map(({ phase, endedMs, deletedMs }, index) => {
          const metadata = deletedMs === null ? {} : { deletionTimestamp: at(story.now + deletedMs) };
          return { ...past(`p-${index}`, endedMs), ...aPod(`p-${index}`, { phase }, metadata) };
        });
        const { effects } = decide(story.job, anObservation({ pods: seen }), story.now);
        const isThere = seen.some(({ metadata: { deletionTimestamp } }) => {
          return deletionTimestamp === undefined || Date.parse(deletionTimestamp) + 60_000 > story.now;
        });
        const deletes = effects.some(({ kind }) => kind === "delete-job");
        expect(deletes).toBe(passedMs >= HOUR && !isThere);
      }),
      { numRuns: 300 },
    );
  });
});

describe("the pods of finished attempts", () => {
  test("go when they have been kept long enough, which the job is looked at for", () => {
    const story = finished({}, "passed");
    const pods = [past("early", 0), past("late", 2 * HOUR)];
    story.see({ pods });
    expect(story.decision).toMatchObject({ effects: [], requeueAfterMs: 24 * HOUR });
    story.pass(24 * HOUR).see({ pods });
    expect(gone(story)).toEqual(["early"]);
    expect(story.decision.requeueAfterMs).toBe(2 * HOUR);
    story.pass(2 * HOUR).see({ pods: pods.slice(1) });
    expect(gone(story)).toEqual(["late"]);
    expect(story.see().requeueAfterMs).toBeUndefined();
  });

  test("are kept as long as the operator's configuration says", () => {
    const story = finished({}, "passed").pass(61_000);
    story.see({ pods: [past("early", 0)] }, { retention: { finishedPods: "1m" } });
    expect(gone(story)).toEqual(["early"]);
  });

  test("that tell no end are kept from the last thing that they tell", () => {
    const story = finished({}, "passed").pass(25 * HOUR);
    const evicted = aPod(
      "evicted",
      {
        phase: "Failed",
        reason: "Evicted",
        conditions: [{ type: "DisruptionTarget", status: "True", lastTransitionTime: at(START + 23 * HOUR) }],
      },
      { creationTimestamp: at(START) },
    );
    story.see({ pods: [evicted] });
    expect(story.decision).toMatchObject({ effects: [], requeueAfterMs: 22 * HOUR });
  });

  test("that are on their way already are neither counted nor deleted again", () => {
    const story = finished({}, "passed");
    const going = aPod("going", ended(1), {
      creationTimestamp: at(START + HOUR),
      deletionTimestamp: at(START + 2 * HOUR),
    });
    story.see({ pods: [going, past("a", 0), past("b", 0), past("c", 0)] });
    expect(gone(story)).toEqual([]);
  });

  test("go while the next attempt runs, too; its own does not", () => {
    const story = new Story(aJob().build()).running();
    const own = past(story.podName, 0);
    story.pass(25 * HOUR).see({ pods: [own, past("earlier", 0)], log: aLog([], false) });
    expect(gone(story).filter((what) => what !== "emit" && what !== "start-attempt")).toEqual(["earlier"]);
  });
});

describe("a finished job", () => {
  function passed(spec: Record<string, unknown>, metadata: Record<string, unknown> = {}): Story {
    const story = new Story(aJob().with(spec).meta(metadata).build()).running();
    story.see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents()) });
    return story;
  }

  test("goes when its time to live is over, not before", () => {
    const story = passed({ ttlSecondsAfterFinished: 60 });
    expect(story.see().requeueAfterMs).toBe(60_000);
    expect(story.kinds()).toEqual([]);
    story.pass(60_000).see();
    expect(story.kinds()).toEqual(["emit", "delete-job"]);
  });

  test("that a GitOps tool owns stays; only its pods go", () => {
    const story = passed(
      { ttlSecondsAfterFinished: 60 },
      { annotations: { [ARGOCD_TRACKING_ANNOTATION]: "app:group/Kind:ns/n" } },
    );
    story.pass(60_000).see({ pods: [aPod(story.podName, ended(0))] });
    expect(story.kinds()).toEqual(["delete-pod"]);
  });

  test("keeps the pods of its last attempts for their logs, and no more", () => {
    const story = passed({});
    const pods = [1, 2, 3, 4, 5].map((n) =>
      aPod(`old-${n}`, ended(1), { creationTimestamp: `2026-01-01T00:0${n}:00Z` }),
    );
    story.see({ pods });
    const gone = story.decision.effects.map((effect) => (effect.kind === "delete-pod" ? effect.name : effect.kind));
    expect(gone).toEqual(["old-2", "old-1"]);
  });

  test("that is being deleted is left alone", () => {
    const story = passed({});
    story.job = { ...story.job, metadata: { ...story.job.metadata, deletionTimestamp: "2026-01-01T01:00:00Z" } };
    expect(decide(story.job, anObservation({ pods: [aPod("x", running())] }), START)).toMatchObject({ effects: [] });
  });
});
