import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { ComparisonResult } from "../../src/api/index.js";
import { type GitHttpServer, startGitHttpServer } from "../source/git-http-server.js";
import { makeRepository } from "../source/git-repository.js";
import { buildNbv, code, job, manifest, notebook, secret, writeFiles } from "./nbv.js";
import { type FinishedRun, Workshop } from "./workshop.js";

jest.setTimeout(90_000);

const login = { username: "ada", password: "hunter2-is-not-enough" };
const workshop = new Workshop();
const { root } = workshop;
let server: GitHttpServer;
let closed: GitHttpServer;
let commit: string;

const SOURCE = "print('accuracy', 0.93)\nassert 0.93 > 0.5";

/** The notebook as it came out of a run. */
function executed(text: string): string {
  const outputs = [{ output_type: "stream", name: "stdout", text }];
  return notebook({ ...code(SOURCE), outputs, execution_count: 1 });
}

beforeAll(async () => {
  buildNbv();
  const repository = makeRepository(join(root, "repo"));
  repository.commit({ "nb.ipynb": notebook(code(SOURCE)), "golden/nb.ipynb": executed("accuracy 0.93\n") });
  const golden = makeRepository(join(root, "golden"));
  commit = golden.commit({ "right.ipynb": executed("accuracy 0.93001\n"), "wrong.ipynb": executed("accuracy 0.81\n") });
  server = await startGitHttpServer({ root });
  closed = await startGitHttpServer({ root, login });
}, 180_000);

afterAll(async () => {
  await server?.close();
  await closed?.close();
  workshop.close();
});

function comparison({ first }: FinishedRun): ComparisonResult | undefined {
  return (first?.status as { comparisonResult?: ComparisonResult } | undefined)?.comparisonResult;
}

const source = () => ({ git: { url: `${server.base}/repo`, ref: "main" }, path: "nb.ipynb" });

describe("a golden notebook", () => {
  test("of the notebook's own commit is matched", async () => {
    const ended = await workshop.run(job("own", source(), { goldenNotebook: { path: "golden/nb.ipynb" } }));
    expect(ended.code).toBe(0);
    expect(comparison(ended)).toMatchObject({ result: "matched", totalCells: 1, matchedCells: 1, mismatchedCells: 0 });
    expect(ended.first?.status.validationChecks).toContainEqual(
      expect.objectContaining({ type: "OutputVerification", status: "Passed" }),
    );
  });

  test("of another repository is fetched with its own credentials, and its commit is told", async () => {
    const git = { url: `${closed.base}/golden`, ref: "main", credentialsSecret: "golden-git" };
    const text = manifest(
      job("other", source(), { goldenNotebook: { path: "right.ipynb", git } }),
      secret("golden-git", login, "kubernetes.io/basic-auth"),
    );
    const ended = await workshop.run(text);
    expect(ended.code).toBe(0);
    expect(comparison(ended)).toMatchObject({ result: "matched" });
    expect(ended.first?.status.source).toMatchObject({ goldenCommit: commit });
    expect(ended.everything).not.toContain(login.password);
  });

  test("that is not matched fails the job, with the difference in status and report", async () => {
    const git = { url: `${server.base}/golden`, ref: "main" };
    const ended = await workshop.run(job("wrong", source(), { goldenNotebook: { path: "wrong.ipynb", git } }));
    expect(ended.code).toBe(1);
    expect(ended.first?.status).toMatchObject({ phase: "Failed", reason: "ComparisonFailed" });
    expect(comparison(ended)).toMatchObject({
      result: "failed",
      mismatchedCells: 1,
      diffs: [{ cellIndex: 0, diffType: "output_mismatch", severity: "major", actual: "accuracy 0.93\n" }],
    });
    expect(readFileSync(join(ended.reports, "report.html"), "utf8")).toContain("accuracy 0.81");
  });

  test.each([
    ["repository", { url: "/nowhere", ref: "main" }, "GitNotFound"],
    ["branch", { url: "/golden", ref: "gone" }, "GitRefNotFound"],
  ])("whose %s is not there is an error of the job, not a pass", async (_what, { url, ref }, reason) => {
    const git = { url: `${server.base}${url}`, ref };
    const ended = await workshop.run(job("lost", source(), { goldenNotebook: { path: "right.ipynb", git } }));
    expect({ exit: ended.code, verdict: ended.first?.verdict }).toEqual({ exit: 2, verdict: "Error" });
    expect(ended.first?.status.reason).toBe(reason);
    expect(ended.first?.status.message).toContain("golden notebook: ");
  });

  test("that is not in its repository is an error of the job, too", async () => {
    const ended = await workshop.run(job("gone", source(), { goldenNotebook: { path: "golden/gone.ipynb" } }));
    expect({ exit: ended.code, verdict: ended.first?.verdict }).toEqual({ exit: 2, verdict: "Error" });
    expect(ended.first?.status.message).toContain(
      "no notebook golden/gone.ipynb. Notebooks there are: golden/nb.ipynb",
    );
  });

  test("of the repository whose place a local tree takes lies in that tree", async () => {
    const tree = workshop.directory("tree-");
    writeFiles(tree, { "nb.ipynb": notebook(code(SOURCE)), "golden/nb.ipynb": executed("accuracy 0.93\n") });
    const goldenNotebook = { path: "golden/nb.ipynb", git: { url: "https://git.example.com/a.git", ref: "v1" } };
    const local = { git: { url: "https://git.example.com/a.git", ref: "main" }, path: "nb.ipynb" };
    const ended = await workshop.run(job("tree", local, { goldenNotebook }), ["--repo", tree]);
    expect(ended.code).toBe(0);
    expect(comparison(ended)).toMatchObject({ result: "matched" });
  });

  test("of another repository is fetched beside a local tree", async () => {
    const tree = workshop.directory("tree-");
    writeFiles(tree, { "nb.ipynb": notebook(code(SOURCE)) });
    const goldenNotebook = { path: "right.ipynb", git: { url: `${server.base}/golden`, ref: "main" } };
    const local = { git: { url: "https://git.example.com/a.git", ref: "main" }, path: "nb.ipynb" };
    const ended = await workshop.run(job("tree", local, { goldenNotebook }), ["--repo", tree]);
    expect(ended.code).toBe(0);
    expect(ended.first?.status.source).toMatchObject({ goldenCommit: commit });
  });
});
