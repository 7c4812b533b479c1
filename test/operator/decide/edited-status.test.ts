import { describe, expect, test } from "@jest/globals";
import { type OperatorConfigInput, parseDuration, toRfc3339 } from "../../../src/api/index.js";
import { decide } from "../../../src/operator/decide/decide.js";
import type { Decision } from "../../../src/operator/decide/decision.js";
import { validationPodName } from "../../../src/validation/index.js";
import { aJob, aJobWithNeeds } from "../kit/a-job.js";
import { aLog, anObservation, aPod, COMMIT, ended, running, START, Story } from "../kit/an-observation.js";
import { passingEvents } from "../kit/fake-runner.js";

const HOUR = 3_600_000;
const IMAGE = "registry.example.com/notebook:1";
const RUN = {
  specHash: "0".repeat(64),
  observedGeneration: 1,
  runId: "abc",
  runCount: 1,
  startTime: "2026-01-01T00:00:00Z",
  source: { commit: COMMIT },
};
const TIGHT: OperatorConfigInput = { access: { serviceAccounts: ["notebooks"] } };
const POWERFUL = { podConfig: { containerImage: IMAGE, serviceAccountName: "powerful" } };

function starts({ effects }: Decision): string[] {
  return effects.flatMap((effect) => (effect.kind === "start-attempt" ? [effect.plan.image] : []));
}

describe("whoever may write a job's status", () => {
  test("can't have another image run than the spec's: the record follows what runs", () => {
    const podName = validationPodName("titanic", "abc", 1);
    const attempts = [{ number: 1, runId: "abc", podName, image: "evil.example.com/miner:1", outcome: "Running" }];
    const job = aJob()
      .status({ ...RUN, phase: "ValidationRunning", attempts })
      .build();
    const decision = decide(job, anObservation(), START);
    expect(starts(decision)).toEqual([IMAGE]);
    expect(decision.status.attempts).toMatchObject([{ number: 1, image: IMAGE, outcome: "Running" }]);
  });

  test("can't pass the limit of validations by an attempt that is counted already", () => {
    const podName = validationPodName("titanic", "abc", 1);
    const attempts = [{ number: 1, runId: "abc", podName, image: IMAGE, outcome: "Running" }];
    const job = aJob()
      .status({ ...RUN, phase: "ValidationRunning", attempts })
      .build();
    const decision = decide(job, anObservation({ hasRoom: false }), START);
    expect(starts(decision)).toEqual([]);
    expect(decision.status).toMatchObject({ reason: "Queued", attempts });
  });

  test("can't have the name of a pod that is there used again, nor the proofs of its attempt", () => {
    const pods = [aPod(validationPodName("titanic", "abc", 7), ended(0, "Completed"))];
    const attempts = [{ number: 3, runId: "abc", outcome: "Failed" }];
    const job = aJob()
      .status({ ...RUN, phase: "ValidationRunning", attempts })
      .build();
    const { effects } = decide(job, anObservation({ pods }), START);
    expect(effects).toMatchObject([{ kind: "start-attempt", plan: { number: 8 } }]);
  });

  test.each(["Building", "BuildComplete", "ValidationRunning", "Retrying"])(
    "can't jump past what the operator does not allow by the phase %s",
    (phase) => {
      const job = aJob()
        .with(POWERFUL)
        .status({ ...RUN, phase })
        .build();
      const decision = decide(job, anObservation({}, TIGHT), START);
      expect(starts(decision)).toEqual([]);
      expect(decision.status).toMatchObject({ phase: "Failed", reason: "ApiForbidden", fault: "user" });
    },
  );

  test("can't jump past the model validation that the job asks for", () => {
    const job = aJob()
      .with({ modelValidation: { enabled: true, platform: "kserve", targetModels: ["fraud"] } })
      .status({ ...RUN, phase: "ValidationRunning" })
      .build();
    const decision = decide(job, anObservation(), START);
    expect(starts(decision)).toEqual([]);
    expect(decision.status).toMatchObject({ phase: "Failed", reason: "ModelsNotReady" });
  });

  test("can't put a retry off beyond the longest delay that the job's own numbers know", () => {
    const retryPolicy = { strategy: "conservative" };
    const nextRetryTime = "9999-01-01T00:00:00Z";
    const job = aJob()
      .with({ retryPolicy })
      .status({ ...RUN, phase: "Retrying", reason: "NotebookError", nextRetryTime })
      .build();
    const story = new Story(job);
    story.see();
    expect(story.status.nextRetryTime).toBe("2026-01-01T00:05:00.000Z");
    expect(story.decision.requeueAfterMs).toBe(300_000);
    story.pass(299_999).see();
    expect(starts(story.decision)).toEqual([]);
    story.pass(1).see();
    expect(starts(story.decision)).toEqual([IMAGE]);
  });
});

