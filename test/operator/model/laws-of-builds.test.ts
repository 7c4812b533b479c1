import { describe, expect, test } from "@jest/globals";
import { aBuildingJob } from "../kit/a-building-story.js";
import { statesOfGoodRun } from "./explore.js";
import { imageOf } from "./fake-builds.js";
import { checkPublication, checkWrite, statusOf } from "./invariants.js";
import type { Budget, ModelState } from "./state.js";

const NOTHING_BAD: Budget = { total: 0, user: 0, operator: 0, platform: 0, time: 3 };
const JOB = aBuildingJob({ imageName: "nbv-environments", imageTag: "stable" });

/** Moments of a good run: before and after the first of them that `holds`. */
async function around(holds: (state: ModelState) => boolean): Promise<{ before: ModelState; after: ModelState }> {
  const nodes = await statesOfGoodRun(NOTHING_BAD, JOB);
  const index = nodes.findIndex(({ state }) => holds(state));
  const [before, after] = [nodes[index - 1], nodes[index]];
  if (before === undefined || after === undefined) throw new Error("the good run never comes there");
  return { before: before.state, after: after.state };
}

const hasPod = ({ pods }: ModelState): boolean => Object.keys(pods).length > 0;
const hasBuild = ({ builds }: ModelState): boolean => Object.keys(builds).length > 0;

// A law that holds of everything proves nothing: each is shown a world that breaks it.
describe("the laws of the exploration", () => {
  test("are kept by the making of a build and of a pod in a good run", async () => {
    for (const moment of [hasBuild, hasPod]) {
      const { before, after } = await around(moment);
      expect(() => checkWrite(before, after)).not.toThrow();
    }
  });

  test("are broken by a pod whose image nobody pushed yet", async () => {
    const { before, after } = await around(hasPod);
    const hasty = { ...after, truth: { ...after.truth, pushed: [] } };
    expect(() => checkWrite(before, hasty)).toThrow("only once its image");
  });

  test("are broken by a build that the status does not count", async () => {
    const { before, after } = await around(hasBuild);
    expect(() => checkWrite(before, { ...after, job: before.cache.job })).toThrow("only when the status counts it");
  });

  test("are broken by a second build while the first one is under way", async () => {
    const { before, after } = await around(hasBuild);
    const [first] = Object.values(after.builds);
    if (first === undefined) throw new Error("there is no build");
    const other = { ...first, name: "nbv-build-0123456789-7" };
    const crowded = { ...before, builds: { [other.name]: other } };
    expect(() => checkWrite(crowded, { ...after, builds: { ...crowded.builds, [first.name]: first } })).toThrow(
      "is under way",
    );
  });

  test("are broken by a tag that moves to an image that no notebook passed with", async () => {
    const { after } = await around(({ truth }) => truth.tag !== undefined);
    expect(() => checkPublication(after)).not.toThrow();
    const [build] = Object.values(after.builds);
    if (build === undefined) throw new Error("there is no build");
    const tag = imageOf({ ...build, uid: "another" });
    expect(() => checkPublication({ ...after, truth: { ...after.truth, tag } })).toThrow("the tag moves only");
  });

  test("are broken by more build retries than a job has", async () => {
    const { before, after } = await around(hasPod);
    const job = after.job && { ...after.job, status: { ...statusOf(after), buildRetryCount: 2 } };
    expect(() => checkWrite(before, { ...after, job })).toThrow("build retries");
  });

  describe("about a run that falls back to a pre-built image", () => {
    const actions = [{ action: "fallback-to-prebuilt", reason: "BuildNotStarted" }] as const;
    const noted = {
      recoveryAttempts: 1,
      recovery: { image: "registry.example.com/notebook:1", actions: [...actions] },
    };

    async function withStatus(change: object): Promise<{ before: ModelState; after: ModelState }> {
      const { before, after } = await around(hasPod);
      return {
        before,
        after: { ...after, job: after.job && { ...after.job, status: { ...statusOf(after), ...change } } },
      };
    }

    test("are broken by a pod of any other image", async () => {
      const { before, after } = await withStatus(noted);
      expect(() => checkWrite(before, after)).toThrow("runs the image that the run fell back to");
    });

    test("are broken by a pod before its image is there without a note", async () => {
      const { before, after } = await withStatus({ recovery: { image: noted.recovery.image } });
      expect(() => checkWrite(before, after)).toThrow("without a noted fallback");
    });

    test.each([
      ["a remedy that is not counted", { ...noted, recoveryAttempts: 0 }, "counted and noted"],
      [
        "one remedy twice",
        { recoveryAttempts: 2, recovery: { actions: [...actions, ...actions] } },
        "twice for one reason",
      ],
      ["a plain pass", { ...noted, phase: "Succeeded", verdict: "Passed" }, "passes with warnings at most"],
      ["a recommendation", { ...noted, buildStatus: { recommendedImage: "x@sha256:1" } }, "recommends no image"],
    ])("are broken by %s", async (_words, change, message) => {
      const { after } = await withStatus(change);
      expect(() => checkWrite({ ...after, pods: after.pods }, after)).toThrow(message);
    });
  });
});
