// `nbv dead-letters` and `nbv retry`, as people type them, against a real API server and without an operator.
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { ANNOTATION_RETRY_REQUESTED } from "../../src/api/index.js";
import { NOTEBOOK_VALIDATION_JOBS } from "../../src/kube/resources.js";
import { findControlPlane, NO_CONTROL_PLANE } from "../cluster/control-plane.js";
import { STATUSES } from "./cluster-jobs.js";
import { bundledNbv, type Nbv } from "./nbv.js";
import { runProgram } from "./run-program.js";
import { ServedJobs } from "./served-jobs.js";

const assets = findControlPlane();
if (assets === undefined) process.stderr.write(`SKIPPED ${import.meta.filename}: ${NO_CONTROL_PLANE}\n`);
jest.setTimeout(60_000);

let jobs: ServedJobs;
let nbv: Nbv;
const run = (...args: string[]) => nbv.run(args, { env: { KUBECONFIG: jobs.control.kubeconfig } });
const key = (name: string) => ({ namespace: "team-a", name });

const requested = async (name: string) =>
  (await jobs.cluster.get(NOTEBOOK_VALIDATION_JOBS, key(name))).metadata.annotations?.[ANNOTATION_RETRY_REQUESTED];

(assets === undefined ? describe.skip : describe)("dead letters of a real cluster", () => {
  beforeAll(async () => {
    nbv = bundledNbv();
    jobs = await ServedJobs.start();
    await jobs.define("team-a");
    await jobs.submit("bad", { ...STATUSES.failed, failureReason: "NotebookError" });
    await jobs.submit("good", STATUSES.succeeded);
    await jobs.submit("waits", { ...STATUSES.waiting, lastErrorAt: "2026-11-21T09:00:00Z" });
  }, 90_000);

  afterAll(async () => {
    await jobs?.stop();
    nbv?.remove();
  }, 30_000);

  test("are listed, with those that wait on demand", () => {
    const first = (text: string) => text.split("\n").map((line) => line.split(/ {3,}/)[0]);
    const found = run("dead-letters", "-n", "team-a");
    expect(found).toMatchObject({ status: 0, stderr: "" });
    expect(first(found.stdout)).toEqual(["NAME", "bad", ""]);
    expect(first(run("dead-letters", "-n", "team-a", "--include-retrying").stdout)).toEqual([
      "NAME",
      "bad",
      "waits",
      "",
    ]);
    expect(JSON.parse(run("dead-letters", "-A", "-o", "json").stdout)).toMatchObject({
      deadLetters: [{ name: "bad", namespace: "team-a", reason: "NotebookError" }],
    });
    expect(run("dead-letters")).toEqual({
      status: 0,
      stdout: "",
      stderr: "No NotebookValidationJob has failed in namespace default.\n",
    });
  });

  test("are retried only where there is something to retry", async () => {
    expect(run("retry", "good", "-n", "team-a")).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("refused: team-a/good: the job has succeeded"),
    });
    expect(JSON.parse(run("retry", "good", "-n", "team-a", "-o", "json").stdout)).toMatchObject({
      name: "good",
      namespace: "team-a",
      outcome: "refused",
    });
    expect(await requested("good")).toBeUndefined();
    expect(run("retry", "nobody", "-n", "team-a")).toMatchObject({ status: 2 });
    expect(run("retry")).toMatchObject({ status: 2 });
  });

  test("wait for an operator that answers, which people are told", async () => {
    const asked = run("retry", "bad", "-n", "team-a");
    expect(asked).toMatchObject({ status: 0, stderr: "" });
    expect(asked.stdout).toContain("A retry of team-a/bad is asked for. No operator has answered yet");
    expect(Date.parse((await requested("bad")) ?? "")).toBeGreaterThan(0);
  });

  test("begin when the operator says so", async () => {
    const answering = (async () => {
      for (let look = 0; look < 400; look++) {
        const lastHandledRetryRequest = await requested("waits");
        if (lastHandledRetryRequest !== undefined) {
          const status = {
            lastHandledRetryRequest,
            lastRetryTime: lastHandledRetryRequest,
            phase: "ValidationRunning",
          };
          return jobs.cluster.patchStatus(NOTEBOOK_VALIDATION_JOBS, key("waits"), { status });
        }
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      throw new Error("nobody asked");
    })();
    const asking = [nbv.file, "retry", "waits", "-n", "team-a", "-o", "json"];
    const asked = await runProgram(process.execPath, asking, { KUBECONFIG: jobs.control.kubeconfig });
    await answering;
    expect(asked).toMatchObject({ status: 0, stderr: "" });
    expect(JSON.parse(asked.stdout)).toMatchObject({ name: "waits", outcome: "granted" });
  });
});
