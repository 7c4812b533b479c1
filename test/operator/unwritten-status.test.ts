import { describe, expect, test } from "@jest/globals";
import { ManualClock } from "../../src/kube/manual-clock.js";
import { JobLedger } from "../../src/operator/job-ledger.js";
import { aJob } from "./kit/a-job.js";
import { aLog, aPod, COMMIT, ended, running, Story } from "./kit/an-observation.js";
import { failingEvents, passingEvents } from "./kit/fake-runner.js";

describe("a status that waits to be written", () => {
  test("is what the next decision begins with, until somebody else writes one", () => {
    const ledger = new JobLedger(new ManualClock(), 2000);
    const job = aJob().status({ phase: "Initializing" }).build();
    ledger.keep(job, { phase: "ValidationRunning" });
    expect(ledger.asDecided(job).status).toEqual({ phase: "ValidationRunning" });
    const edited = { ...job, metadata: { ...job.metadata, resourceVersion: "9", generation: 2 } };
    expect(ledger.asDecided(edited).status).toEqual({ phase: "ValidationRunning" });
    const foreign = { ...job, status: { phase: "Failed" } };
    expect(ledger.asDecided(foreign)).toBe(foreign);
  });

  test("is one of progress; what counts, ends or explains is written at once", () => {
    const story = new Story(aJob().build());
    const writes: [string, string][] = [];
    const note = (what: string): number => writes.push([what, story.decision.write]);
    story.see();
    note("the source is asked for");
    story.see({ source: { kind: "resolved", commit: COMMIT }, hasRoom: false });
    note("there is no room");
    story.see({ hasRoom: true });
    note("an attempt begins");
    const wait = { containerStatuses: [{ name: "notebook", state: { waiting: { reason: "ErrImagePull" } } }] };
    story.see({ pods: [aPod(story.podName, { phase: "Pending", ...wait })] });
    note("the pod is in trouble");
    story.see({ pods: [aPod(story.podName, running())], log: aLog(passingEvents().slice(0, 3), false) });
    note("the notebook runs");
    story.see({ pods: [aPod(story.podName, { phase: "Failed", reason: "Evicted" })], log: aLog([]) });
    note("the attempt is lost");
    story.see();
    story.see({ pods: [aPod(story.podName, ended(10))], log: aLog(failingEvents()) });
    note("the notebook failed");
    expect(Object.fromEntries(writes)).toEqual({
      "the source is asked for": "soon",
      "there is no room": "soon",
      "an attempt begins": "now",
      "the pod is in trouble": "now",
      "the notebook runs": "soon",
      "the attempt is lost": "now",
      "the notebook failed": "now",
    });
  });
});
