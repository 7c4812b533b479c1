import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { SourceFacts } from "../../src/build/index.js";
import type { GitPolicy } from "../../src/operator/source/git-policy.js";
import { GitSourceReader } from "../../src/operator/source/git-source-reader.js";
import { readLocalFacts } from "../../src/operator/source/local-facts.js";
import type { SourceDossier } from "../../src/operator/source-reader.js";
import { SourceError } from "../../src/operator/source-resolver.js";
import { type GitHttpServer, startGitHttpServer } from "./git-http-server.js";
import { makeRepository, type TestRepository } from "./git-repository.js";
import { type GitSshServer, hasSshd, startGitSshServer } from "./git-ssh-server.js";

// Many runs of git, on machines that do other things, too.
jest.setTimeout(60_000);

const login = { username: "ada", password: "p4ss:word/@ü" };
const policy: GitPolicy = {
  addresses: { allowLoopback: true },
  plainHttpCredentialHosts: ["127.0.0.1"],
  limits: { askMs: 20_000, fetchMs: 30_000 },
};
const never = new AbortController().signal;

let root: string;
let repository: TestRepository;
let commit: string;
let open: GitHttpServer;
let closed: GitHttpServer;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "nbv-facts-"));
  repository = makeServed("repo");
  symlinkSync("envs/prod", join(repository.directory, "current"));
  symlinkSync("requirements.txt", join(repository.directory, "alias.txt"));
  symlinkSync("/etc/passwd", join(repository.directory, "passwd"));
  symlinkSync("loop", join(repository.directory, "loop"));
  commit = repository.commit({
    "requirements.txt": "numpy==2.0.0\n-r envs/prod/more.txt\n",
    "envs/prod/more.txt": "pandas==2.2.0\r\n",
    "notebooks/a.ipynb": "{}",
    "big.bin": Buffer.alloc(17 * 1024 ** 2, "x"),
    "weights.txt": "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n",
  });
  open = await startGitHttpServer({ root });
  closed = await startGitHttpServer({ root, login });
}, 60_000);

afterAll(async () => {
  await open?.close();
  await closed?.close();
  rmSync(root, { recursive: true, force: true });
});

/** @param canFilter whether the server can leave files out */
function makeServed(name: string, canFilter = true): TestRepository {
  const made = makeRepository(join(root, name));
  made.git("config", "uploadpack.allowFilter", String(canFilter));
  made.git("config", "uploadpack.allowAnySHA1InWant", String(canFilter));
  return made;
}

interface Reading {
  readonly name?: string;
  readonly base?: string;
  readonly at?: string;
  readonly ref?: string;
  readonly credentials?: Record<string, string>;
  readonly known?: SourceDossier;
  readonly policy?: GitPolicy;
}

async function read(wanted: readonly string[], reading: Reading = {}) {
  const { name = "repo", base = open.base, at = commit, ref = "main", credentials, known } = reading;
  const request = { url: `${base}/${name}`, commit: at, ref, ...(credentials && { credentials }) };
  const { facts, dossier } = await new GitSourceReader(reading.policy ?? policy).read(
    request,
    [() => wanted],
    known,
    never,
  );
  return { facts: facts[0] as SourceFacts, dossier };
}

function textOf(facts: SourceFacts, path: string): string | undefined {
  const content = facts.files.get(path);
  return content && Buffer.from(content).toString("utf8");
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof SourceError ? `${error.reason}: ${error.message}` : String(error);
}

