import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fetchCommit } from "../../src/operator/source/fetch-commit.js";
import type { GitPolicy } from "../../src/operator/source/git-policy.js";
import { GitSourceResolver } from "../../src/operator/source/git-source-resolver.js";
import { type GitHttpServer, startGitHttpServer } from "./git-http-server.js";
import { makeRepository, type TestRepository } from "./git-repository.js";
import { type GitSshServer, hasSshd, startGitSshServer } from "./git-ssh-server.js";

const login = { username: "ada", password: "p4ss:word/@ü" };
const policy: GitPolicy = {
  addresses: { allowLoopback: true },
  plainHttpCredentialHosts: ["127.0.0.1"],
  limits: { askMs: 20_000, fetchMs: 30_000 },
};
const never = new AbortController().signal;

let root: string;
let repository: TestRepository;
let open: GitHttpServer;
let closed: GitHttpServer;
let first: string;
let second: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "nbv-test-"));
  repository = makeRepository(join(root, "repo"));
  first = repository.commit({ "a.ipynb": "{}", "data/x.csv": "1,2\r\n" });
  repository.git("tag", "-a", "v1", "-m", "first release");
  second = repository.commit({ "a.ipynb": '{"second": true}' });
  repository.git("branch", "feature/x", first);
  repository.git("branch", "both", first);
  repository.git("tag", "both", second);
  open = await startGitHttpServer({ root });
  closed = await startGitHttpServer({ root, login });
}, 60_000);

afterAll(async () => {
  await open?.close();
  await closed?.close();
  rmSync(root, { recursive: true, force: true });
});

function resolve(ref: string, url = `${open.base}/repo`, credentials?: Record<string, string>) {
  return new GitSourceResolver(policy).resolve({ url, ref, ...(credentials ? { credentials } : {}) }, never);
}

async function reasonOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const { reason, message } = error as { reason?: string; message?: string };
  return `${reason}: ${message}`;
}

describe("names become commits", () => {
  test("a branch is its tip", async () => expect(await resolve("main")).toEqual({ commit: second }));
  test("a branch with a slash", async () => expect(await resolve("feature/x")).toEqual({ commit: first }));
  test("an annotated tag is the commit it tags", async () => expect(await resolve("v1")).toEqual({ commit: first }));
  test("a full ref name", async () => expect(await resolve("refs/tags/v1")).toEqual({ commit: first }));
  test("HEAD", async () => expect(await resolve("HEAD")).toEqual({ commit: second }));
  test("a full commit", async () => expect(await resolve(first)).toEqual({ commit: first }));
  test("an abbreviated commit that a ref points to", async () =>
    expect(await resolve(second.slice(0, 8))).toEqual({ commit: second }));

  test("a branch wins over a tag of the same name, and says so", async () => {
    const answer = await resolve("both");
    expect(answer.commit).toBe(first);
    expect(answer.warning).toMatch(/both a branch and a tag/);
    expect((await resolve("refs/tags/both")).commit).toBe(second);
  });

  test("commits in the history of a branch are found, whole or abbreviated", async () => {
    const deep = makeRepository(join(root, "deep"));
    const old = deep.commit({ f: "1" });
    deep.commit({ f: "2" });
    deep.commit({ f: "3" });
    expect(await resolve(old, `${open.base}/deep`)).toEqual({ commit: old });
    expect(await resolve(old.slice(0, 9), `${open.base}/deep`)).toEqual({ commit: old });
  });

  test("a misspelt branch gets the near names", async () =>
    expect(await reasonOf(resolve("mian"))).toMatch(/^GitRefNotFound: .*did you mean main\?/));
  test("a commit that is nowhere", async () =>
    expect(await reasonOf(resolve("0123456789012345678901234567890123456789"))).toMatch(/^GitRefNotFound/));
});

