import { describe, expect, test } from "@jest/globals";
import { crd } from "../../src/api/index.js";
import { age } from "../../src/cli/age.js";
import { jobStory } from "../../src/cli/job-story.js";
import { programName } from "../../src/cli/program-name.js";
import { seenJob } from "../../src/cli/seen-job.js";
import { jobValue, statusTable, statusValues } from "../../src/cli/status-table.js";
import { watchJob } from "../../src/cli/watch-job.js";
import { MemoryCluster } from "../../src/kube/memory/index.js";
import { NOTEBOOK_VALIDATION_JOBS } from "../../src/kube/resources.js";
import { clusterJob, NOW, STATUSES } from "./cluster-jobs.js";

const story = (status?: object, spec?: object) => jobStory(seenJob(clusterJob("train", status, spec)), NOW, {});
const SINCE = new Date(NOW - 5_000).toISOString();
const CONTROL = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

describe("the list of jobs", () => {
  const jobs = [clusterJob("train", STATUSES.failed), clusterJob("clean", STATUSES.running), clusterJob("new")].map(
    seenJob,
  );

  test("is a table that kubectl users know", () => {
    expect(statusTable(jobs, { namespaces: false, now: NOW, stream: {} }).split("\n")).toEqual([
      "NAME    PHASE               VERDICT   CELLS   RETRIES   AGE   MESSAGE",
      "clean   ValidationRunning             1/3     0         3h    The notebook runs",
      "new                                           0         3h",
      "train   Failed              Failed    2/3     1         3h    Cell 1 raised KeyError: 'price'.",
      "",
    ]);
  });

  test("names namespaces on demand, and fits a terminal", () => {
    const columns = 120;
    const long = seenJob(clusterJob("train", { ...STATUSES.running, message: "word ".repeat(100) }));
    const text = statusTable([long], { namespaces: true, now: NOW, stream: { isTTY: true, columns } });
    expect(text).toMatch(/^NAMESPACE {3}NAME/);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(columns);
  });

  test("stays a table whatever a status holds", () => {
    const hostile = seenJob(
      clusterJob("train", { phase: "Failed", message: "a\nfake   Succeeded\u001b[2J\u202e", cells: "1\n2" }),
    );
    const text = statusTable([hostile], { namespaces: false, now: NOW, stream: {} });
    expect(text.trimEnd().split("\n")).toHaveLength(2);
    expect(text).not.toMatch(CONTROL);
  });

  test("is a value for machines", () => {
    expect(statusValues(jobs)).toMatchObject({
      jobs: [
        { name: "clean", phase: "ValidationRunning" },
        { name: "new", phase: "" },
        { name: "train", verdict: "Failed" },
      ],
    });
  });
});