describe("facts of a commit", () => {
  test("are all paths with the ids that Git has, and what was wanted", async () => {
    const { facts } = await read(["requirements.txt", "envs/prod/more.txt"]);
    expect(facts.commit).toBe(commit);
    expect(facts.tree.get("")).toMatchObject({
      kind: "directory",
      objectId: repository.git("rev-parse", "HEAD^{tree}"),
    });
    expect(facts.tree.get("envs/prod")).toEqual({
      path: "envs/prod",
      kind: "directory",
      objectId: repository.git("rev-parse", "HEAD:envs/prod"),
    });
    expect(facts.tree.get("current")).toMatchObject({ kind: "link" });
    expect(facts.tree.get("notebooks/a.ipynb")).toMatchObject({ kind: "file" });
    expect(textOf(facts, "envs/prod/more.txt")).toBe("pandas==2.2.0\r\n");
    expect([...facts.files.keys()]).toEqual(["requirements.txt", "envs/prod/more.txt"]);
  });

  test("are read in a dialogue: what one file includes is asked for when that is known", async () => {
    const rounds: string[][] = [];
    const { facts } = await new GitSourceReader(policy).read(
      { url: `${open.base}/repo`, commit },
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
    const { facts } = await read(wanted);
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
    const { facts } = await read(["big.bin", "weights.txt", "requirements.txt"]);
    expect(facts.unreadable.get("big.bin")).toBe("is larger than 16777216 bytes");
    expect(facts.unreadable.get("weights.txt")).toMatch(/Git LFS pointer/);
    expect(textOf(facts, "requirements.txt")).toContain("numpy");
  });

  test("are the same from a server that can't leave files out", async () => {
    const whole = makeServed("whole", false);
    const at = whole.commit({ "requirements.txt": "a==1\n", "b.txt": "b" });
    const { facts } = await read(["requirements.txt"], { name: "whole", at });
    expect(textOf(facts, "requirements.txt")).toBe("a==1\n");
    expect(facts.tree.get("b.txt")).toMatchObject({ kind: "file" });
  });

  test("are read from a server that hands out commits only, once it is asked for one", async () => {
    const strict = makeServed("strict");
    strict.git("config", "uploadpack.allowAnySHA1InWant", "false");
    const at = strict.commit({ "requirements.txt": "a==1\n" });
    // Protocol 0 is what makes a server look at what it advertised.
    const old = await startGitHttpServer({
      root,
      intercept: (request) => {
        delete request.headers["git-protocol"];
        return false;
      },
    });
    try {
      const { facts } = await read(["requirements.txt"], { name: "strict", at, base: old.base });
      expect(textOf(facts, "requirements.txt")).toBe("a==1\n");
    } finally {
      await old.close();
    }
  });

  test("are read with credentials, and not without", async () => {
    const { facts } = await read(["requirements.txt"], { base: closed.base, credentials: login });
    expect(textOf(facts, "requirements.txt")).toContain("numpy");
    expect(await failureOf(read(["requirements.txt"], { base: closed.base }))).toMatch(/^GitAuthFailed: /);
  });

  test("of a commit that is gone are none", async () => {
    expect(await failureOf(read([], { at: "0123456789".repeat(4) }))).toMatch(/^GitRefNotFound: /);
  });
});

describe("a dossier", () => {
  test("answers what it knows without asking the server", async () => {
    const { dossier } = await read(["requirements.txt", "no.txt"]);
    const before = open.requests.length;
    const { facts } = await read(["requirements.txt", "nowhere.txt"], { known: dossier });
    expect(textOf(facts, "requirements.txt")).toContain("numpy");
    expect(open.requests).toHaveLength(before);
  });

  test("grows by what else is wanted, without the trees being sent again", async () => {
    const { dossier } = await read(["requirements.txt"]);
    const more = await read(["requirements.txt", "alias.txt", "envs/prod/more.txt"], { known: dossier });
    expect(textOf(more.facts, "envs/prod/more.txt")).toContain("pandas");
    expect(more.dossier.tree).toBe(dossier.tree);
    expect([...more.dossier.contents.keys()].sort()).toEqual(["alias.txt", "envs/prod/more.txt", "requirements.txt"]);
    expect(dossier.contents.has("envs/prod/more.txt")).toBe(false);
  });

  test("serves several questions by one visit", async () => {
    const reader = new GitSourceReader(policy);
    const questions = [() => ["requirements.txt"], () => ["notebooks/a.ipynb", "requirements.txt"]];
    const { facts } = await reader.read({ url: `${open.base}/repo`, commit }, questions, undefined, never);
    expect(facts.map(({ files }) => [...files.keys()])).toEqual([
      ["requirements.txt"],
      ["notebooks/a.ipynb", "requirements.txt"],
    ]);
  });
});

describe("a hostile repository", () => {
  test("has odd names that are names", async () => {
    const odd = makeServed("odd");
    const names = ["a b.txt", "q\"uo'te.txt", "new\nline.txt", "$(touch pwned).txt", "-r.txt", "tab\t.txt", "ü/ß.txt"];
    const at = odd.commit(Object.fromEntries(names.map((name, index) => [name, String(index)])));
    const { facts } = await read(names, { name: "odd", at });
    expect(names.map((name) => textOf(facts, name))).toEqual(names.map((_, index) => String(index)));
    expect(names.every((name) => facts.tree.get(name)?.kind === "file")).toBe(true);
  });

  test("neither runs hooks nor filters what is read", async () => {
    const filtered = makeServed("filtered");
    const at = filtered.commit({
      ".gitattributes": "*.txt text eol=crlf filter=evil ident\n",
      ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = file:///etc\n',
      ".lfsconfig": "[lfs]\n\turl = http://169.254.169.254/\n",
      "a.txt": "$Id$\nb\n",
    });
    const { facts } = await read(["a.txt"], { name: "filtered", at });
    expect(textOf(facts, "a.txt")).toBe("$Id$\nb\n");
  });

  test("has submodules, which are named and not fetched", async () => {
    const nested = makeServed("nested");
    nested.git("update-index", "--add", "--cacheinfo", `160000,${commit},libs/sub`);
    nested.git("commit", "--quiet", "-m", "submodule");
    const at = nested.git("rev-parse", "HEAD");
    const { facts, dossier } = await read(["libs/sub/requirements.txt"], { name: "nested", at });
    expect(facts.tree.get("libs/sub")).toMatchObject({ kind: "submodule" });
    expect(facts.unreadable.get("libs/sub/requirements.txt")).toBe(
      "is in the submodule libs/sub, which is not fetched",
    );
    expect(dossier.warnings).toEqual(['1 submodules are not fetched: "libs/sub"']);
  });

  test("is refused when it has more files than the limit", async () => {
    const many = makeServed("many");
    const at = many.commit(Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`f/${index}`, ""])));
    const tight = { ...policy, limits: { ...policy.limits, files: 50 } };
    expect(await failureOf(read([], { name: "many", at, policy: tight }))).toMatch(/^SourceTooLarge: .*limit is 50/);
  });

  test("whose directories name a way out is refused", async () => {
    const escape = makeServed("escape");
    const blob = escape.git(
      "rev-parse",
      escape.git("hash-object", "-w", join(repository.directory, "requirements.txt")),
    );
    const { execFileSync } = await import("node:child_process");
    const tree = execFileSync("git", ["mktree"], {
      cwd: escape.directory,
      encoding: "utf8",
      input: `100644 blob ${blob}\t..\n`,
    }).trim();
    const at = escape.git("commit-tree", tree, "-m", "evil");
    escape.git("update-ref", "refs/heads/main", at);
    expect(await failureOf(read([], { name: "escape", at }))).toMatch(/^(GitRefused|Unknown): /);
  });

  test("that sends one file too many costs that file only", async () => {
    const heavy = makeServed("heavy");
    const { randomBytes } = await import("node:crypto");
    const at = heavy.commit({ "requirements.txt": "a==1\n", "huge.bin": randomBytes(4 * 1024 ** 2) });
    const tight = { ...policy, limits: { ...policy.limits, fetchBytes: 1024 ** 2 } };
    const { facts } = await read(["huge.bin", "requirements.txt"], { name: "heavy", at, policy: tight });
    expect(textOf(facts, "requirements.txt")).toBe("a==1\n");
    expect(facts.unreadable.get("huge.bin")).toMatch(/larger than/);
  });

  test("leaves nothing behind", async () => {
    const scratch = mkdtempSync(join(tmpdir(), "nbv-scratch-"));
    const before = process.env.TMPDIR;
    process.env.TMPDIR = scratch;
    try {
      await read(["requirements.txt"]);
      await failureOf(read([], { at: "0123456789".repeat(4) }));
      expect(await readdir(scratch)).toEqual([]);
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
      rmSync(scratch, { recursive: true });
    }
  });
});

