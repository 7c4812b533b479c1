import { ANNOTATION_RETRY_REQUESTED, toRfc3339Millis } from "../../../src/api/index.js";
import { objectOf, SECRETS } from "../../../src/kube/resources.js";
import { aJob } from "../kit/a-job.js";
import type { Files } from "../kit/fake-outside.js";
import type { ChaosWorld } from "./chaos-world.js";
import {
  crashes,
  fails,
  fetchesNothing,
  hangs,
  isDeleted,
  isEvicted,
  needsSecret,
  type PodStory,
  passes,
  runsOutOfMemory,
  waits,
  waitsForNode,
} from "./node.js";
import type { Scenario } from "./scenario.js";

export const FILES: Files = { "notebooks/requirements.txt": "pandas==2.2.3\n", "notebooks/titanic.ipynb": "{}" };

export function aBuildingJob(buildConfig: object = {}, spec: object = {}): ReturnType<typeof aJob> {
  return aJob().with({ ...spec, podConfig: { buildConfig: { enabled: true, ...buildConfig } } });
}

/** One whose pod needs the Secret `token`. */
function aJobWithSecret(): ReturnType<typeof aJob> {
  return aJob().with({ podConfig: { containerImage: "registry.example.com/notebook:1", credentials: ["token"] } });
}

/** Somebody makes that Secret. */
async function makeSecret({ test: { cluster, namespace } }: ChaosWorld): Promise<void> {
  await cluster.create(SECRETS, objectOf(SECRETS, { metadata: { name: "token", namespace } }));
}

/** Somebody makes room in the quota when the job waits for it. */
export const makeRoom: NonNullable<Scenario["user"]> = async ({ waitingFor }, once, world) => {
  if (waitingFor?.kind !== "Quota") return;
  await once("make room", async () => {
    world.isFull = false;
  });
};

/** The stories of the attempts of a run in their order, the last one for all that follow. */
export function inTurn(...stories: readonly PodStory[]): (attempt: number) => PodStory {
  return (attempt) => stories[Math.min(attempt, stories.length) - 1] ?? passes;
}

/** Jobs that run on an image which is there. */
export const PLAIN: readonly Scenario[] = [
  { name: "a notebook that passes", job: aJob().draft(), end: { phase: "Succeeded" } },
  { name: "a notebook that fails", job: aJob().draft(), pod: () => fails, end: { phase: "Failed" } },
  {
    name: "a report that is kept in a ConfigMap",
    job: aJob()
      .with({ artifacts: { configMap: "titanic-report" } })
      .draft(),
    end: { phase: "Succeeded" },
  },
  {
    name: "an eviction and a deleted pod, then a pass",
    job: aJob().draft(),
    pod: inTurn(isEvicted, isDeleted, passes),
    end: { phase: "Succeeded", retryCount: 2 },
  },
  {
    name: "a runner that crashes until the retries are spent",
    job: aJob().draft(),
    pod: () => crashes,
    end: { phase: "Failed", retryCount: 3 },
  },
  {
    name: "Git that is down twice",
    job: aJob().draft(),
    git: ({ retryCount = 0 }) => (retryCount < 2 ? "GitNetwork" : undefined),
    end: { phase: "Succeeded", retryCount: 2 },
  },
  {
    name: "a spec that changes while the notebook runs",
    job: aJob().draft(),
    pod: (_attempt, run) => (run === 1 ? hangs : passes),
    user: async ({ cells }, once, { test }) => {
      if (cells === undefined) return;
      await once("edit", () => test.edit({ spec: { notebook: { parameters: { year: 1912 } } } }));
    },
    end: { phase: "Succeeded", runCount: 2 },
  },
  {
    name: "a failed job whose spec changes, and that passes then",
    job: aJob().draft(),
    pod: (_attempt, run) => (run === 1 ? fails : passes),
    user: async ({ phase }, once, { test }) => {
      if (phase !== "Failed") return;
      await once("edit", () => test.edit({ spec: { notebook: { parameters: { year: 1912 } } } }));
    },
    end: { phase: "Succeeded", runCount: 2 },
  },
  {
    name: "a failed job that somebody asks to try once more",
    job: aJob().draft(),
    pod: inTurn(fails, passes),
    user: async ({ phase }, once, { test }) => {
      if (phase !== "Failed") return;
      const annotations = { [ANNOTATION_RETRY_REQUESTED]: toRfc3339Millis(test.clock.now()) };
      await once("retry", () => test.edit({ metadata: { annotations } }));
    },
    end: { phase: "Succeeded" },
  },
  {
    name: "a job that is suspended while it runs, and resumed",
    job: aJob().draft(),
    pod: inTurn(hangs, passes),
    user: async ({ cells, phase }, once, { test }) => {
      if (cells !== undefined) await once("suspend", () => test.edit({ spec: { suspend: true } }));
      if (phase === "Pending") await once("resume", () => test.edit({ spec: { suspend: false } }));
    },
    end: { phase: "Succeeded" },
  },
  {
    name: "a finished job that follows a branch, and a push",
    job: aJob()
      .with({
        notebook: {
          git: { url: "https://git.example.com/team/notebooks.git", ref: "main", follow: true },
          path: "notebooks/titanic.ipynb",
        },
      })
      .draft(),
    config: { git: { followInterval: "5m" } },
    user: async ({ phase }, once, world) => {
      if (phase !== "Succeeded") return;
      await once("push", async () => {
        world.commit = "f".repeat(40);
      });
    },
    end: { phase: "Succeeded", runCount: 2 },
  },
  {
    name: "a finished job whose time to live is over",
    job: aJob().with({ ttlSecondsAfterFinished: 120 }).draft(),
    end: "gone",
  },
];

