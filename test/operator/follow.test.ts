import { afterEach, describe, expect, test } from "@jest/globals";
import { ANNOTATION_SOURCE_CHANGED } from "../../src/api/index.js";
import type { BranchesRequest } from "../../src/operator/branch-reader.js";
import { SourceError } from "../../src/operator/source-resolver.js";
import { conditions, TestCluster } from "./kit/a-cluster.js";
import { aJob } from "./kit/a-job.js";
import { failingEvents, passingEvents } from "./kit/fake-runner.js";

const MINUTE = 60_000;
const [OLD, NEW, NEWER] = ["a", "b", "c"].map((digit) => digit.repeat(40)) as [string, string, string];

let world: TestCluster;
let commits: Record<string, string>;
let questions: BranchesRequest[];

afterEach(async () => {
  await world.stopOperator();
  expect(world.clock.pending).toBe(0);
});

/** A cluster whose Git has these branches. @param told where it says that they are @default where they are */
async function aWorld(branches: Record<string, string> = { main: OLD }, told?: Record<string, string>): Promise<void> {
  commits = branches;
  questions = [];
  world = new TestCluster({
    config: { git: { followInterval: "5m" } },
    resolve: async ({ ref }) => {
      const commit = commits[ref];
      if (commit === undefined) throw new SourceError("GitRefNotFound", `there is no ${ref}`);
      return { commit };
    },
    options: {
      branches: {
        branches: async (request) => {
          questions.push(request);
          return new Map(Object.entries(told ?? commits).filter(([ref]) => request.refs.includes(ref)));
        },
      },
    },
  });
  await world.startOperator();
}

function aFollower(git: object = {}) {
  return aJob().with({
    notebook: {
      git: { url: "https://git.example.com/team/notebooks.git", ref: "main", follow: true, ...git },
      path: "notebooks/titanic.ipynb",
    },
  });
}

/** The job's notebook passes. */
async function pass(): Promise<void> {
  const { validationPodName, attempts } = await world.status();
  const name = attempts?.[0]?.podName ?? validationPodName;
  const pod = (await world.pods()).find(({ metadata }) => metadata.name === name);
  if (pod === undefined) throw new Error(`no pod ${name}`);
  await world.kubelet.run(pod, passingEvents());
  await world.settle();
}