describe("the story of a job", () => {
  test("that failed: fault, cell, traceback's end, checks, advice, history, next step; nothing that obeys a terminal", () => {
    const text = story(STATUSES.failed);
    expect(text).toContain("train  train.ipynb  @ 0123456789ab  (namespace team-a)");
    expect(text).toMatch(/phase: +Failed, since 60s/);
    expect(text).toMatch(/pod: +train-val-0a1b2c3d-2/);
    expect(text).toContain(
      [
        "  what happened, the oldest first:",
        "   60m ago  attempt 1  Error (run): OOMKilled",
        "   60s ago  attempt 2  Failed (run): CellFailed",
      ].join("\n"),
    );
    expect(text).toContain("Failure       0.2s  KeyError: 'price'\\x1b[2J");
    expect(text).toContain("cell 1 failed:");
    expect(text).toContain("line 39");
    expect(text).not.toContain("line 20\\");
    expect(text).toContain("Stderr: something was written to stderr");
    expect(text).toContain("→ Look at the columns first");
    expect(text).toContain("Failed (CellFailed)  3 cells, 9s, the notebook's or the job's own fault");
    expect(text).toContain("correct the notebook or the job");
    expect(text).toContain("kubectl logs -n team-a train-val-0a1b2c3d-2");
    expect(text).toMatch(/condition: +DeadLettered=True/);
    expect(text).not.toContain("Ready=");
    expect(text).not.toMatch(CONTROL);
  });

  test("that failed by the platform's fault can be told to try once more", () => {
    const text = story({ ...STATUSES.failed, fault: "platform" });
    expect(text).toContain("→ try it once more: nbv retry train -n team-a\n");
  });

  test("that failed for good by the platform's fault is never told to just try again", () => {
    const text = story({ ...STATUSES.failed, fault: "platform", lastErrorType: "permanent" });
    expect(text).not.toContain("try it once more");
    expect(text).toContain("when what the message names is put right, run it again: nbv retry train -n team-a");
  });

  test("that failed while its source was fetched is sent to the log of the container that fetches it", () => {
    const attempts = [{ number: 2, podName: "train-val-0a1b2c3d-2", stage: "source", outcome: "Error" }];
    const text = story({ ...STATUSES.failed, attempts });
    expect(text).toContain("kubectl logs -n team-a train-val-0a1b2c3d-2 -c source\n");
  });

  test("that failed for something missing is told to put that right, not to correct the notebook", () => {
    const text = story({ ...STATUSES.failed, fault: "user", reason: "SecretMissing", lastErrorType: "transient" });
    expect(text).toContain("put right what the message names, then run it again: nbv retry train -n team-a");
    expect(text).not.toContain("correct the notebook");
  });

  test("that waits for another operator says for which, and not that nobody looks at it", () => {
    const message = "Another operator works on the jobs of this cluster, x/y; this one waits until it has stopped";
    const conditions = [
      { type: "Stalled", status: "True", reason: "AnotherOperator", message, lastTransitionTime: SINCE },
    ];
    const text = story({ message, conditions });
    expect(text).toMatch(/phase: +not begun, created 3h ago\n +stalled: +AnotherOperator: Another operator works/);
    expect(text).not.toContain("message:");
    expect(text).not.toContain("no operator has looked");
    expect(text).toContain("→ stop the other operator");
    expect(story({ ...STATUSES.running, conditions })).toMatch(/stalled: +AnotherOperator/);
  });

  test("that succeeded needs nothing", () => {
    const text = story(STATUSES.succeeded);
    expect(text).toContain("Passed  3 cells, 12s");
    expect(text).not.toContain("→");
  });

  test("that runs shows the cell, and how to follow it", () => {
    const text = story(STATUSES.running);
    expect(text).toMatch(/phase: +ValidationRunning; the run began 20s ago\n/);
    const retriedByHand = { ...STATUSES.running, queuedAt: new Date(NOW - 600_000).toISOString() };
    expect(story(retriedByHand)).toMatch(/phase: +ValidationRunning; the run began 10m ago\n/);
    expect(text).toMatch(/progress: +1\/3, cell 1 runs/);
    expect(text).toContain("Running");
    expect(text).not.toContain("Stopped");
    expect(text).toContain("→ follow it: nbv status train -n team-a --watch");
  });

  test("that waits says for what and how long", () => {
    const text = story(STATUSES.waiting);
    expect(text).toMatch(/retries: +1, strategy default, the next one in 42s/);
    expect(text).toContain("ValidationComplete=Unknown ImagePullFailed: no such tag");
  });

  test("that is suspended says how to resume it", () =>
    expect(story(STATUSES.suspended)).toContain('-p \'{"spec":{"suspend":false}}\''));

  test("that no operator has seen says so", () => expect(story()).toContain("no operator has looked at this job yet"));

  test("is told of any object that a cluster may hold", () => {
    for (const spec of [undefined, null, 7, [], { notebook: null }, { notebook: { path: 7 } }]) {
      const job = seenJob({ ...clusterJob("odd"), spec, status: { phase: 7, results: "x" } });
      expect(jobStory(job, NOW, {})).toContain("odd");
      expect(jobValue(job)).toMatchObject({ name: "odd", notebook: "" });
    }
  });
});

describe("following a job", () => {
  const world = async () => {
    const cluster = new MemoryCluster({ autoCreateNamespaces: true, customResources: [{ definition: crd() }] });
    const {
      metadata: { name, namespace },
      ...job
    } = clusterJob("train");
    await cluster.create(NOTEBOOK_VALIDATION_JOBS, { ...job, metadata: { name, namespace: namespace ?? "" } });
    return { cluster, key: { namespace: "team-a", name } };
  };

  test("ends with its run, not with an older one's", async () => {
    const { cluster, key } = await world();
    const seen: string[] = [];
    await cluster.patchStatus(NOTEBOOK_VALIDATION_JOBS, key, { status: { ...STATUSES.failed, observedGeneration: 0 } });
    const ended = watchJob(cluster, key, ({ status }) => seen.push(status?.phase ?? ""), new AbortController().signal);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await cluster.patchStatus(NOTEBOOK_VALIDATION_JOBS, key, { status: { ...STATUSES.running, verdict: null } });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await cluster.patchStatus(NOTEBOOK_VALIDATION_JOBS, key, { status: STATUSES.succeeded });
    expect((await ended).status?.verdict).toBe("Passed");
    expect(seen).toEqual(["Failed", "ValidationRunning", "Succeeded"]);
  });

  test("ends when the job is deleted, or its follower goes", async () => {
    const { cluster, key } = await world();
    const gone = watchJob(cluster, key, () => undefined, new AbortController().signal);
    gone.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await cluster.delete(NOTEBOOK_VALIDATION_JOBS, key);
    await expect(gone).rejects.toThrow("the job train was deleted");
    await expect(watchJob(cluster, key, () => undefined, AbortSignal.abort(new Error("enough")))).rejects.toThrow(
      "enough",
    );
  });
});

test.each([
  [1, "1s"],
  [119, "119s"],
  [120, "2m"],
  [7199, "119m"],
  [7200, "2h"],
  [172_800, "2d"],
  [-5, "0s"],
])("an age of %d seconds is %s", (seconds, text) => {
  expect(age(new Date(NOW - seconds * 1000).toISOString(), NOW)).toBe(text);
});

test("the program's name is the one that it was called by", () => {
  expect(programName("/usr/local/bin/kubectl-nbv")).toBe("kubectl nbv");
  expect(programName("/usr/local/bin/nbv")).toBe("nbv");
  expect(programName("/x/lib/src/cli/main.js")).toBe("nbv");
});
