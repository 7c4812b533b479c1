import { describe, expect, test } from "@jest/globals";
import { toRfc3339 } from "../../../../src/api/index.js";
import type { ResolutionSeen } from "../../../../src/operator/decide/observation.js";
import { aJobWithNeeds } from "../../kit/a-job.js";
import { aLog, anObservation, aPod, COMMIT, ended, running, START, Story } from "../../kit/an-observation.js";
import { passingEvents } from "../../kit/fake-runner.js";
import { lacking, patienceOver, waiting } from "./lacking-pod.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const see = (story: Story, resolution: ResolutionSeen) => story.see({ resolution });
const events = (story: Story) => story.notes().map(({ type, reason }) => `${type} ${reason}`);

describe("a run that lacks a Secret", () => {
  test("waits, stalled but not failed, with its pod removed and no retry spent", () => {
    const story = waiting();
    expect(story.status).toMatchObject({
      phase: "Retrying",
      reason: "SecretMissing",
      retryCount: 0,
      validationRetryCount: 0,
      recoveryAttempts: 0,
      waitingFor: {
        kind: "Secret",
        name: "db",
        reason: "SecretMissing",
        since: toRfc3339(START + 2 * MINUTE),
        until: toRfc3339(START + 2 * MINUTE + 24 * HOUR),
        tries: 0,
      },
    });
    expect(story.status.message).toContain('secret "db" not found');
    expect(story.status.message).toContain(`until ${toRfc3339(START + 2 * MINUTE + 24 * HOUR)}`);
    expect(story.status.attempts).toMatchObject([{ outcome: "Error", action: "wait-for-resolution" }]);
    expect(story.kinds()).toEqual(["delete-pod", "ask-resolution", "emit"]);
    expect(story.decision.effects[1]).toMatchObject({ about: { kind: "Secret", name: "db" }, pace: "brisk" });
    for (const [type, value] of [
      ["Ready", "False"],
      ["Reconciling", "True"],
      ["Stalled", "True"],
      ["Succeeded", "Unknown"],
    ] as const) {
      expect(story.condition(type)).toBe(`${value}/SecretMissing`);
    }
    expect(story.condition("DeadLettered")).toBe("absent");
  });

  test("tells kstatus that it is in progress: of the two conditions that are true, Reconciling comes first", () => {
    const types = waiting()
      .status.conditions?.filter(({ status }) => status === "True")
      .map(({ type }) => type);
    expect(types).toContain("Stalled");
    expect(types?.indexOf("Reconciling")).toBeLessThan(types?.indexOf("Stalled") ?? -1);
  });

  test("asks once, does and writes nothing while it is absent, and goes on at once when it is there", () => {
    const story = waiting();
    const { status } = story;
    for (const kind of ["asking", "absent"] as const) {
      see(story.pass(MINUTE), { kind });
      expect(story.kinds()).toEqual([]);
      expect(story.status).toEqual(status);
    }
    see(story.pass(1000), { kind: "present" });
    expect(story.status).toMatchObject({
      phase: "ValidationRunning",
      lastRetryTime: expect.any(String),
      retryCount: 0,
    });
    expect(story.condition("Stalled")).toMatch(/^False/);
    expect(story.status.attempts).toMatchObject([{ number: 2, outcome: "Running" }, { number: 1 }]);
    expect(story.kinds()).toContain("start-attempt");
  });

  test("asks again after a restart of the operator, which has forgotten the question", () => {
    const story = waiting();
    const [question] = story.decision.effects.filter(({ kind }) => kind === "ask-resolution");
    see(story.pass(HOUR), { kind: "unasked" });
    expect(story.decision.effects).toEqual([question]);
  });

  test("tells by one event each that it waits, and that the wait is over", () => {
    const story = waiting();
    expect(events(story)).toEqual(["Warning SecretMissing"]);
    see(story.pass(HOUR), { kind: "present" });
    expect(events(story)).toEqual([]);
    expect(story.status.waitingFor).toBeDefined();
    story.see({ pods: [aPod(story.podName, running(toRfc3339(story.now)))], log: aLog([], false) });
    expect(story.status.waitingFor).toBeUndefined();
    expect(events(story)).toEqual(["Normal WaitOver"]);
    story.see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents()) });
    expect(events(story)).toEqual(["Normal Succeeded"]);
  });

  test("is tried more and more rarely when the Secret is there and does not help, as one entry of the history", () => {
    const story = waiting();
    const delays: number[] = [];
    for (let tries = 1; tries <= 6; tries++) {
      see(story, { kind: "present" });
      if (story.status.phase === "Retrying") see(story.pass(story.decision.requeueAfterMs ?? 0), { kind: "present" });
      expect(story.status.phase).toBe("ValidationRunning");
      patienceOver(story);
      expect(story.status).toMatchObject({ phase: "Retrying", waitingFor: { tries } });
      expect(story.kinds()).not.toContain("emit");
      see(story, { kind: "present" });
      delays.push((story.decision.requeueAfterMs ?? 0) / 1000);
    }
    expect(delays).toEqual([30, 60, 120, 240, 300, 300]);
    expect(story.status.attempts).toMatchObject([{ number: 7, action: "wait-for-resolution" }]);
    expect(story.status.attempts).toHaveLength(1);
    expect(story.status.waitingFor?.since).toBe(toRfc3339(START + 2 * MINUTE));
    expect(story.podName).toMatch(/-7$/);
  });

  test("has a new clock for the next thing that it lacks, but one end for all of them", () => {
    const story = waiting();
    const { until } = story.status.waitingFor ?? {};
    see(story.pass(HOUR), { kind: "present" });
    patienceOver(story, 'configmap "settings" not found');
    expect(story.status.waitingFor).toMatchObject({ kind: "ConfigMap", name: "settings", tries: 0, until });
    expect(story.status.waitingFor?.since).toBe(toRfc3339(START + HOUR + 4 * MINUTE));
    expect(story.decision.effects.find(({ kind }) => kind === "ask-resolution")).toMatchObject({
      about: { kind: "ConfigMap", name: "settings" },
    });
  });

  test("waits for the very key that it lacks", () => {
    const story = new Story(aJobWithNeeds().build()).started();
    patienceOver(story, "couldn't find key token in Secret team-a/db");
    expect(story.status.waitingFor).toMatchObject({ kind: "Secret", name: "db", key: "token" });
    expect(story.decision.effects.find(({ kind }) => kind === "ask-resolution")).toMatchObject({
      about: { kind: "Secret", name: "db", key: "token" },
    });
  });

  test("knows which key is to become a variable", () => {
    const valueFrom = { secretKeyRef: { name: "db", key: "token" } };
    const story = new Story(
      aJobWithNeeds()
        .with({ podConfig: { containerImage: "registry.example.com/notebook:1", env: [{ name: "TOKEN", valueFrom }] } })
        .build(),
    ).started();
    patienceOver(story, "couldn't find key token in Secret team-a/db");
    expect(story.decision.effects.find(({ kind }) => kind === "ask-resolution")).toMatchObject({
      about: { kind: "Secret", name: "db", key: "token", isVariable: true },
    });
  });

  test("is not kept waiting by an end that somebody else wrote", () => {
    const story = waiting();
    const { waitingFor, ...status } = story.status;
    story.job = { ...story.job, status: { ...status, waitingFor: { ...waitingFor, until: "9999-01-01T00:00:00Z" } } };
    see(story.pass(24 * HOUR - 1), { kind: "absent" });
    expect(story.status.phase).toBe("Retrying");
    see(story.pass(1), { kind: "absent" });
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "SecretMissing" });
  });

  test("is tried blindly where nobody can tell whether it is there", () => {
    const story = waiting();
    const unknown = { kind: "unknown", message: "the operator may not read the Secret db" } as const;
    see(story, unknown);
    expect(story.decision.requeueAfterMs).toBe(30_000);
    see(story.pass(30_000), unknown);
    expect(story.status.phase).toBe("ValidationRunning");
  });

  test("fails for it when the operator's patience is over, and still says what it waited for", () => {
    const story = waiting();
    see(story.pass(24 * HOUR - 1), { kind: "absent" });
    expect(story.status.phase).toBe("Retrying");
    expect(story.decision.requeueAfterMs).toBe(1);
    see(story.pass(1), { kind: "absent" });
    expect(story.status).toMatchObject({
      phase: "Failed",
      verdict: "Error",
      failureReason: "SecretMissing",
      waitingFor: { kind: "Secret", name: "db" },
      retryCount: 0,
    });
    expect(story.status.message).toContain("waited for in vain for 24h");
    expect(story.status.message).not.toContain("totalTimeout");
    expect(story.condition("DeadLettered")).toBe("True/RetryLimitExceeded");
    expect(story.condition("Stalled")).toBe("True/SecretMissing");
    expect(story.condition("Reconciling")).toBe("False/SecretMissing");
  });

  test("fails for it, not for the limit, when its own time is over", () => {
    const story = waiting({ totalTimeout: "10m" });
    expect(story.status.waitingFor?.until).toBe(toRfc3339(START + 10 * MINUTE));
    see(story.pass(8 * MINUTE), { kind: "absent" });
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "SecretMissing" });
    expect(story.status.message).toContain("waited for in vain for 8m; then spec.totalTimeout (10m) was over");
  });

  test("is not carried on by a clock that is set back, nor given up", () => {
    const story = waiting();
    see(story.pass(-HOUR), { kind: "absent" });
    expect(story.status.phase).toBe("Retrying");
    see(story, { kind: "present" });
    expect(story.status.phase).toBe("ValidationRunning");
  });

  test("waits for what Git's credentials are to be read from, before there is any pod", () => {
    const story = new Story(aJobWithNeeds().build());
    story.see();
    const missing = { kind: "Secret", name: "git" } as const;
    story.see({
      source: { kind: "failed", reason: "SecretMissing", message: "the Secret git does not exist", missing },
    });
    expect(story.status).toMatchObject({
      phase: "Retrying",
      waitingFor: { kind: "Secret", name: "git" },
      retryCount: 0,
    });
    see(story.pass(MINUTE), { kind: "present" });
    expect(story.status.phase).toBe("Initializing");
    expect(story.kinds()).toEqual(["ask-source"]);
    story.see({ source: { kind: "resolved", commit: COMMIT } });
    expect(story.status.waitingFor).toBeUndefined();
    expect(events(story)).toContain("Normal WaitOver");
  });
});

