import { describe, expect, test } from "@jest/globals";
import { effectiveSpec, parseOperatorConfig } from "../../src/api/index.js";
import { NotebookValidationJobSpec } from "../../src/api/v1alpha1/spec.js";
import { planEnvironment, type SourceFacts, type TreeEntry } from "../../src/build/index.js";
import { KubeError } from "../../src/kube/kube-error.js";
import { ManualClock } from "../../src/kube/manual-clock.js";
import type { EnvironmentSeen } from "../../src/operator/decide/build-observation.js";
import { EnvironmentDesk, type EnvironmentDeskOptions } from "../../src/operator/environment-desk.js";
import { type FoundImage, RegistryError } from "../../src/operator/image-registry.js";
import { gatherFacts } from "../../src/operator/source/gather-facts.js";
import type {
  Content,
  SourceAnswer,
  SourceDossier,
  SourceFactsRequest,
  SourceReader,
} from "../../src/operator/source-reader.js";
import { SourceError } from "../../src/operator/source-resolver.js";

const baseDigest = `sha256:${"ba".repeat(32)}`;
const config = parseOperatorConfig({ registry: { host: "registry.local" } });

function request(commit = "a".repeat(40), path = "notebooks/a.ipynb") {
  const git = { url: "https://git.example/x.git", ref: "main" };
  const podConfig = { buildConfig: { enabled: true } };
  const { build } = effectiveSpec(NotebookValidationJobSpec.parse({ notebook: { git, path }, podConfig }), config);
  if (build === undefined) throw new Error("nothing is built");
  const baseImage = "quay.io/base:1";
  return { namespace: "team-a", ...git, commit, notebook: path, build, baseImage, isInsecure: false };
}

/** A repository in memory that can be held up. */
class Repository implements SourceReader {
  readonly visits: { request: SourceFactsRequest; questions: number; known: boolean; signal: AbortSignal }[] = [];
  /** Resolves when the next visit may go on. */
  gate: Promise<void> = Promise.resolve();
  padding = 0;

  constructor(private readonly files: Readonly<Record<string, string>>) {}

  async read(...[request, questions, known, signal]: Parameters<SourceReader["read"]>): Promise<SourceAnswer> {
    this.visits.push({ request, questions: questions.length, known: known !== undefined, signal });
    await this.gate;
    const tree = new Map<string, TreeEntry>([["", { path: "", kind: "directory", objectId: "0" }]]);
    for (const path of Object.keys(this.files)) tree.set(path, { path, kind: "file", objectId: path });
    const contents = new Map<string, Content>([["padding", new Uint8Array(this.padding)]]);
    const read = (entries: readonly TreeEntry[]) =>
      Promise.resolve(new Map(entries.map(({ path }) => [path, Buffer.from(this.files[path] ?? "")])));
    const { commit } = request;
    const facts: SourceFacts[] = [];
    for (const wanted of questions) facts.push(await gatherFacts({ commit, tree }, wanted, read, contents));
    const dossier: SourceDossier = { commit, tree, contents, warnings: ["1 submodules are not fetched"] };
    return { dossier, facts };
  }
}

function aDesk(options: Partial<EnvironmentDeskOptions> = {}) {
  const clock = new ManualClock();
  const answered: string[] = [];
  const errors: unknown[] = [];
  const bases: string[] = [];
  const reader = new Repository({ "notebooks/a.ipynb": "{}", "requirements.txt": "numpy==2.0.0\n" });
  const desk = new EnvironmentDesk({
    clock,
    reader,
    registry: {
      digestOf: ({ host, path, tag }) => {
        bases.push(`${host}/${path}:${tag}`);
        return Promise.resolve(baseDigest);
      },
      find: () => Promise.resolve(undefined),
      tag: () => Promise.reject(new Error("not asked")),
    },
    readSecret: (_namespace, name) => Promise.resolve({ password: name }),
    onAnswer: (uid) => answered.push(uid),
    onError: (error) => errors.push(error),
    ...options,
  });
  return { desk, clock, answered, errors, reader, bases };
}

function readOf(seen: EnvironmentSeen) {
  if (seen.kind !== "read") throw new Error(JSON.stringify(seen));
  return seen;
}

