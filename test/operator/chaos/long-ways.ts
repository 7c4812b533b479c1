import { aJob } from "../kit/a-job.js";
import { crashes, fails, hangs, isEvicted, passes } from "./node.js";
import type { Scenario } from "./scenario.js";
import { aBuildingJob, FILES, inTurn, makeRoom } from "./scenarios.js";

/** Long enough that a job is seen waiting for Git. */
const SLOW_GIT_MS = 6_000;

/** Jobs that together go through every phase, some of them more than once. */
export const LONG_WAYS: readonly Scenario[] = [
  {
    name: "while an image is built twice, and validated twice, until it passes",
    job: aBuildingJob({ imageName: "nbv-environments", imageTag: "stable" }).draft(),
    files: FILES,
    gitMs: SLOW_GIT_MS,
    build: (number) => (number === 1 ? "evicted" : "succeeds"),
    pod: inTurn(isEvicted, passes),
    end: { phase: "Succeeded" },
  },
  {
    name: "while a notebook is suspended, resumed and fails",
    job: aJob().draft(),
    pod: inTurn(hangs, fails),
    user: async ({ cells, phase }, once, { test }) => {
      if (cells !== undefined) await once("suspend", () => test.edit({ spec: { suspend: true } }));
      if (phase === "Pending") await once("resume", () => test.edit({ spec: { suspend: false } }));
    },
    end: { phase: "Failed" },
  },
  {
    name: "while a run waits for room in the namespace's quota, and passes when there is some",
    job: aJob().draft(),
    isFull: true,
    user: makeRoom,
    end: { phase: "Succeeded" },
  },
];

/** Short ones for real time. */
export const LIVE_WAYS: readonly Scenario[] = [
  {
    name: "while a notebook's runner crashes, and it passes when it is retried",
    job: aJob().draft(),
    gitMs: SLOW_GIT_MS / 2,
    pod: inTurn(crashes, passes),
    end: { phase: "Succeeded", retryCount: 1 },
  },
  {
    name: "while an image is built, and validated twice",
    job: aBuildingJob().draft(),
    files: FILES,
    gitMs: SLOW_GIT_MS / 2,
    pod: inTurn(isEvicted, passes),
    end: { phase: "Succeeded" },
  },
];
