import { describe, expect, test } from "@jest/globals";
import { toRfc3339 } from "../../../../src/api/index.js";
import { isParked } from "../../../../src/operator/decide/waiting/holding.js";
import { aJob } from "../../kit/a-job.js";
import { aLog, aPod, ended, running, START, Story } from "../../kit/an-observation.js";
import { passingEvents } from "../../kit/fake-runner.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The story's pod, for which no node has room. */
function unschedulable(story: Story, message = "0/5 nodes are available: 5 Insufficient nvidia.com/gpu.") {
  const lastTransitionTime = toRfc3339(START);
  const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message, lastTransitionTime };
  return aPod(story.podName, { phase: "Pending", conditions: [condition] });
}

/** The story's pod, which has a node since `at`. */
function scheduled(story: Story, at: number) {
  const condition = { type: "PodScheduled", status: "True", lastTransitionTime: toRfc3339(at) };
  const pod = aPod(story.podName, { phase: "Pending", conditions: [condition] });
  return { ...pod, spec: { ...pod.spec, containers: pod.spec?.containers ?? [], nodeName: "gpu-1" } };
}

function parked(spec: Record<string, unknown> = {}): Story {
  const story = new Story(aJob().with(spec).build()).started();
  story.see({ pods: [unschedulable(story)] });
  story.pass(10 * MINUTE).see({ pods: [unschedulable(story)] });
  return story;
}

describe("a pod that no node takes", () => {
  test("is kept when the run begins to wait: autoscalers and queues look at it", () => {
    const story = parked();
    expect(story.status).toMatchObject({
      phase: "Retrying",
      reason: "Unschedulable",
      waitingFor: { kind: "Node", reason: "Unschedulable", tries: 0 },
      retryCount: 0,
    });
    expect(story.status.attempts).toMatchObject([{ number: 1, outcome: "Running" }]);
    expect(story.status.nextRetryTime).toBeUndefined();
    expect(story.kinds()).toEqual(["emit"]);
    expect(story.condition("Stalled")).toBe("True/Unschedulable");
    expect(story.condition("Reconciling")).toBe("True/Unschedulable");
  });

  test("costs no write while nothing changes, however often it is looked at", () => {
    const story = parked();
    const { status } = story;
    for (let look = 0; look < 20; look++) story.pass(5 * MINUTE).see({ pods: [unschedulable(story)] });
    expect(story.status).toEqual(status);
    expect(story.kinds()).toEqual([]);
    expect(story.decision.requeueAfterMs).toBe(5 * MINUTE);
  });

  test("goes on in the same attempt when a node takes it, and the notebook is judged", () => {
    const story = parked();
    story.pass(3 * HOUR).see({ pods: [scheduled(story, story.now)] });
    expect(story.status).toMatchObject({ phase: "ValidationRunning", reason: "PodStarting", retryCount: 0 });
    expect(story.condition("Stalled")).toMatch(/^False/);
    expect(story.status.attempts).toHaveLength(1);
    story.pass(MINUTE).see({ pods: [aPod(story.podName, running(toRfc3339(story.now)))], log: aLog([], false) });
    expect(story.status.waitingFor).toBeUndefined();
    story.pass(MINUTE).see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents()) });
    expect(story.status).toMatchObject({ phase: "Succeeded", attempts: [{ number: 1, outcome: "Passed" }] });
  });

  test("has a message of its own when the scheduler says something else, and the clock goes on", () => {
    const story = parked();
    const { since, until } = story.status.waitingFor ?? {};
    story.pass(HOUR).see({ pods: [unschedulable(story, "0/6 nodes are available: 6 Insufficient nvidia.com/gpu.")] });
    expect(story.status.message).toContain("0/6 nodes");
    expect(story.status.waitingFor).toMatchObject({ since, until, tries: 0 });
    expect(story.kinds()).toEqual([]);
  });

  test("that somebody deletes is made anew, as a loss of the platform's", () => {
    const story = parked();
    story.pass(HOUR).see({ pods: [] });
    expect(story.status).toMatchObject({
      phase: "Retrying",
      reason: "PodDeleted",
      retryCount: 1,
      validationRetryCount: 0,
    });
  });

  test("is removed when the wait is given up, for that reason", () => {
    const story = parked();
    story.pass(24 * HOUR).see({ pods: [unschedulable(story)] });
    expect(story.status).toMatchObject({
      phase: "Failed",
      failureReason: "Unschedulable",
      waitingFor: { kind: "Node" },
    });
    expect(story.kinds()).toContain("delete-pod");
    expect(story.condition("DeadLettered")).toBe("True/RetryLimitExceeded");
  });

  test("is kept anew by a retry that somebody asks for after a wait in vain, for as long as any", () => {
    const story = parked();
    story.pass(24 * HOUR).see({ pods: [unschedulable(story)] });
    story
      .pass(10 * HOUR)
      .askRetry()
      .see();
    expect(story.notes()).toMatchObject([{ reason: "RetryRequested" }]);
    story.pass(11 * MINUTE).see({ pods: [unschedulable(story)] });
    expect(story.status).toMatchObject({
      phase: "Retrying",
      waitingFor: { kind: "Node", since: toRfc3339(story.now) },
    });
    expect(story.notes()).toMatchObject([{ reason: "Unschedulable" }]);
    story.pass(24 * HOUR).see({ pods: [unschedulable(story)] });
    expect(story.status.message).toContain("waited for in vain for 24h");
  });

  test("begins to wait anew when somebody asks for a retry while it is waited for", () => {
    const story = parked();
    story
      .pass(23 * HOUR)
      .askRetry()
      .see({ pods: [unschedulable(story)] });
    story.see();
    story.pass(11 * MINUTE).see({ pods: [unschedulable(story)] });
    story.pass(2 * HOUR).see({ pods: [unschedulable(story)] });
    expect(story.status).toMatchObject({ phase: "Retrying", waitingFor: { kind: "Node" } });
  });

  test("is removed when the run's own time is over, which is not to blame", () => {
    const story = parked({ totalTimeout: "30m" });
    story.pass(20 * MINUTE).see({ pods: [unschedulable(story)] });
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "Unschedulable" });
  });

  test("fails otherwise when it fails for something else after all", () => {
    const story = parked();
    story.pass(HOUR).see({ pods: [aPod(story.podName, { phase: "Failed", reason: "Evicted", message: "drained" })] });
    expect(story.status).toMatchObject({ phase: "Retrying", reason: "Evicted" });
    expect(story.condition("Stalled")).toMatch(/^False/);
  });

  test("takes no place of the operator's limits while its run waits, but again with a node", () => {
    const story = parked();
    expect(isParked(story.status, "titanic", unschedulable(story))).toBe(true);
    expect(isParked(story.status, "titanic", scheduled(story, START))).toBe(false);
    expect(isParked(story.status, "titanic", aPod("another"))).toBe(false);
    const fresh = new Story(aJob().build()).started();
    expect(isParked(fresh.status, "titanic", unschedulable(fresh))).toBe(false);
  });
});