describe("a job that follows a branch", () => {
  test("that passed runs again when the branch has moved, about the new commit", async () => {
    await aWorld();
    await world.submit(aFollower().draft());
    await pass();
    await world.pass(20 * MINUTE);
    expect(await world.status()).toMatchObject({ phase: "Succeeded", runCount: 1 });
    commits = { main: NEW };
    await world.pass(5 * MINUTE);
    expect(await world.status()).toMatchObject({
      phase: "ValidationRunning",
      runCount: 2,
      source: { commit: NEW, ref: "main" },
      retryCount: 0,
    });
    await pass();
    expect(await world.status()).toMatchObject({ phase: "Succeeded", runCount: 2, source: { commit: NEW } });
    await world.pass(20 * MINUTE);
    expect(await world.status()).toMatchObject({ runCount: 2 });
    expect((await world.events()).sort()).toEqual(["SourceChanged", "Succeeded", "Succeeded"]);
  });

  test("that failed leaves the dead letters when a push may have mended it", async () => {
    await aWorld();
    await world.submit(aFollower().draft());
    await world.kubelet.run(await world.pod(), failingEvents());
    await world.settle();
    expect(conditions(await world.status())).toMatchObject({ DeadLettered: "True" });
    commits = { main: NEW };
    await world.pass(5 * MINUTE);
    expect(await world.status()).toMatchObject({ phase: "ValidationRunning", source: { commit: NEW } });
    expect(conditions(await world.status())).toMatchObject({ DeadLettered: "False" });
    expect((await world.events()).sort()).toEqual(["NotebookError", "SourceChanged"]);
  });

  test("and is under way is cancelled and replaced, with one pod at a time", async () => {
    await aWorld();
    await world.submit(aFollower().draft());
    const old = await world.pod();
    await world.kubelet.start(old);
    commits = { main: NEW };
    await world.pass(5 * MINUTE);
    expect((await world.status()).attempts?.[0]).toMatchObject({ outcome: "Cancelled", reason: "SourceChanged" });
    expect((await world.pod()).metadata.deletionTimestamp).toBeDefined();
    await world.finishPods();
    await world.pass(MINUTE);
    expect((await world.pod()).metadata.name).not.toBe(old.metadata.name);
    expect(await world.status()).toMatchObject({ phase: "ValidationRunning", source: { commit: NEW } });
  });

  test("is looked up at once when somebody annotates it, and every new value asks again", async () => {
    await aWorld();
    await world.submit(aFollower().draft());
    await pass();
    await world.pass(2000);
    for (const [index, commit] of [NEW, NEWER].entries()) {
      commits = { main: commit };
      await world.edit({ metadata: { annotations: { [ANNOTATION_SOURCE_CHANGED]: `push ${index}` } } });
      await world.pass(0);
      expect(await world.status()).toMatchObject({ runCount: index + 2, source: { commit } });
      await pass();
      await world.pass(2000);
    }
    const asked = questions.length;
    await world.edit({ metadata: { annotations: { [ANNOTATION_SOURCE_CHANGED]: "push 1" } } });
    await world.pass(2000);
    expect(questions).toHaveLength(asked);
  });

  test("starts nothing for an annotation without a move, nor for an annotation without git.follow", async () => {
    await aWorld();
    await world.submit(aFollower().draft());
    await world.submit(aJob().named("fixed").draft());
    await world.pass(2000);
    const pods = (await world.pods()).length;
    await world.edit({ metadata: { annotations: { [ANNOTATION_SOURCE_CHANGED]: "1" } } });
    await world.pass(0);
    expect(questions).toHaveLength(1);
    commits = { main: NEW };
    await world.edit({ metadata: { annotations: { [ANNOTATION_SOURCE_CHANGED]: "1" } } }, "fixed");
    await world.pass(2000);
    expect(questions).toHaveLength(1);
    expect(await world.status("fixed")).toMatchObject({ runCount: 1, source: { commit: OLD } });
    expect(await world.pods()).toHaveLength(pods);
  });

  test("is followed on by the next operator process, which asks at once", async () => {
    await aWorld();
    await world.submit(aFollower().draft());
    await pass();
    await world.stopOperator();
    commits = { main: NEW };
    await world.pass(10 * MINUTE);
    await world.startOperator();
    await world.pass(1000);
    expect(await world.status()).toMatchObject({ runCount: 2, source: { commit: NEW } });
  });

  test("never starts one run after the other on an answer that is older than the run", async () => {
    await aWorld();
    await world.submit(aFollower().draft());
    await pass();
    // The remote's answer to this question is from before the push.
    await world.edit({ metadata: { annotations: { [ANNOTATION_SOURCE_CHANGED]: "1" } } });
    await world.pass(0);
    commits = { main: NEW };
    await world.edit({ spec: { cellTimeout: "1m" } });
    expect(await world.status()).toMatchObject({ runCount: 2, source: { commit: NEW } });
    await pass();
    await world.pass(30 * MINUTE);
    expect(await world.status()).toMatchObject({ phase: "Succeeded", runCount: 2 });
  });

  test("waits for a branch that is not there yet", async () => {
    await aWorld({});
    await world.submit(aFollower().draft());
    expect(await world.status()).toMatchObject({ phase: "Failed", failureReason: "GitRefNotFound" });
    await world.pass(6 * MINUTE);
    expect(await world.status()).toMatchObject({ phase: "Failed", runCount: 1 });
    commits = { main: NEW };
    await world.pass(5 * MINUTE);
    expect(await world.status()).toMatchObject({ phase: "ValidationRunning", source: { commit: NEW } });
  });

  test("stays as it is when the branch is deleted, and while it is suspended", async () => {
    await aWorld();
    await world.submit(aFollower().draft());
    await pass();
    commits = {};
    await world.pass(10 * MINUTE);
    expect(await world.status()).toMatchObject({ phase: "Succeeded", runCount: 1 });
    await world.edit({ spec: { suspend: true } });
    commits = { main: NEW };
    const asked = questions.length;
    await world.pass(10 * MINUTE);
    expect(await world.status()).toMatchObject({ phase: "Succeeded", runCount: 1 });
    expect(questions).toHaveLength(asked);
    await world.edit({ spec: { suspend: false } });
    await world.pass(5 * MINUTE);
    expect(await world.status()).toMatchObject({ phase: "ValidationRunning", source: { commit: NEW } });
  });

  test("is followed from the moment at which follow is set, and no longer than it is", async () => {
    await aWorld();
    await world.submit(aFollower({ follow: false }).draft());
    await pass();
    commits = { main: NEW };
    await world.pass(10 * MINUTE);
    expect(questions).toEqual([]);
    await world.edit({ spec: { notebook: { git: { follow: true } } } });
    await world.pass(5 * MINUTE);
    expect(await world.status()).toMatchObject({ runCount: 2, source: { commit: NEW } });
    await world.edit({ spec: { notebook: { git: { follow: false } } } });
    commits = { main: NEWER };
    await world.pass(20 * MINUTE);
    expect(await world.status()).toMatchObject({ runCount: 2, source: { commit: NEW } });
  });

  test("follows the golden notebook's own branch, too", async () => {
    await aWorld({ main: OLD, golden: OLD });
    const git = { url: "https://git.example.com/team/golden.git", ref: "golden", follow: true };
    await world.submit(
      aFollower()
        .with({ goldenNotebook: { git, path: "golden.ipynb" } })
        .draft(),
    );
    await pass();
    commits = { main: OLD, golden: NEW };
    await world.pass(6 * MINUTE);
    expect(await world.status()).toMatchObject({ runCount: 2, source: { commit: OLD, goldenCommit: NEW } });
  });

  test("under a commit follows nothing", async () => {
    await aWorld({ [OLD]: OLD });
    await world.submit(aFollower({ ref: OLD }).draft());
    await world.pass(20 * MINUTE);
    expect(questions).toEqual([]);
  });
});

test("a remote that never says what a run then gets has one run begun per interval", async () => {
  await aWorld({ main: OLD }, { main: NEW });
  await world.submit(aFollower().draft());
  for (let passed = 0; passed < 60 * MINUTE; passed += 15_000) {
    await world.settle();
    await world.pass(15_000);
  }
  const { runCount } = await world.status();
  expect(runCount).toBeGreaterThan(2);
  expect(runCount).toBeLessThanOrEqual(13);
});
