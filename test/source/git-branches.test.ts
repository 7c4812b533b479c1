import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { REFS_PER_QUESTION } from "../../src/operator/branch-reader.js";
import { GitBranchReader } from "../../src/operator/source/git-branch-reader.js";
import type { GitHttpServer } from "./git-http-server.js";
import type { TestRepository } from "./git-repository.js";
import { LOGIN, POLICY, type ServedRepository, serveRepository } from "./served-repository.js";

const never = new AbortController().signal;

let served: ServedRepository;
let repository: TestRepository;
let open: GitHttpServer;
let closed: GitHttpServer;
let first: string;
let second: string;

beforeAll(async () => {
  served = await serveRepository();
  ({ repository, open, closed } = served);
  first = repository.commit({ "a.ipynb": "{}" });
  repository.git("tag", "-a", "v1", "-m", "first release");
  repository.git("branch", "both");
  second = repository.commit({ "a.ipynb": '{"second": true}' });
  repository.git("tag", "both");
  repository.git("branch", "feature/x");
  repository.git("branch", "abcd");
}, 60_000);

afterAll(() => served?.close());

async function branches(refs: readonly string[], url = `${open.base}/repo`, credentials?: Record<string, string>) {
  const reader = new GitBranchReader(POLICY);
  return Object.fromEntries(await reader.branches({ url, refs, ...(credentials && { credentials }) }, never));
}

describe("where branches are", () => {
  test("is asked in one question, whatever they are called, and annotated tags are the commits that they tag", async () => {
    const before = open.requests.length;
    const refs = ["main", "feature/x", "refs/heads/feature/x", "v1", "both", "abcd", "HEAD"];
    expect(await branches(refs)).toEqual({
      main: second,
      "feature/x": second,
      "refs/heads/feature/x": second,
      v1: first,
      both: first,
      abcd: second,
      HEAD: second,
    });
    const asked = open.requests.slice(before).filter((line) => line.startsWith("GET "));
    expect(asked).toEqual(["GET /repo/info/refs?service=git-upload-pack"]);
  });

  test("leaves out what is not there, and what never moves", async () => {
    expect(await branches(["main", "gone", first, second.slice(0, 8)])).toEqual({ main: second });
  });

  test("is told of as many branches as a question may have, however long their names are", async () => {
    const refs = Array.from({ length: REFS_PER_QUESTION - 1 }, (_, index) => `${"b".repeat(200)}-${index}`);
    for (const ref of refs) repository.git("update-ref", `refs/heads/${ref}`, first);
    const told = await branches([...refs, "main"]);
    expect(Object.keys(told)).toHaveLength(REFS_PER_QUESTION);
    expect(new Set(Object.values(told))).toEqual(new Set([first, second]));
  }, 60_000);

  test("follows a push", async () => {
    repository.git("branch", "moving", first);
    expect(await branches(["moving"])).toEqual({ moving: first });
    repository.git("branch", "--force", "moving", second);
    expect(await branches(["moving"])).toEqual({ moving: second });
  });

  test("of a private repository is told to whom may see it", async () => {
    expect(await branches(["main"], `${closed.base}/repo`, LOGIN)).toEqual({ main: second });
    await expect(branches(["main"], `${closed.base}/repo`)).rejects.toMatchObject({ reason: "GitAuthFailed" });
  });
});
