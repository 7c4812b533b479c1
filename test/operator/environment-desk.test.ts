import { describe, expect, test } from "@jest/globals";
import { planEnvironment } from "../../src/build/index.js";
import { KubeError } from "../../src/kube/kube-error.js";
import { SourceError } from "../../src/operator/source-resolver.js";
import { anEnvironmentDesk, baseDigest, readOf, request } from "./an-environment-desk.js";

describe("an environment desk", () => {
  test("answers with all that the plan needs", async () => {
    const { desk, clock, answered } = anEnvironmentDesk();
    desk.ask("job", "1", request());
    expect(desk.look("job", "1")).toEqual({ kind: "reading" });
    await clock.settle();
    const { question, warnings } = readOf(desk.look("job", "1"));
    expect(question.base).toEqual({ reference: "quay.io/base:1", digest: baseDigest });
    expect(warnings).toEqual(["1 submodules are not fetched"]);
    expect(planEnvironment(question)).toMatchObject({
      kind: "planned",
      plan: { source: { kind: "requirements", path: "requirements.txt" }, isPinned: true },
    });
    expect(answered).toEqual(["job"]);
    expect(desk.look("job", "2")).toEqual({ kind: "unasked" });
  });

  test("gives every namespace its turn, however much one of them asks", async () => {
    const { desk, clock, reader } = anEnvironmentDesk({ concurrency: 1 });
    for (const letter of ["a", "b", "c"]) desk.ask(letter, "1", request(letter.repeat(40)));
    desk.ask("other", "1", { ...request("f".repeat(40)), namespace: "team-b" });
    await clock.settle();
    expect(reader.visits.map(({ request: { commit } }) => commit[0])).toEqual(["a", "f", "b", "c"]);
  });

  test("visits a commit once for all that ask in the meantime, and then knows it", async () => {
    const { desk, clock, reader, answered, bases } = anEnvironmentDesk();
    let go = (): void => undefined;
    reader.gate = new Promise((resolve) => {
      go = resolve;
    });
    for (let job = 0; job < 20; job += 1) desk.ask(`job-${job}`, "1", request());
    await clock.settle();
    expect(reader.visits).toHaveLength(1);
    go();
    await clock.settle();
    expect(reader.visits.map(({ questions, known }) => [questions, known])).toEqual([
      [1, false],
      [19, true],
    ]);
    expect(answered).toHaveLength(20);
    expect(bases).toEqual(["quay.io/base:1"]);
  });

  test("never gives one job's reading to another with other credentials", async () => {
    const { desk, clock, reader } = anEnvironmentDesk();
    desk.ask("one", "1", { ...request(), credentialsSecret: "a" });
    desk.ask("two", "1", { ...request(), credentialsSecret: "b" });
    desk.ask("three", "1", request());
    await clock.settle();
    expect(reader.visits.map(({ request: { credentials }, known }) => [credentials?.password, known])).toEqual([
      [undefined, false],
      ["a", false],
      ["b", false],
    ]);
  });

  test("reads so many repositories at a time, each for so long", async () => {
    const { desk, clock, reader } = anEnvironmentDesk({ concurrency: 2, timeoutMs: 10_000 });
    reader.gate = new Promise(() => undefined);
    for (const digit of ["a", "b", "c"]) desk.ask(digit, "1", request(digit.repeat(40)));
    await clock.settle();
    expect(reader.visits).toHaveLength(2);
    await clock.advance(10_000);
    expect(desk.look("a", "1")).toMatchObject({ kind: "failed", reason: "GitNetwork" });
    expect(reader.visits.map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
  });

  test("passes on why a commit can't be read, and reports what is no failure of Git's", async () => {
    const { desk, clock, reader, errors } = anEnvironmentDesk();
    reader.read = ({ commit }) =>
      Promise.reject(
        commit.startsWith("a")
          ? new SourceError("SourceTooLarge", "The commit has too many files")
          : new TypeError("bug"),
      );
    desk.ask("one", "1", request());
    desk.ask("two", "1", request("b".repeat(40)));
    await clock.settle();
    expect(desk.look("one", "1")).toEqual({
      kind: "failed",
      reason: "SourceTooLarge",
      message: "The commit has too many files",
    });
    expect(desk.look("two", "1")).toMatchObject({ kind: "failed", reason: "Unknown" });
    expect(errors).toEqual([new TypeError("bug")]);
  });

  test("says that the Git Secret is missing, and reads nothing", async () => {
    const { desk, clock, reader } = anEnvironmentDesk({
      readSecret: () => Promise.reject(new KubeError({ reason: "NotFound", message: "no" })),
    });
    desk.ask("job", "1", { ...request(), credentialsSecret: "git" });
    await clock.settle();
    expect(desk.look("job", "1")).toMatchObject({ kind: "failed", reason: "SecretMissing" });
    expect(reader.visits).toHaveLength(0);
  });

  test("that runs out of memory lets go of what was used least, and reads it again when it is asked", async () => {
    const { desk, clock, reader } = anEnvironmentDesk({ memoryBytes: 10_000 });
    reader.padding = 4_000;
    for (const digit of ["a", "b", "c"]) {
      desk.ask(digit, "1", request(digit.repeat(40)));
      await clock.settle();
    }
    expect(["a", "b", "c"].map((uid) => desk.look(uid, "1").kind)).toEqual(["unasked", "read", "read"]);
    desk.ask("a", "1", request());
    await clock.settle();
    expect(desk.look("a", "1").kind).toBe("read");
    expect(desk.look("b", "1").kind).toBe("unasked");
  });

  test("that is stopped answers nothing and leaves no timer", async () => {
    const { desk, clock, reader, answered } = anEnvironmentDesk();
    let go = (): void => undefined;
    reader.gate = new Promise((resolve) => {
      go = resolve;
    });
    desk.ask("job", "1", request());
    await clock.settle();
    desk.stop();
    go();
    await clock.settle();
    desk.ask("job", "2", request());
    expect(answered).toEqual([]);
    expect(desk.look("job", "2")).toEqual({ kind: "unasked" });
    expect(clock.pending).toBe(0);
  });
});