describe("a run that may not wait", () => {
  test.each([
    ["with automatic retries off", { retryPolicy: { enabled: false } }, "Failed"],
    ["with smart recovery off", { recoveryConfig: { enableSmartRecovery: false } }, "Retrying"],
    ["with waiting disabled", { recoveryConfig: { disabledRecoveryActions: ["wait-for-resolution"] } }, "Retrying"],
  ])("%s fails, or is retried as ever", (_how, spec, phase) => {
    const { status } = waiting(spec);
    expect(status).toMatchObject({ phase, failureReason: "SecretMissing" });
    expect(status.waitingFor).toBeUndefined();
    expect(status.retryCount).toBe(phase === "Failed" ? 0 : 1);
  });

  test("on somebody's own computer is retried at once", () => {
    const story = new Story(aJobWithNeeds().build()).started();
    const settings = { ...anObservation().settings, waits: false };
    const pods = [lacking(story)];
    story.pass(2 * MINUTE).see({ pods, settings });
    expect(story.status).toMatchObject({ phase: "Retrying", retryCount: 1 });
    expect(story.condition("Stalled")).toMatch(/^False/);
  });
});

describe("a run that waits", () => {
  test("begins a new wait when it is let go on after a suspension", () => {
    const story = waiting();
    story.edit({ suspend: true }).see();
    expect(story.status).toMatchObject({ phase: "Pending" });
    expect(story.status.waitingFor).toBeUndefined();
    story
      .pass(48 * HOUR)
      .edit({ suspend: false })
      .see();
    expect(story.status.phase).toBe("ValidationRunning");
    patienceOver(story);
    expect(story.status).toMatchObject({ phase: "Retrying", waitingFor: { name: "db" } });
  });

  test("begins a new run when its spec changes", () => {
    const story = waiting();
    story.edit({ cellTimeout: "9m" }).see();
    expect(story.status).toMatchObject({ phase: "Initializing", runCount: 2 });
    expect(story.status.waitingFor).toBeUndefined();
  });

  test("judges the notebook when it runs at last, with all its retries left", () => {
    const story = waiting();
    see(story.pass(HOUR), { kind: "present" });
    story.see({ pods: [aPod(story.podName, { phase: "Failed", reason: "Evicted", message: "low on memory" })] });
    expect(story.status).toMatchObject({ phase: "Retrying", reason: "Evicted", retryCount: 1 });
    expect(story.condition("Stalled")).toMatch(/^False/);
  });
});

describe("an object that the job's spec does not name", () => {
  test.each([
    ["a Secret", 'secret "somebody-elses" not found'],
    ["a key of one", "couldn't find key token in Secret team-a/somebody-elses"],
    ["a ConfigMap", 'configmap "somebody-elses" not found'],
  ])("%s: nobody is told whether it exists, the run just tries anew", (_, message) => {
    const story = patienceOver(new Story(aJobWithNeeds().build()).started(), message);
    expect(story.status).toMatchObject({ phase: "Retrying", waitingFor: { name: "somebody-elses" } });
    expect(story.kinds()).not.toContain("ask-resolution");
    see(story, { kind: "present" });
    expect(story.kinds()).not.toContain("ask-resolution");
  });
});