describe("an environment desk", () => {
  test("answers with all that the plan needs", async () => {
    const { desk, clock, answered } = aDesk();
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

  test("visits a commit once for all that ask in the meantime, and then knows it", async () => {
    const { desk, clock, reader, answered, bases } = aDesk();
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
    const { desk, clock, reader } = aDesk();
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
    const { desk, clock, reader } = aDesk({ concurrency: 2, timeoutMs: 10_000 });
    reader.gate = new Promise(() => undefined);
    for (const digit of ["a", "b", "c"]) desk.ask(digit, "1", request(digit.repeat(40)));
    await clock.settle();
    expect(reader.visits).toHaveLength(2);
    await clock.advance(10_000);
    expect(desk.look("a", "1")).toMatchObject({ kind: "failed", reason: "GitNetwork" });
    expect(reader.visits.map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
  });

  test("passes on why a commit can't be read, and reports what is no failure of Git's", async () => {
    const { desk, clock, reader, errors } = aDesk();
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
    const { desk, clock, reader } = aDesk({
      readSecret: () => Promise.reject(new KubeError({ reason: "NotFound", message: "no" })),
    });
    desk.ask("job", "1", { ...request(), credentialsSecret: "git" });
    await clock.settle();
    expect(desk.look("job", "1")).toMatchObject({ kind: "failed", reason: "SecretMissing" });
    expect(reader.visits).toHaveLength(0);
  });

  test("that runs out of memory lets go of what was used least, and reads it again when it is asked", async () => {
    const { desk, clock, reader } = aDesk({ memoryBytes: 10_000 });
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
    const { desk, clock, reader, answered } = aDesk();
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

describe("a base image", () => {
  /** A registry that says what it is told to. */
  function withBase(answers: (string | undefined | Error)[], secret?: () => Promise<Record<string, string>>) {
    const asked: unknown[] = [];
    const made = aDesk({
      registry: {
        digestOf: (_image, access) => {
          asked.push(access.secrets);
          const answer = answers.shift();
          return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
        },
        find: () => Promise.resolve(undefined),
        tag: () => Promise.reject(new Error("not asked")),
      },
      ...(secret && { readSecret: secret }),
    });
    return { ...made, asked };
  }

  test("tells who it runs as, also when it is named by digest; a registry that can't say it keeps nobody waiting", async () => {
    const baseOf = async (baseImage: string, found: () => Promise<FoundImage | undefined>) => {
      const registry = {
        digestOf: () => Promise.resolve(baseDigest),
        find: found,
        tag: () => Promise.reject(new Error("not asked")),
      };
      const { desk, clock, errors } = aDesk({ registry });
      desk.ask("job", "1", { ...request(), baseImage });
      await clock.settle();
      expect(errors).toEqual([]);
      return readOf(desk.look("job", "1")).question.base;
    };
    const image = { digest: baseDigest, labels: {} };
    const reference = "quay.io/base:1";
    const base = { reference, digest: baseDigest };
    expect(await baseOf(reference, () => Promise.resolve({ ...image, user: "185" }))).toEqual({ ...base, user: "185" });
    expect(await baseOf(reference, () => Promise.resolve(image))).toEqual({ ...base, user: "" });
    expect(await baseOf(reference, () => Promise.reject(new RegistryError("invalid", "no image")))).toEqual(base);
    const named = `quay.io/base@${baseDigest}`;
    expect(await baseOf(named, () => Promise.resolve({ ...image, user: "185" }))).toEqual({
      reference: named,
      digest: baseDigest,
      user: "185",
    });
    expect(await baseOf(named, () => Promise.reject(new RegistryError("denied", "no")))).toEqual({
      reference: named,
      digest: baseDigest,
    });
  });

  test("whose registry is down is used by its tag, and the job is told", async () => {
    const { desk, clock, errors } = withBase([new RegistryError("unavailable", "The registry quay.io is down")]);
    desk.ask("job", "1", request());
    await clock.settle();
    const { question, warnings } = readOf(desk.look("job", "1"));
    expect(question.base).toEqual({ reference: "quay.io/base:1" });
    expect(warnings.at(-1)).toMatch(/used by its tag: The registry quay.io is down/);
    expect(errors).toEqual([]);
  });

  test("keeps its digest while the registry is silent, so that nothing is built anew for that", async () => {
    const { desk, clock } = withBase([baseDigest, new RegistryError("unavailable", "down")]);
    desk.ask("job", "1", request());
    await clock.settle();
    await clock.advance(600_000);
    desk.ask("job", "2", request());
    await clock.settle();
    const { question, warnings } = readOf(desk.look("job", "2"));
    expect(question.base.digest).toBe(baseDigest);
    expect(warnings.at(-1)).toMatch(/as it was a while ago/);
  });

  test("is asked about again after five minutes, and not before", async () => {
    const other = baseDigest.replace("ba", "cc");
    const { desk, clock, asked } = withBase([baseDigest, other]);
    const digestNow = async (ticket: string) => {
      desk.ask("job", ticket, request());
      await clock.settle();
      return readOf(desk.look("job", ticket)).question.base.digest;
    };
    expect([await digestNow("1"), await digestNow("2")]).toEqual([baseDigest, baseDigest]);
    await clock.advance(300_000);
    expect(await digestNow("3")).toBe(other);
    expect(asked).toHaveLength(2);
  });

  test("by its digest is what it is, and nobody is asked", async () => {
    const { desk, clock, asked } = withBase([]);
    desk.ask("job", "1", { ...request(), baseImage: `quay.io/base:1@${baseDigest}` });
    await clock.settle();
    expect(readOf(desk.look("job", "1")).question.base.digest).toBe(baseDigest);
    expect(asked).toEqual([]);
  });

  test("that does not exist is told, and left to the build", async () => {
    const { desk, clock } = withBase([undefined]);
    desk.ask("job", "1", request());
    await clock.settle();
    expect(readOf(desk.look("job", "1")).warnings.at(-1)).toBe("the registry quay.io has no image quay.io/base:1");
  });

  test("whose pull Secret is missing is asked for without, and the job is told", async () => {
    const { desk, clock, asked } = withBase([baseDigest], () =>
      Promise.reject(new KubeError({ reason: "NotFound", message: "no" })),
    );
    desk.ask("job", "1", { ...request(), pullSecret: "pull" });
    await clock.settle();
    const { question, warnings } = readOf(desk.look("job", "1"));
    expect(question.base.digest).toBe(baseDigest);
    expect(warnings).toContain("the Secret pull with the registry's credentials does not exist");
    expect(asked).toEqual([[]]);
  });
});
