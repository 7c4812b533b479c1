import { describe, expect, test } from "@jest/globals";
import { KubeError } from "../../src/kube/kube-error.js";
import { ManualClock } from "../../src/kube/manual-clock.js";
import { SourceDesk, type SourceDeskOptions } from "../../src/operator/source-desk.js";
import { SourceError, type SourceRequest } from "../../src/operator/source-resolver.js";

const question = { namespace: "team-a", url: "https://git.example.com/x.git", ref: "main" };

/** A desk whose Git answers when it is told to. */
function aDesk(options: Partial<SourceDeskOptions> = {}) {
  const clock = new ManualClock();
  const asked: {
    request: SourceRequest;
    signal: AbortSignal;
    answer: (commit: string) => void;
    fail: (error: unknown) => void;
  }[] = [];
  const answered: string[] = [];
  const desk = new SourceDesk({
    clock,
    resolver: {
      resolve: (request, signal) =>
        new Promise((resolve, reject) => {
          asked.push({ request, signal, answer: (commit) => resolve({ commit }), fail: reject });
        }),
    },
    readSecret: async () => ({ username: "bot", password: "s3cret" }),
    onAnswer: (uid) => answered.push(uid),
    ...options,
  });
  return { desk, clock, asked, answered };
}

describe("a source desk", () => {
  test("answers a job once, and keeps the answer for that question only", async () => {
    const { desk, clock, asked, answered } = aDesk();
    desk.ask("job", "1", question);
    desk.ask("job", "1", question);
    await clock.settle();
    expect(desk.look("job", "1")).toEqual({ kind: "resolving" });
    asked[0]?.answer("abc");
    await clock.settle();
    expect(asked).toHaveLength(1);
    expect(answered).toEqual(["job"]);
    expect(desk.look("job", "1")).toEqual({ kind: "resolved", commit: "abc" });
    expect(desk.look("job", "2")).toEqual({ kind: "unasked" });
  });

  test("shares one question among jobs, but never an answer from before a job asked", async () => {
    const { desk, clock, asked } = aDesk();
    desk.ask("early", "1", question);
    await clock.settle();
    desk.ask("late-1", "1", question);
    desk.ask("late-2", "1", question);
    await clock.settle();
    asked[0]?.answer("before the push");
    await clock.settle();
    expect(desk.look("late-1", "1")).toEqual({ kind: "resolving" });
    asked[1]?.answer("after the push");
    await clock.settle();
    expect(asked).toHaveLength(2);
    expect(desk.look("late-1", "1")).toEqual({ kind: "resolved", commit: "after the push" });
    expect(desk.look("late-2", "1")).toEqual({ kind: "resolved", commit: "after the push" });
  });

  test("never shares between different credentials", async () => {
    const { desk, clock, asked } = aDesk();
    desk.ask("open", "1", question);
    desk.ask("private", "1", { ...question, credentialsSecret: "git" });
    await clock.settle();
    expect(asked.map(({ request }) => request.credentials)).toEqual([
      undefined,
      { username: "bot", password: "s3cret" },
    ]);
  });

  test("asks only so many questions at a time", async () => {
    const { desk, clock, asked } = aDesk({ concurrency: 2 });
    for (const ref of ["a", "b", "c"]) desk.ask(ref, "1", { ...question, ref });
    await clock.settle();
    expect(asked).toHaveLength(2);
    asked[0]?.answer("abc");
    await clock.settle();
    expect(asked).toHaveLength(3);
  });

  test("gives every namespace its turn, however much one of them asks", async () => {
    const { desk, clock, asked } = aDesk({ concurrency: 1 });
    for (const ref of ["a", "b", "c"]) desk.ask(ref, "1", { ...question, ref });
    desk.ask("other", "1", { ...question, namespace: "team-b", ref: "other" });
    await clock.settle();
    asked[0]?.answer("abc");
    await clock.settle();
    expect(asked.map(({ request }) => request.ref)).toEqual(["a", "other"]);
  });

  test("lets no job wait for all that a namespace's waiting jobs ask again and again", async () => {
    const { desk, clock, asked } = aDesk({ concurrency: 1 });
    for (const ref of ["a", "b", "c"]) void desk.find({ ...question, ref });
    desk.ask("new", "1", { ...question, ref: "new" });
    await clock.settle();
    asked[0]?.answer("abc");
    await clock.settle();
    expect(asked.map(({ request }) => request.ref)).toEqual(["a", "new"]);
  });

  test("waits only so long for an answer", async () => {
    const { desk, clock, asked } = aDesk({ timeoutMs: 5000 });
    desk.ask("job", "1", question);
    await clock.advance(5000);
    await clock.settle();
    expect(desk.look("job", "1")).toMatchObject({ kind: "failed", reason: "GitNetwork" });
    expect(asked[0]?.signal.aborted).toBe(true);
  });

  test.each([
    ["NotFound", "SecretMissing"],
    ["Forbidden", "ApiForbidden"],
    ["InternalError", "ApiTransient"],
  ] as const)("whose Secret answers %s says %s, and does not ask Git", async (reason, expected) => {
    const readSecret = () => Promise.reject(new KubeError({ reason, message: "no" }));
    const { desk, clock, asked } = aDesk({ readSecret });
    desk.ask("job", "1", { ...question, credentialsSecret: "git" });
    await clock.settle();
    expect(desk.look("job", "1")).toMatchObject({ kind: "failed", reason: expected });
    expect(asked).toEqual([]);
  });

  test("asks for a golden notebook's repository, too, with that one's Secret", async () => {
    const secrets: string[] = [];
    const readSecret = async (_namespace: string, name: string) => {
      secrets.push(name);
      return { token: name };
    };
    const { desk, clock, asked } = aDesk({ readSecret });
    const golden = { url: "https://git.example.com/golden.git", ref: "v1", credentialsSecret: "golden-git" };
    desk.ask("job", "1", { ...question, golden });
    await clock.settle();
    expect(asked.map(({ request }) => [request.url, request.credentials])).toEqual(
      expect.arrayContaining([
        [question.url, undefined],
        [golden.url, { token: "golden-git" }],
      ]),
    );
    expect(secrets).toEqual(["golden-git"]);
    for (const { request, answer } of asked) answer(request.url === golden.url ? "g" : "n");
    await clock.settle();
    expect(desk.look("job", "1")).toEqual({ kind: "resolved", commit: "n", golden: { commit: "g" } });
  });

  test("says which repository failed, and never has half an answer", async () => {
    const { desk, clock, asked } = aDesk();
    desk.ask("job", "1", { ...question, golden: { url: "https://git.example.com/golden.git", ref: "v1" } });
    await clock.settle();
    asked.find(({ request }) => request.ref === "main")?.answer("n");
    await clock.settle();
    expect(desk.look("job", "1")).toEqual({ kind: "resolving" });
    asked.find(({ request }) => request.ref === "v1")?.fail(new SourceError("GitRefNotFound", "no v1"));
    await clock.settle();
    expect(desk.look("job", "1")).toEqual({
      kind: "failed",
      reason: "GitRefNotFound",
      message: "golden notebook: no v1",
    });
  });

  test("passes a failure's reason on, and reports what is no failure of Git's", async () => {
    const unexpected: unknown[] = [];
    const { desk, clock, asked } = aDesk({ onError: (error) => unexpected.push(error) });
    desk.ask("job", "1", question);
    await clock.settle();
    asked[0]?.fail(new SourceError("GitAuthFailed", "the token was refused"));
    await clock.settle();
    expect(desk.look("job", "1")).toEqual({
      kind: "failed",
      reason: "GitAuthFailed",
      message: "the token was refused",
    });
    desk.ask("job", "2", question);
    await clock.settle();
    asked[1]?.fail(new TypeError("a bug"));
    await clock.settle();
    expect(desk.look("job", "2")).toMatchObject({ kind: "failed", reason: "Unknown" });
    expect(unexpected).toHaveLength(1);
  });

  test("that is stopped answers nothing and leaves no timer", async () => {
    const { desk, clock, asked, answered } = aDesk();
    desk.ask("job", "1", question);
    await clock.settle();
    desk.stop();
    asked[0]?.answer("abc");
    await clock.settle();
    expect(answered).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