describe("what goes wrong is told apart", () => {
  test("no such repository", async () =>
    expect(await reasonOf(resolve("main", `${open.base}/nothing`))).toMatch(/^GitNotFound/));
  test("nobody listens", async () =>
    expect(await reasonOf(resolve("main", "http://127.0.0.1:9/repo"))).toMatch(/^GitNetwork/));
  test("a private repository without credentials", async () =>
    expect(await reasonOf(resolve("main", `${closed.base}/repo`))).toMatch(/^GitAuthFailed/));
  test("a wrong password, which the message does not repeat", async () => {
    const text = await reasonOf(resolve("main", `${closed.base}/repo`, { username: "ada", password: "wr0ng-pass" }));
    expect(text).toMatch(/^GitAuthFailed/);
    expect(text).not.toContain("wr0ng");
  });
  test("loopback is refused unless allowed", async () => {
    const strict = new GitSourceResolver({});
    const work = strict.resolve({ url: `${open.base}/repo`, ref: "main" }, never);
    expect(await reasonOf(work)).toMatch(/^GitRefused: .*loopback address/);
  });
  test("credentials do not travel over plain http unless allowed", async () => {
    const strict = new GitSourceResolver({ addresses: { allowLoopback: true } });
    const work = strict.resolve({ url: `${closed.base}/repo`, ref: "main", credentials: login }, never);
    expect(await reasonOf(work)).toMatch(/^GitRefused: Credentials are not sent/);
  });
  test("an abort ends the question", async () => {
    const abort = new AbortController();
    const silent = await startGitHttpServer({ root, intercept: () => true });
    const work = new GitSourceResolver(policy).resolve({ url: `${silent.base}/repo`, ref: "main" }, abort.signal);
    setTimeout(() => abort.abort(new Error("enough")), 100);
    await expect(work).rejects.toThrow("enough");
    await silent.close();
  });
  test("a server that says nothing is given up", async () => {
    const silent = await startGitHttpServer({ root, intercept: () => true });
    const hasty = new GitSourceResolver({ ...policy, limits: { askMs: 300 } });
    expect(await reasonOf(hasty.resolve({ url: `${silent.base}/repo`, ref: "main" }, never))).toMatch(/^GitNetwork/);
    await silent.close();
  });
});

test("a private repository opens with the Secret's password", async () => {
  expect(await resolve("main", `${closed.base}/repo`, login)).toEqual({ commit: second });
});

(process.platform === "linux" ? test : test.skip)("while git runs, no process shows the password", async () => {
  let seen: string[] | undefined;
  const watching = await startGitHttpServer({
    root,
    login,
    intercept(request) {
      // The second request is the one that git makes with the credentials.
      if (request.headers.authorization !== undefined) seen ??= processTexts();
      return false;
    },
  });
  expect((await resolve("main", `${watching.base}/repo`, login)).commit).toBe(second);
  await watching.close();
  const ofGit = (seen ?? []).filter((text) => text.includes("ls-remote") || text.includes("remote-http"));
  expect(ofGit.length).toBeGreaterThan(0);
  const forms = [
    login.password,
    Buffer.from(`${login.username}:${login.password}`).toString("base64"),
    encodeURIComponent(login.password),
  ];
  for (const text of seen ?? []) for (const form of forms) expect(text.includes(form)).toBe(false);
});

describe("redirects", () => {
  test("within the host are followed", async () => {
    const server = await startGitHttpServer({
      root,
      intercept(request, response) {
        if (request.url?.startsWith("/old") !== true) return false;
        response.writeHead(301, { location: request.url.replace("/old", "/repo") }).end();
        return true;
      },
    });
    expect(await resolve("main", `${server.base}/old`)).toEqual({ commit: second });
    await server.close();
  });

  test("to another host are refused, and no request reaches it", async () => {
    const before = open.requests.length;
    const elsewhere = open.base.replace("127.0.0.1", "localhost");
    const server = await startGitHttpServer({
      root,
      intercept(request, response) {
        response.writeHead(302, { location: `${elsewhere}${request.url}` }).end();
        return true;
      },
    });
    expect(await reasonOf(resolve("main", `${server.base}/repo`))).toMatch(/^GitRefused: .*redirects to localhost/);
    expect(open.requests).toHaveLength(before);
    await server.close();
  });

  test.each([
    ["file:///etc/passwd", /^GitRefused: .*redirects to file:\/\/, which/],
    ["ext::sh -c id", /^GitRefused: .*redirects to ext:\/\/, which/],
    ["http://[", /^GitNotFound: .*not a URL/],
  ])("to %s are refused in words", async (location, words) => {
    const server = await startGitHttpServer({
      root,
      intercept(_request, response) {
        response.writeHead(302, { location }).end();
        return true;
      },
    });
    expect(await reasonOf(resolve("main", `${server.base}/repo`))).toMatch(words);
    await server.close();
  });
});