test.each(["Pending", "Initializing", "Building", "BuildComplete", "Retrying"] as const)(
  "an attempt that is counted, and whose pod is not there yet, gets it in the phase %s that somebody writes",
  (phase) => {
    const story = new Story(aJob().build()).started();
    story.job = { ...story.job, status: { ...story.status, phase } };
    const { podName } = story;
    story.see({ source: { kind: "resolved", commit: COMMIT } });
    expect(story.effects("start-attempt")).toMatchObject([{ plan: { podName } }]);
    expect(story.status).toMatchObject({ phase: "ValidationRunning", retryCount: 0, attempts: [{ number: 1 }] });
  },
);

describe("a wait", () => {
  const never = "9999-01-01T00:00:00Z";
  const waitingFor = { kind: "Secret", name: "db", reason: "SecretMissing", tries: 0 };
  const waits = { ...RUN, phase: "Retrying", reason: "SecretMissing", lastErrorType: "transient" };

  test.each([
    ["begins and ends never", { since: never, until: never }, {}, "24h"],
    ["ends never", { since: RUN.startTime, until: never }, {}, "24h"],
    ["begins and ends never, of a run that begins never", { since: never, until: never }, { startTime: never }, "1h"],
  ])("that somebody wrote %s is over when waits are", (_what, times, more, longest) => {
    const job = aJobWithNeeds()
      .with(longest === "1h" ? { totalTimeout: longest } : {})
      .status({ ...waits, waitingFor: { ...waitingFor, ...times }, ...more })
      .build();
    const story = new Story(job);
    const look = () => story.see({ resolution: { kind: "absent" } });
    const end = START + parseDuration(longest);
    look();
    expect(story.status.waitingFor?.until).toBe(toRfc3339(end));
    for (; story.now < end - 1; story.pass(Math.min(HOUR / 4, end - 1 - story.now))) look();
    expect(look().status.phase).toBe("Retrying");
    story.pass(1);
    expect(look().status).toMatchObject({ phase: "Failed", reason: "SecretMissing" });
  });
});

describe("a time that is still to come, by a clock that was wrong or by hand", () => {
  const never = "9999-01-01T00:00:00Z";
  const failed = { ...RUN, phase: "Failed", failureReason: "NotebookError", completionTime: never };

  test("of a run's beginning counts as now: it has its totalTimeout, and no more", () => {
    const job = aJob()
      .with({ totalTimeout: "1h" })
      .status({ ...RUN, startTime: never, phase: "Initializing" });
    const story = new Story(job.build());
    const look = () => story.see({ source: { kind: "resolving" } }).status;
    expect(look().startTime).toBe(toRfc3339(START));
    story.pass(HOUR - 1);
    expect(look().phase).toBe("Initializing");
    story.pass(1);
    expect(look()).toMatchObject({ phase: "Failed", reason: "TotalTimeout" });
  });

  test("of a run's end counts as now: the job is deleted in time", () => {
    const story = new Story(aJob().with({ ttlSecondsAfterFinished: 60 }).status(failed).build());
    expect(story.see()).toMatchObject({ write: "now", requeueAfterMs: 60_000 });
    expect(story.status.completionTime).toBe(toRfc3339(START));
    story.pass(60_000);
    expect(story.see().effects).toContainEqual({ kind: "delete-job" });
  });

  test("of a run's end refuses no retry", () => {
    const story = new Story(
      aJob()
        .annotated({ "mlops.dev/retry-requested": toRfc3339(START) })
        .status(failed)
        .build(),
    );
    expect(story.see().status.phase).not.toBe("Failed");
  });
});