/** Jobs whose image is built first. */
export const BUILDING: readonly Scenario[] = [
  {
    name: "an image that is built, validated and published",
    job: aBuildingJob({ imageName: "nbv-environments", imageTag: "stable" }).draft(),
    files: FILES,
    end: { phase: "Succeeded" },
  },
  {
    name: "a build that is evicted, then an image, an eviction and a pass",
    job: aBuildingJob().draft(),
    files: FILES,
    build: (number) => (number === 1 ? "evicted" : "succeeds"),
    pod: inTurn(isEvicted, passes),
    end: { phase: "Succeeded" },
  },
  {
    name: "builds that fail until a pre-built image takes their place",
    job: aBuildingJob().draft(),
    files: FILES,
    build: () => "fails-in-pip",
    end: { phase: "Succeeded", verdict: "PassedWithWarnings" },
  },
  {
    name: "builds that fail where plain retries are all that is wanted",
    job: aBuildingJob({}, { recoveryConfig: { enableSmartRecovery: false } }).draft(),
    files: FILES,
    build: () => "fails-in-pip",
    end: { phase: "Failed" },
  },
];

/** Jobs that go on otherwise than their spec says, or wait for others. */
export const RECOVERING: readonly Scenario[] = [
  {
    name: "a Secret that is missing, and made while the run waits",
    job: aJobWithSecret().draft(),
    pod: () => needsSecret("token"),
    user: async ({ waitingFor }, once, world) => {
      if (waitingFor !== undefined) await once("make the Secret", () => makeSecret(world));
    },
    end: { phase: "Succeeded", retryCount: 0 },
  },
  {
    name: "a Secret that is missing, and made when the job has failed for it",
    job: aJobWithSecret().draft(),
    config: { patience: { resolutionTimeout: "5m" } },
    pod: () => needsSecret("token"),
    user: async ({ phase }, once, world) => {
      if (phase === "Failed") await once("make the Secret", () => makeSecret(world));
    },
    end: { phase: "Succeeded", runCount: 2 },
  },
  {
    name: "a pod that no node has room for, until one has",
    job: aJob().draft(),
    pod: () => waitsForNode,
    end: { phase: "Succeeded", retryCount: 0 },
  },
  {
    name: "a quota that is used up, until there is room",
    job: aJob().draft(),
    isFull: true,
    user: makeRoom,
    end: { phase: "Succeeded", retryCount: 0 },
  },
  {
    name: "a source that no container can fetch, and the copy in the image in its place",
    job: aBuildingJob({ includeSource: true }).draft(),
    files: FILES,
    pod: () => fetchesNothing,
    end: { phase: "Succeeded", verdict: "Passed", recoveryAttempts: 1 },
  },
  {
    name: "a builder that does nothing, another that fails, and a pre-built image in the end",
    job: aJob()
      .with({
        podConfig: { containerImage: "registry.example.com/notebook:1", buildConfig: { enabled: true } },
        retryPolicy: { jitter: false, maxBuildRetries: 0 },
      })
      .draft(),
    files: FILES,
    builders: ["tekton", "openshift"],
    build: () => "image-pull",
    end: { phase: "Succeeded", verdict: "PassedWithWarnings", recoveryAttempts: 2 },
  },
  {
    name: "a notebook that needs more memory than it has",
    job: aJob()
      .with({
        podConfig: {
          containerImage: "registry.example.com/notebook:1",
          resources: { limits: { memory: "1Gi" } },
        },
        retryPolicy: { jitter: false, memoryBump: { factor: 2, max: "4Gi" } },
      })
      .draft(),
    pod: inTurn(runsOutOfMemory, passes),
    end: { phase: "Succeeded", recoveryAttempts: 1 },
  },
  {
    name: "a built image that no node can pull, and a pre-built one in its place",
    job: aJob()
      .with({
        podConfig: { containerImage: "registry.example.com/notebook:1", buildConfig: { enabled: true } },
      })
      .draft(),
    files: FILES,
    pod: (_attempt, _run, { spec }) =>
      spec?.containers[0]?.image === "registry.example.com/notebook:1"
        ? passes
        : waits("ImagePullBackOff", "Back-off pulling image: manifest unknown"),
    end: { phase: "Succeeded", verdict: "PassedWithWarnings" },
  },
];
