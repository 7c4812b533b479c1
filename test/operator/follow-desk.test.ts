import { describe, expect, test } from "@jest/globals";
import { KubeError } from "../../src/kube/kube-error.js";
import { ManualClock } from "../../src/kube/manual-clock.js";
import { SourceError } from "../../src/operator/source-resolver.js";
import { SteppingClock } from "../kube/kit/stepping-clock.js";
import { aFollowDesk, INTERVAL, MINUTE, URL } from "./a-follow-desk.js";

describe("a desk that follows branches", () => {
  test("asks one interval after the run's own question, then once per interval, and tells of a move", async () => {
    const { desk, clock, start, branches, asked, moved, job } = aFollowDesk();
    desk.watch(job("one"));
    await clock.advance(INTERVAL - 1);
    expect(asked).toEqual([]);
    await clock.advance(INTERVAL + 1);
    expect(asked.map(({ at }) => at)).toEqual([INTERVAL, 2 * INTERVAL]);
    expect(moved).toEqual([]);
    branches.main = "b";
    await clock.advance(INTERVAL);
    expect(moved).toEqual(["one"]);
    const askedAt = start + 3 * INTERVAL;
    expect(desk.look("one")).toEqual({ notebook: { url: URL, ref: "main", commit: "b", askedAt } });
    desk.stop();
  });

  test("asks at once about a run that began before the operator did", async () => {
    const { desk, clock, start, asked, job } = aFollowDesk();
    desk.watch(job("one", { resolvedAt: start - 2 * INTERVAL }));
    await clock.advance(0);
    expect(asked.map(({ at }) => at)).toEqual([0]);
    desk.stop();
  });

  test("asks one question for all branches of a repository, whichever jobs follow them", async () => {
    const { desk, clock, asked, job } = aFollowDesk();
    for (const uid of ["one", "two", "three"]) desk.watch(job(uid));
    desk.watch(job("four", { namespace: "team-b", notebook: { url: URL, ref: "dev", commit: "d" } }));
    await clock.advance(INTERVAL);
    expect(asked.map(({ request }) => request)).toEqual([{ url: URL, refs: ["dev", "main"] }]);
    desk.stop();
  });

  test("never shares an answer between different credentials", async () => {
    const { desk, clock, asked, job } = aFollowDesk();
    desk.watch(job("open"));
    const notebook = { url: URL, ref: "main", commit: "a", credentialsSecret: "git" };
    desk.watch(job("a", { notebook }));
    desk.watch(job("b", { notebook, namespace: "team-b" }));
    await clock.advance(INTERVAL);
    expect(asked.map(({ request }) => request.credentials)).toEqual(
      expect.arrayContaining([undefined, { token: "team-a/git" }, { token: "team-b/git" }]),
    );
    expect(asked).toHaveLength(3);
    desk.stop();
  });

  test("asks at once for a job that is marked anew, and once for many marks", async () => {
    const { desk, clock, start, branches, asked, moved, job } = aFollowDesk();
    const resolvedAt = start;
    desk.watch(job("one", { resolvedAt }));
    desk.watch(job("two", { resolvedAt }));
    await clock.advance(MINUTE);
    branches.main = "b";
    desk.watch(job("one", { resolvedAt, mark: "push 1" }));
    desk.watch(job("two", { resolvedAt, mark: "push 1" }));
    await clock.advance(0);
    expect(asked.map(({ at }) => at)).toEqual([MINUTE]);
    expect(moved).toEqual(["one", "two"]);
    // The same mark again says nothing new; another one within a second waits for that second to pass.
    desk.watch(job("one", { resolvedAt, mark: "push 1" }));
    desk.watch(job("two", { resolvedAt, mark: "push 2" }));
    await clock.advance(999);
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    expect(asked).toHaveLength(2);
    desk.stop();
  });

  test("hears of a mark while it is asking, and asks again", async () => {
    const answers: ((commits: Map<string, string>) => void)[] = [];
    const reader = { branches: () => new Promise<Map<string, string>>((resolve) => answers.push(resolve)) };
    const { desk, clock, moved, job } = aFollowDesk({ reader });
    desk.watch(job("one", { mark: "1" }));
    await clock.advance(2000);
    desk.watch(job("one", { mark: "2" }));
    await clock.advance(2000);
    expect(answers).toHaveLength(1);
    answers[0]?.(new Map([["main", "a"]]));
    await clock.advance(0);
    expect(answers).toHaveLength(2);
    answers[1]?.(new Map([["main", "b"]]));
    await clock.advance(0);
    expect(moved).toEqual(["one"]);
    desk.stop();
  });

  test("asks again soon when the run has found another commit since the last answer, and never in a hurry", async () => {
    const { desk, clock, start, asked, job } = aFollowDesk();
    desk.watch(job("one", { resolvedAt: start - INTERVAL }));
    await clock.advance(1000);
    expect(asked).toHaveLength(1);
    desk.watch(job("one", { notebook: { url: URL, ref: "main", commit: "b" } }));
    await clock.advance(MINUTE);
    expect(asked.map(({ at }) => at)).toEqual([0, 15_000]);
    desk.stop();
  });

  test("tries again sooner after a failure, less and less often, and tells of it once", async () => {
    const { desk, clock, start, asked, errors, git, moved, branches, job } = aFollowDesk();
    git.failure = new SourceError("GitNetwork", "no route");
    desk.watch(job("one", { resolvedAt: start - INTERVAL }));
    await clock.advance(240 * MINUTE);
    const hour = 3600;
    expect(asked.map(({ at }) => at / 1000)).toEqual([
      0,
      15,
      45,
      105,
      225,
      465,
      945,
      1905,
      3825,
      3825 + hour,
      3825 + 2 * hour,
    ]);
    expect(errors).toEqual(["no route"]);
    git.failure = undefined;
    branches.main = "b";
    await clock.advance(INTERVAL);
    expect(moved).toEqual(["one"]);
    desk.stop();
  });

  test("does not ask Git when the credentials can't be read", async () => {
    const readSecret = () => Promise.reject(new KubeError({ reason: "NotFound", message: "no" }));
    const { desk, clock, asked, errors, job } = aFollowDesk({ readSecret });
    desk.watch(job("one", { notebook: { url: URL, ref: "main", commit: "a", credentialsSecret: "git" } }));
    await clock.advance(INTERVAL);
    expect(asked).toEqual([]);
    expect(errors).toEqual(["the Secret git with the Git credentials does not exist"]);
    desk.stop();
  });

  test("keeps to the interval, whatever happens to the clock", async () => {
    const manual = new ManualClock();
    const stepping = new SteppingClock(manual);
    const { desk, clock, asked, job } = aFollowDesk({ clock: stepping }, manual);
    desk.watch(job("one"));
    await clock.advance(INTERVAL);
    expect(asked).toHaveLength(1);
    stepping.stepMs = -60 * MINUTE;
    await clock.advance(2 * INTERVAL);
    expect(asked.length).toBeGreaterThanOrEqual(2);
    stepping.stepMs = 60 * MINUTE;
    await clock.advance(2 * INTERVAL);
    expect(asked.length).toBeGreaterThanOrEqual(4);
    expect(asked.length).toBeLessThanOrEqual(6);
    desk.stop();
  });

  test("forgets jobs that are gone or follow nothing any more, and asks nothing then", async () => {
    const { desk, clock, asked, job } = aFollowDesk();
    desk.watch(job("one"));
    desk.watch(job("two"));
    desk.forget("one");
    desk.watch({ uid: "two", namespace: "team-a" });
    expect(desk.look("one")).toEqual({});
    await clock.advance(3 * INTERVAL);
    expect(asked).toEqual([]);
    desk.stop();
  });

  test("asks about the branch that the job names now", async () => {
    const { desk, clock, asked, job } = aFollowDesk();
    desk.watch(job("one"));
    desk.watch(job("one", { notebook: { url: URL, ref: "dev", commit: "d" } }));
    await clock.advance(INTERVAL);
    expect(asked.map(({ request }) => request.refs)).toEqual([["dev"]]);
    desk.stop();
  });

  test("tells a job of one move per interval, and of one more for each mark, whatever the remote says", async () => {
    const { desk, clock, branches, moved, job } = aFollowDesk();
    let push = 0;
    const see = async (mark?: string) => {
      push += 1;
      branches.main = `b${push}`;
      // Others have the same repository asked all the time.
      desk.watch(job("busy", { mark: `${push}` }));
      desk.watch(job("one", { resolvedAt: 0, ...(mark && { mark }) }));
      await clock.advance(2000);
      return desk.look("one").notebook?.commit;
    };
    expect(await see()).toBe("b1");
    expect(await see()).toBe("b1");
    expect(await see("now")).toBe("b3");
    expect(await see("now")).toBe("b3");
    expect(moved.filter((uid) => uid === "one")).toHaveLength(2);
    await clock.advance(INTERVAL);
    expect(desk.look("one").notebook?.commit).toBe("b4");
    desk.stop();
  });

  test("that is stopped asks nothing and leaves no timer", async () => {
    const { desk, clock, asked, job } = aFollowDesk();
    desk.watch(job("one"));
    desk.stop();
    desk.watch(job("two"));
    await clock.advance(3 * INTERVAL);
    expect(asked).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
