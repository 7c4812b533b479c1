import { describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import type { Cluster, LogOptions } from "../../src/kube/cluster.js";
import { KubeError } from "../../src/kube/kube-error.js";
import { ManualClock } from "../../src/kube/manual-clock.js";
import { seededRandom } from "../../src/kube/random.js";
import { LogFollower, type LogFollowerOptions } from "../../src/operator/log-follower.js";
import { passingEvents, signed } from "./kit/fake-runner.js";

const KEY = Buffer.alloc(32, 9);
const LINES = signed(KEY, passingEvents());
const LOG = {
  jobKey: "team-a/titanic",
  pod: { namespace: "team-a", name: "pod-1" },
  podUid: "uid-1",
  container: "notebook",
  key: KEY,
};

/** What one call for the log gives: lines, and then an end, an error or silence. */
interface Answer {
  readonly lines: readonly string[];
  readonly then: "end" | "hang" | KubeError;
}

function aFollower(answers: Answer[], options: Partial<LogFollowerOptions> = {}) {
  const clock = new ManualClock();
  const told: string[] = [];
  const calls: boolean[] = [];
  const cluster = {
    async *logs(_pod: unknown, { follow = false, signal }: LogOptions): AsyncIterable<Uint8Array> {
      calls.push(follow);
      const answer = answers.shift() ?? { lines: LINES, then: "end" };
      for (const line of answer.lines) yield Buffer.from(`${line}\n`);
      if (answer.then instanceof KubeError) throw answer.then;
      if (answer.then === "hang")
        await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
    },
  } as unknown as Cluster;
  const follower = new LogFollower({
    cluster,
    clock,
    random: seededRandom(3),
    logger: pino({ level: "silent" }),
    onProgress: (jobKey) => told.push(jobKey),
    ...options,
  });
  const settle = async () => {
    for (let i = 0; i < 4; i++) await clock.settle();
  };
  return { follower, clock, told, calls, settle };
}

describe("a log follower", () => {
  test("tells of progress while the notebook runs, but not of every line", async () => {
    const { follower, clock, told, settle } = aFollower([{ lines: LINES.slice(0, 4), then: "hang" }]);
    follower.follow(LOG, false);
    await clock.advance(1000);
    await settle();
    expect(told).toEqual([]);
    await clock.advance(1000);
    expect(told).toEqual(["team-a/titanic"]);
    expect(follower.follow(LOG, false)).toMatchObject({ isFinal: false, progress: { lastSeq: 4 } });
    follower.stop();
    await settle();
    expect(clock.pending).toBe(0);
  });

  test("goes on after a cut without counting anything twice", async () => {
    const cut = new KubeError({ reason: "ConnectionFailed", message: "reset" });
    const { follower, clock, settle, calls } = aFollower([
      { lines: LINES.slice(0, 3), then: cut },
      { lines: [...LINES.slice(0, 2), "print('not ours')"], then: "end" },
      { lines: LINES, then: "end" },
    ]);
    follower.follow(LOG, false);
    for (let i = 0; i < 3; i++) {
      await settle();
      await clock.advance(10_000);
    }
    const { progress, isFinal } = follower.follow(LOG, false);
    expect(progress.verdict?.verdict).toBe("Passed");
    expect(progress.cells).toHaveLength(2);
    expect(isFinal).toBe(true);
    expect(calls).toEqual([true, true, true]);
  });

  test("reads an ended container's log once to its end, and tells at once", async () => {
    const { follower, told, calls, settle } = aFollower([{ lines: LINES, then: "end" }]);
    follower.follow(LOG, true);
    await settle();
    expect(calls).toEqual([false]);
    expect(told).toEqual(["team-a/titanic"]);
    expect(follower.follow(LOG, true)).toMatchObject({ isFinal: true, progress: { verdict: { verdict: "Passed" } } });
  });

  test("believes in a log without a verdict when two readings agree", async () => {
    const short = { lines: LINES.slice(0, 3), then: "end" } as const;
    const { follower, clock, told, calls, settle } = aFollower([short, short]);
    follower.follow(LOG, true);
    await settle();
    expect(told).toEqual([]);
    await clock.advance(500);
    await settle();
    expect(calls).toEqual([false, false]);
    expect(told).toEqual(["team-a/titanic"]);
    expect(follower.follow(LOG, true)).toMatchObject({ isFinal: true, progress: { lastSeq: 3 } });
  });

  test("reads on when an answer was cut off with an end that looks proper", async () => {
    const { follower, clock, settle } = aFollower([
      { lines: [], then: "end" },
      { lines: LINES.slice(0, 2), then: "end" },
      { lines: LINES, then: "end" },
    ]);
    follower.follow(LOG, true);
    for (let i = 0; i < 3; i++) {
      await settle();
      await clock.advance(1000);
    }
    expect(follower.follow(LOG, true)).toMatchObject({ isFinal: true, progress: { verdict: { verdict: "Passed" } } });
  });

  test("does not wait for a stream that stays open after the container's end", async () => {
    const { follower, clock, settle } = aFollower([{ lines: LINES.slice(0, 3), then: "hang" }]);
    follower.follow(LOG, false);
    await settle();
    follower.follow(LOG, true);
    await clock.advance(5_000);
    await settle();
    expect(follower.follow(LOG, true)).toMatchObject({ isFinal: true });
    expect(follower.follow(LOG, true).progress.verdict).toBeDefined();
  });

  test("gives a log up that can't be read in time", async () => {
    const down = new KubeError({ reason: "ServiceUnavailable", message: "kubelet" });
    const { follower, clock, told, settle } = aFollower(Array<Answer>(1000).fill({ lines: [], then: down }));
    follower.follow(LOG, true);
    await settle();
    expect(follower.follow(LOG, true).isFinal).toBe(false);
    await clock.advance(40_000);
    expect(follower.follow(LOG, true).isFinal).toBe(true);
    expect(told).toEqual(["team-a/titanic"]);
    await settle();
    expect(clock.pending).toBe(0);
  });

  test("opens no stream for a notebook that ends within moments: its log is read once, as soon as it has ended", async () => {
    const { follower, clock, calls, told, settle } = aFollower([]);
    follower.follow(LOG, false);
    await clock.advance(900);
    await settle();
    expect(calls).toEqual([]);
    follower.follow(LOG, true);
    await settle();
    expect(calls).toEqual([false]);
    expect(told).toEqual(["team-a/titanic"]);
    expect(follower.follow(LOG, true)).toMatchObject({ isFinal: true, progress: { verdict: { verdict: "Passed" } } });
  });

  test("reads a polled log as soon as its container has ended", async () => {
    const { follower, clock, calls, settle } = aFollower([{ lines: LINES.slice(0, 2), then: "end" }], {
      maxStreams: 0,
    });
    follower.follow(LOG, false);
    await clock.advance(1000);
    await settle();
    follower.follow(LOG, true);
    await settle();
    expect(calls).toEqual([false, false]);
    expect(follower.follow(LOG, true).isFinal).toBe(true);
  });

  test("reads few logs at a time, but a node that does not answer keeps others waiting for a moment only", async () => {
    const { follower, clock, calls, settle } = aFollower([{ lines: [], then: "hang" }], { maxReads: 1 });
    follower.follow(LOG, true);
    const other = { ...LOG, jobKey: "team-a/other", podUid: "uid-2", pod: { namespace: "team-a", name: "pod-2" } };
    follower.follow(other, true);
    await settle();
    expect(calls).toEqual([false]);
    await clock.advance(1000);
    await settle();
    expect(calls).toEqual([false, false]);
    expect(follower.follow(other, true).isFinal).toBe(true);
    follower.stop();
    await settle();
    expect(clock.pending).toBe(0);
  });

  test("does not ask for a log that was forgotten while it waited for its turn", async () => {
    const { follower, clock, calls, settle } = aFollower([{ lines: [], then: "hang" }], { maxReads: 1 });
    const other = { ...LOG, jobKey: "team-a/other", podUid: "uid-2", pod: { namespace: "team-a", name: "pod-2" } };
    follower.follow(LOG, true);
    follower.follow(other, true);
    follower.forget(other.jobKey);
    await clock.advance(1000);
    await settle();
    expect(calls).toEqual([false]);
    follower.stop();
    await settle();
    expect(clock.pending).toBe(0);
  });

  test("remembers the last words of a pod that is gone until it is forgotten", async () => {
    const { follower, clock, settle } = aFollower([{ lines: LINES, then: "end" }]);
    follower.follow(LOG, false);
    await clock.advance(1000);
    await settle();
    expect(follower.last(LOG.jobKey, "pod-1")?.progress.verdict?.verdict).toBe("Passed");
    expect(follower.last(LOG.jobKey, "pod-2")).toBeUndefined();
    follower.forget(LOG.jobKey);
    expect(follower.last(LOG.jobKey, "pod-1")).toBeUndefined();
    expect(follower.size).toBe(0);
  });

  test("polls the logs for which it has no stream left", async () => {
    const { follower, clock, calls, settle } = aFollower(
      [
        { lines: [], then: "hang" },
        { lines: LINES.slice(0, 2), then: "end" },
        { lines: LINES, then: "end" },
      ],
      { maxStreams: 1 },
    );
    follower.follow(LOG, false);
    follower.follow(
      { ...LOG, jobKey: "team-a/other", podUid: "uid-2", pod: { namespace: "team-a", name: "pod-2" } },
      false,
    );
    await clock.advance(1000);
    await settle();
    expect(calls).toEqual([true, false]);
    await clock.advance(10_000);
    await settle();
    expect(calls).toEqual([true, false, false]);
    follower.stop();
  });
});