describe("fetching a commit", () => {
  const fetchInto = async (commit: string, url: string, extra: Partial<Parameters<typeof fetchCommit>[0]> = {}) => {
    const into = mkdtempSync(join(root, "into-"));
    const scratch = mkdtempSync(join(root, "scratch-"));
    const written = await fetchCommit({ url, commit, into, scratch, ...extra }, policy);
    expect(readdirSync(scratch)).toEqual([]);
    return { into, written };
  };

  test("writes its files byte for byte and nothing of git", async () => {
    const { into, written } = await fetchInto(first, `${open.base}/repo`);
    expect(readdirSync(into).sort()).toEqual(["a.ipynb", "data"]);
    expect(readFileSync(join(into, "data/x.csv"), "utf8")).toBe("1,2\r\n");
    expect(written).toEqual({ files: 2, bytes: 7, warnings: [] });
  });

  test("works where the server hands out branches and tags only", async () => {
    const dumb = await startGitHttpServer({
      root,
      intercept(request) {
        delete request.headers["git-protocol"];
        return false;
      },
    });
    const { into } = await fetchInto(first, `${dumb.base}/repo`);
    expect(existsSync(join(into, "a.ipynb"))).toBe(true);
    const older = makeRepository(join(root, "older"));
    const old = older.commit({ f: "1" });
    older.commit({ f: "2" });
    const deep = await fetchInto(old, `${dumb.base}/older`, { ref: "main" });
    expect(readFileSync(join(deep.into, "f"), "utf8")).toBe("1");
    await dumb.close();
  });

  test("stops at the limits of size and number", async () => {
    const into = () => mkdtempSync(join(root, "into-"));
    const big = makeRepository(join(root, "big"));
    const { randomBytes } = await import("node:crypto");
    const commit = big.commit({ "big.bin": randomBytes(3_000_000), a: "", b: "", c: "" });
    const limited = (limits: GitPolicy["limits"]) =>
      reasonOf(fetchCommit({ url: `${open.base}/big`, commit, into: into() }, { ...policy, limits: limits ?? {} }));
    expect(await limited({ fetchBytes: 1_000_000 })).toMatch(/^SourceTooLarge: The repository is larger/);
    expect(await limited({ fileBytes: 1_000_000 })).toMatch(/^SourceTooLarge: "big.bin" has 3000000 bytes/);
    expect(await limited({ treeBytes: 1_000_000 })).toMatch(/^SourceTooLarge: The commit's files have/);
    expect(await limited({ files: 3 })).toMatch(/^SourceTooLarge: The commit has 4 files/);
  }, 30_000);

  test("of a repository with SHA-256 object names", async () => {
    mkdirSync(join(root, "sha256"));
    const modern = makeRepository(join(root, "sha256"));
    rmSync(join(root, "sha256/.git"), { recursive: true });
    modern.git("init", "--quiet", "--object-format=sha256", "-b", "main");
    const commit = modern.commit({ f: "long names" });
    expect(commit).toHaveLength(64);
    expect(await resolve("main", `${open.base}/sha256`)).toEqual({ commit });
    const { into } = await fetchInto(commit, `${open.base}/sha256`);
    expect(readFileSync(join(into, "f"), "utf8")).toBe("long names");
  });
});

(hasSshd() ? describe : describe.skip)("over ssh", () => {
  let server: GitSshServer;
  beforeAll(async () => {
    server = await startGitSshServer(join(root, "sshd"));
  }, 30_000);
  afterAll(async () => server?.close());
  const url = () => `ssh://${server.user}@127.0.0.1:${server.port}${root}/repo`;

  test("a key and its known host open the repository, and the key file is gone afterwards", async () => {
    const credentials = {
      "ssh-privatekey": server.privateKey.replaceAll("\n", "\r\n"),
      known_hosts: server.knownHosts,
    };
    expect(await resolve("main", url(), credentials)).toEqual({ commit: second });
    const into = mkdtempSync(join(root, "into-"));
    const scratch = mkdtempSync(join(root, "scratch-"));
    await fetchCommit({ url: url(), commit: first, credentials, into, scratch }, policy);
    expect(readdirSync(into).sort()).toEqual(["a.ipynb", "data"]);
    expect(readdirSync(scratch)).toEqual([]);
  });

  test("an unknown host is a failure with advice", async () => {
    const text = await reasonOf(resolve("main", url(), { "ssh-privatekey": server.privateKey }));
    expect(text).toMatch(/^GitUntrusted: .*ssh-keyscan -p \d+ 127\.0\.0\.1/);
  });

  test("a host whose key differs is a failure", async () => {
    const other = "AAAAC3NzaC1lZDI1NTE5AAAAIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIII";
    const known_hosts = `[127.0.0.1]:${server.port} ssh-ed25519 ${other}`;
    const text = await reasonOf(resolve("main", url(), { "ssh-privatekey": server.privateKey, known_hosts }));
    expect(text).toMatch(/^GitUntrusted: .*differs/);
  });

  test("a key that the server does not know is refused", async () => {
    const { execFileSync } = await import("node:child_process");
    const file = join(root, "stranger");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
    const credentials = { "ssh-privatekey": readFileSync(file, "utf8"), known_hosts: server.knownHosts };
    expect(await reasonOf(resolve("main", url(), credentials))).toMatch(/^GitAuthFailed/);
  });

  test("text that is no key is told as such", async () => {
    const credentials = { "ssh-privatekey": "not a key", known_hosts: server.knownHosts };
    expect(await reasonOf(resolve("main", url(), credentials))).toMatch(/^GitAuthFailed: .*ssh-privatekey/);
  });
});

/** Command line and environment of every process that we may look at. */
function processTexts(): string[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return [["cmdline", "environ"].map((file) => readFileSync(`/proc/${name}/${file}`, "utf8")).join("\n")];
    } catch {
      return [];
    }
  });
}
