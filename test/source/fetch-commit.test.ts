import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fetchCommit } from "../../src/operator/source/fetch-commit.js";
import type { GitPolicy } from "../../src/operator/source/git-policy.js";
import { GitSourceResolver } from "../../src/operator/source/git-source-resolver.js";
import { startGitHttpServer } from "./git-http-server.js";
import { makeRepository } from "./git-repository.js";
import { reasonOf } from "./reason-of.js";
import { POLICY, type ServedRepository, serveRepository } from "./served-repository.js";

let served: ServedRepository;
let first: string;

beforeAll(async () => {
  served = await serveRepository();
  first = served.repository.commit({ "a.ipynb": "{}", "data/x.csv": "1,2\r\n" });
  served.repository.commit({ "a.ipynb": '{"second": true}' });
}, 60_000);

afterAll(() => served?.close());

describe("fetching a commit", () => {
  const fetchInto = async (commit: string, url: string, extra: Partial<Parameters<typeof fetchCommit>[0]> = {}) => {
    const into = mkdtempSync(join(served.root, "into-"));
    const scratch = mkdtempSync(join(served.root, "scratch-"));
    const written = await fetchCommit({ url, commit, into, scratch, ...extra }, POLICY);
    expect(readdirSync(scratch)).toEqual([]);
    return { into, written };
  };

  test("writes its files byte for byte and nothing of git", async () => {
    const { into, written } = await fetchInto(first, `${served.open.base}/repo`);
    expect(readdirSync(into).sort()).toEqual(["a.ipynb", "data"]);
    expect(readFileSync(join(into, "data/x.csv"), "utf8")).toBe("1,2\r\n");
    expect(written).toEqual({ files: 2, bytes: 7, warnings: [] });
  });

  test("works where the server hands out branches and tags only", async () => {
    const dumb = await startGitHttpServer({
      root: served.root,
      intercept(request) {
        delete request.headers["git-protocol"];
        return false;
      },
    });
    const { into } = await fetchInto(first, `${dumb.base}/repo`);
    expect(existsSync(join(into, "a.ipynb"))).toBe(true);
    const older = makeRepository(join(served.root, "older"));
    const old = older.commit({ f: "1" });
    older.commit({ f: "2" });
    const deep = await fetchInto(old, `${dumb.base}/older`, { ref: "main" });
    expect(readFileSync(join(deep.into, "f"), "utf8")).toBe("1");
    await dumb.close();
  });

  test("stops at the limits of size and number", async () => {
    const into = () => mkdtempSync(join(served.root, "into-"));
    const big = makeRepository(join(served.root, "big"));
    const commit = big.commit({ "big.bin": randomBytes(3_000_000), a: "", b: "", c: "" });
    const limited = (limits: GitPolicy["limits"]) =>
      reasonOf(
        fetchCommit({ url: `${served.open.base}/big`, commit, into: into() }, { ...POLICY, limits: limits ?? {} }),
      );
    expect(await limited({ fetchBytes: 1_000_000 })).toMatch(/^SourceTooLarge: The repository is larger/);
    expect(await limited({ fileBytes: 1_000_000 })).toMatch(/^SourceTooLarge: "big.bin" has 3000000 bytes/);
    expect(await limited({ treeBytes: 1_000_000 })).toMatch(/^SourceTooLarge: The commit's files have/);
    expect(await limited({ files: 3 })).toMatch(/^SourceTooLarge: The commit has 4 files/);
  }, 30_000);

  test("of a repository with SHA-256 object names", async () => {
    mkdirSync(join(served.root, "sha256"));
    const modern = makeRepository(join(served.root, "sha256"));
    rmSync(join(served.root, "sha256/.git"), { recursive: true });
    modern.git("init", "--quiet", "--object-format=sha256", "-b", "main");
    const commit = modern.commit({ f: "long names" });
    expect(commit).toHaveLength(64);
    const url = `${served.open.base}/sha256`;
    const resolver = new GitSourceResolver(POLICY);
    expect(await resolver.resolve({ url, ref: "main" }, new AbortController().signal)).toEqual({ commit });
    const { into } = await fetchInto(commit, url);
    expect(readFileSync(join(into, "f"), "utf8")).toBe("long names");
  });
});