describe("an operator that allows less than it did", () => {
  const retry = { "mlops.dev/retry-requested": "2026-01-01T00:00:00Z" };

  test("starts nothing for a job that is to be retried", () => {
    const job = aJob()
      .with(POWERFUL)
      .annotated(retry)
      .status({ ...RUN, phase: "Failed", failureReason: "NotebookError", completionTime: "2026-01-01T00:00:00Z" })
      .build();
    const decision = decide(job, anObservation({}, TIGHT), START);
    expect(starts(decision)).toEqual([]);
    expect(decision.status).toMatchObject({ phase: "Failed", reason: "ApiForbidden" });
  });

  test("starts nothing for a job that was suspended meanwhile", () => {
    const story = new Story(aJob().with(POWERFUL).build()).running();
    story.edit({ suspend: true }).see();
    story.edit({ suspend: false }).see({}, TIGHT);
    expect(starts(story.decision)).toEqual([]);
    expect(story.status).toMatchObject({ phase: "Failed", reason: "ApiForbidden" });
  });

  test("lets what runs already go on", () => {
    const story = new Story(aJob().with(POWERFUL).build()).running();
    story.see({ pods: [aPod(story.podName, running())] }, TIGHT);
    expect(story.status.phase).toBe("ValidationRunning");
  });
});

describe("a status that somebody edited", () => {
  type Attempts = NonNullable<Story["status"]["attempts"]>;
  function edited(change: (status: Story["status"]) => object): Story {
    const story = new Story(aJob().build()).running();
    story.job = { ...story.job, status: { ...story.status, ...change(story.status) } };
    return story;
  }
  const first = (status: Story["status"], change: Partial<Attempts[number]>) => ({
    attempts: [{ ...(status.attempts as Attempts)[0], ...change } as Attempts[number]],
  });
  /** Sees what there is, pods removed as decided, until the job asks for an attempt that is its own. */
  function goOn(story: Story, pods: string[]): string[] {
    let there = pods;
    for (let turn = 0; turn < 6; turn++) {
      const source = { kind: "resolved", commit: COMMIT } as const;
      const { effects } = story.see({ pods: there.map((name) => aPod(name, running())), source });
      const removed = effects.flatMap((effect) => (effect.kind === "delete-pod" ? [effect.name] : []));
      there = there.filter((name) => !removed.includes(name));
      const started = effects.find((effect) => effect.kind === "start-attempt");
      if (started !== undefined) return [story.podName, ...there];
    }
    throw new Error(`stuck: ${story.status.phase} ${story.status.reason}`);
  }

  test.each<[string, (status: Story["status"]) => object]>([
    ["a run that no run is called", (status) => ({ runId: "a|b", ...first(status, { runId: "a|b" }) })],
    ["an attempt of such a run", (status) => first(status, { runId: "a|b" })],
    ["a run alone", () => ({ runId: "Not/ours", attempts: undefined })],
    ["the pod of somebody else", (status) => first(status, { podName: "database-0" })],
    ["an attempt without a number", (status) => first(status, { number: 0 })],
    ["a number at the end of all numbers", (status) => first(status, { number: 2147483647 })],
  ])("to name %s: the job goes on with an attempt of its own", (_what, change) => {
    const story = edited(change);
    const { runId } = new Story(aJob().build()).running().status;
    const own = new Story(aJob().build()).running().podName;
    const [podName, ...left] = goOn(story, [own]);
    expect(podName).toMatch(/^titanic-val-[0-9a-f]{8}-[12]$/);
    expect(story.status).toMatchObject({ phase: "ValidationRunning", runId });
    expect(left).toEqual([]);
    const [, ...earlier] = story.status.attempts ?? [];
    for (const attempt of earlier) expect(attempt).toMatchObject({ outcome: "Cancelled", reason: "StatusEdited" });
    // And from there to its end.
    story.see({ pods: [aPod(podName as string, ended(0))], log: aLog(passingEvents()) });
    expect(story.status.phase).toBe("Succeeded");
  });
});
