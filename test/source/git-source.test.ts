import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { GitSourceResolver } from "../../src/operator/source/git-source-resolver.js";
import { type GitHttpServer, startGitHttpServer } from "./git-http-server.js";
import { makeRepository, type TestRepository } from "./git-repository.js";
import { reasonOf } from "./reason-of.js";
import { LOGIN, POLICY, type ServedRepository, serveRepository } from "./served-repository.js";

const never = new AbortController().signal;

let served: ServedRepository;
let root: string;
let repository: TestRepository;
let open: GitHttpServer;
let closed: GitHttpServer;
let first: string;
let second: string;

beforeAll(async () => {
  served = await serveRepository();
  ({ root, repository, open, closed } = served);
  first = repository.commit({ "a.ipynb": "{}", "data/x.csv": "1,2\r\n" });
  repository.git("tag", "-a", "v1", "-m", "first release");
  second = repository.commit({ "a.ipynb": '{"second": true}' });
  repository.git("branch", "feature/x", first);
  repository.git("branch", "both", first);
  repository.git("tag", "both", second);
}, 60_000);

afterAll(() => served?.close());

function resolve(ref: string, url = `${open.base}/repo`, credentials?: Record<string, string>) {
  return new GitSourceResolver(POLICY).resolve({ url, ref, ...(credentials ? { credentials } : {}) }, never);
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
    const work = strict.resolve({ url: `${closed.base}/repo`, ref: "main", credentials: LOGIN }, never);
    expect(await reasonOf(work)).toMatch(/^GitRefused: Credentials are not sent/);
  });
  test("an abort ends the question", async () => {
    const abort = new AbortController();
    const silent = await startGitHttpServer({ root, intercept: () => true });
    const work = new GitSourceResolver(POLICY).resolve({ url: `${silent.base}/repo`, ref: "main" }, abort.signal);
    setTimeout(() => abort.abort(new Error("enough")), 100);
    await expect(work).rejects.toThrow("enough");
    await silent.close();
  });
  test("a server that says nothing is given up", async () => {
    const silent = await startGitHttpServer({ root, intercept: () => true });
    const hasty = new GitSourceResolver({ ...POLICY, limits: { askMs: 300 } });
    expect(await reasonOf(hasty.resolve({ url: `${silent.base}/repo`, ref: "main" }, never))).toMatch(/^GitNetwork/);
    await silent.close();
  });
});

test("a private repository opens with the Secret's password", async () => {
  expect(await resolve("main", `${closed.base}/repo`, LOGIN)).toEqual({ commit: second });
});

(process.platform === "linux" ? test : test.skip)("while git runs, no process shows the password", async () => {
  let seen: string[] | undefined;
  const watching = await startGitHttpServer({
    root,
    login: LOGIN,
    intercept(request) {
      // The second request is the one that git makes with the credentials.
      if (request.headers.authorization !== undefined) seen ??= processTexts();
      return false;
    },
  });
  expect((await resolve("main", `${watching.base}/repo`, LOGIN)).commit).toBe(second);
  await watching.close();
  const ofGit = (seen ?? []).filter((text) => text.includes("ls-remote") || text.includes("remote-http"));
  expect(ofGit.length).toBeGreaterThan(0);
  const forms = [
    LOGIN.password,
    Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString("base64"),
    encodeURIComponent(LOGIN.password),
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
