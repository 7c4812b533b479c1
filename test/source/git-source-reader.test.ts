import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { GitSourceReader } from "../../src/operator/source/git-source-reader.js";
import { FactsRepository, textOf } from "./facts-repository.js";
import { startGitHttpServer } from "./git-http-server.js";
import { reasonOf } from "./reason-of.js";
import { LOGIN, POLICY } from "./served-repository.js";

// Many runs of git, on machines that do other things, too.
jest.setTimeout(60_000);

const never = new AbortController().signal;

let source: FactsRepository;
beforeAll(async () => {
  source = await FactsRepository.serve();
}, 60_000);
afterAll(() => source?.close());

describe("facts of a commit", () => {
  test("are all paths with the ids that Git has, and what was wanted", async () => {
    const { facts } = await source.read(["requirements.txt", "envs/prod/more.txt"]);
    expect(facts.commit).toBe(source.commit);
    expect(facts.tree.get("")).toMatchObject({
      kind: "directory",
      objectId: source.served.repository.git("rev-parse", "HEAD^{tree}"),
    });
    expect(facts.tree.get("envs/prod")).toEqual({
      path: "envs/prod",
      kind: "directory",
      objectId: source.served.repository.git("rev-parse", "HEAD:envs/prod"),
    });
    expect(facts.tree.get("current")).toMatchObject({ kind: "link" });
    expect(facts.tree.get("notebooks/a.ipynb")).toMatchObject({ kind: "file" });
    expect(textOf(facts, "envs/prod/more.txt")).toBe("pandas==2.2.0\r\n");
    expect([...facts.files.keys()]).toEqual(["requirements.txt", "envs/prod/more.txt"]);
  });

  test("are read in a dialogue: what one file includes is asked for when that is known", async () => {
    const rounds: string[][] = [];
    const { facts } = await new GitSourceReader(POLICY).read(
      { url: `${source.served.open.base}/repo`, commit: source.commit },
      [
        ({ files }) => {
          rounds.push([...files.keys()]);
          const first = files.get("requirements.txt");
          const more = first && /-r (\S+)/.exec(Buffer.from(first).toString())?.[1];
          return ["requirements.txt", ...(more ? [more] : [])];
        },
      ],
      undefined,
      never,
    );
    expect(rounds).toEqual([[], ["requirements.txt"], ["requirements.txt", "envs/prod/more.txt"]]);
    expect(facts[0]?.unreadable.size).toBe(0);
  });

  test("follow links inside the tree, and never out of it", async () => {
    const wanted = ["alias.txt", "current/more.txt", "passwd", "loop", "../x", "/etc/passwd", "envs", "no.txt"];
    const { facts } = await source.read(wanted);
    expect(textOf(facts, "alias.txt")).toContain("numpy");
    expect(textOf(facts, "current/more.txt")).toContain("pandas");
    expect(Object.fromEntries(facts.unreadable)).toEqual({
      passwd: "is reached through a symbolic link that leads out of the repository",
      loop: "is a symbolic link that leads nowhere",
      "../x": "leads out of the repository",
      "/etc/passwd": "is no path of the repository",
      envs: "is a directory",
      "no.txt": "is not in the repository",
    });
  });

  test("say of what is too large or kept elsewhere that it is not read", async () => {
    const { facts } = await source.read(["big.bin", "weights.txt", "requirements.txt"]);
    expect(facts.unreadable.get("big.bin")).toBe("is larger than 16777216 bytes");
    expect(facts.unreadable.get("weights.txt")).toMatch(/Git LFS pointer/);
    expect(textOf(facts, "requirements.txt")).toContain("numpy");
  });

  test("are the same from a server that can't leave files out", async () => {
    const whole = source.make("whole", false);
    const at = whole.commit({ "requirements.txt": "a==1\n", "b.txt": "b" });
    const { facts } = await source.read(["requirements.txt"], { name: "whole", at });
    expect(textOf(facts, "requirements.txt")).toBe("a==1\n");
    expect(facts.tree.get("b.txt")).toMatchObject({ kind: "file" });
  });

  test("are read from a server that hands out commits only, once it is asked for one", async () => {
    const strict = source.make("strict");
    strict.git("config", "uploadpack.allowAnySHA1InWant", "false");
    const at = strict.commit({ "requirements.txt": "a==1\n" });
    // Protocol 0 is what makes a server look at what it advertised.
    const old = await startGitHttpServer({
      root: source.served.root,
      intercept: (request) => {
        delete request.headers["git-protocol"];
        return false;
      },
    });
    try {
      const { facts } = await source.read(["requirements.txt"], { name: "strict", at, base: old.base });
      expect(textOf(facts, "requirements.txt")).toBe("a==1\n");
    } finally {
      await old.close();
    }
  });

  test("are read with credentials, and not without", async () => {
    const { facts } = await source.read(["requirements.txt"], { base: source.served.closed.base, credentials: LOGIN });
    expect(textOf(facts, "requirements.txt")).toContain("numpy");
    expect(await reasonOf(source.read(["requirements.txt"], { base: source.served.closed.base }))).toMatch(
      /^GitAuthFailed: /,
    );
  });

  test("of a commit that is gone are none", async () => {
    expect(await reasonOf(source.read([], { at: "0123456789".repeat(4) }))).toMatch(/^GitRefNotFound: /);
  });
});

describe("a dossier", () => {
  test("answers what it knows without asking the server", async () => {
    const { dossier } = await source.read(["requirements.txt", "no.txt"]);
    const before = source.served.open.requests.length;
    const { facts } = await source.read(["requirements.txt", "nowhere.txt"], { known: dossier });
    expect(textOf(facts, "requirements.txt")).toContain("numpy");
    expect(source.served.open.requests).toHaveLength(before);
  });

  test("grows by what else is wanted, without the trees being sent again", async () => {
    const { dossier } = await source.read(["requirements.txt"]);
    const more = await source.read(["requirements.txt", "alias.txt", "envs/prod/more.txt"], { known: dossier });
    expect(textOf(more.facts, "envs/prod/more.txt")).toContain("pandas");
    expect(more.dossier.tree).toBe(dossier.tree);
    expect([...more.dossier.contents.keys()].sort()).toEqual(["alias.txt", "envs/prod/more.txt", "requirements.txt"]);
    expect(dossier.contents.has("envs/prod/more.txt")).toBe(false);
  });

  test("serves several questions by one visit", async () => {
    const reader = new GitSourceReader(POLICY);
    const questions = [() => ["requirements.txt"], () => ["notebooks/a.ipynb", "requirements.txt"]];
    const { facts } = await reader.read(
      { url: `${source.served.open.base}/repo`, commit: source.commit },
      questions,
      undefined,
      never,
    );
    expect(facts.map(({ files }) => [...files.keys()])).toEqual([
      ["requirements.txt"],
      ["notebooks/a.ipynb", "requirements.txt"],
    ]);
  });
});