(hasSshd() ? describe : describe.skip)("over ssh", () => {
  let server: GitSshServer;
  beforeAll(async () => {
    server = await startGitSshServer(join(root, "ssh"));
  });
  afterAll(() => server?.close());

  test("facts are read with the key of the Secret and known hosts", async () => {
    const url = `ssh://${server.user}@127.0.0.1:${server.port}${join(root, "repo")}`;
    const credentials = { "ssh-privatekey": server.privateKey, known_hosts: server.knownHosts };
    const { facts } = await new GitSourceReader(policy).read(
      { url, commit, credentials },
      [() => ["requirements.txt"]],
      undefined,
      never,
    );
    expect(textOf(facts[0] as SourceFacts, "requirements.txt")).toContain("numpy");
  });
});

describe("facts of a local directory", () => {
  test("of a clean checkout are those of its commit", async () => {
    const wanted = () => ["requirements.txt", "current/more.txt", "passwd", "big.bin"];
    const local = await readLocalFacts(repository.directory, wanted);
    const { facts } = await read(wanted());
    const ids = (tree: SourceFacts["tree"]) =>
      [...tree.values()].map(({ path, kind, objectId }) => `${kind} ${objectId} ${path}`).sort();
    expect(ids(local.tree)).toEqual(ids(facts.tree));
    expect(local.files).toEqual(facts.files);
    expect(local.unreadable).toEqual(facts.unreadable);
    expect(local.commit).toBe("0".repeat(40));
  });

  test("show what was changed, added and removed since", async () => {
    const draft = makeRepository(join(root, "draft"));
    draft.commit({ "a.txt": "1", "b.txt": "2", ".gitignore": "secret\n", "x/run.sh": "#!" });
    const { rm, writeFile, chmod } = await import("node:fs/promises");
    await writeFile(join(draft.directory, "a.txt"), "changed");
    await rm(join(draft.directory, "b.txt"));
    await writeFile(join(draft.directory, "new.txt"), "n");
    await writeFile(join(draft.directory, "secret"), "s");
    await chmod(join(draft.directory, "x/run.sh"), 0o755);
    const facts = await readLocalFacts(draft.directory, () => ["a.txt"]);
    draft.git("add", "-A");
    expect([...facts.tree.keys()].sort()).toEqual(["", ".gitignore", "a.txt", "new.txt", "x", "x/run.sh"]);
    expect(facts.tree.get("")?.objectId).toBe(draft.git("write-tree"));
    expect(textOf(facts, "a.txt")).toBe("changed");
  });

  test("need no Git at all", async () => {
    const plain = mkdtempSync(join(root, "plain-"));
    const { mkdir, writeFile } = await import("node:fs/promises");
    await mkdir(join(plain, "venv"));
    await writeFile(join(plain, "venv", "x"), "");
    await writeFile(join(plain, "requirements.txt"), "a\n");
    const facts = await readLocalFacts(plain, () => ["requirements.txt"]);
    expect([...facts.tree.keys()].sort()).toEqual(["", "requirements.txt"]);
    expect(textOf(facts, "requirements.txt")).toBe("a\n");
  });
});
