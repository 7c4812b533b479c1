import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { NotebookValidationJobStatus, parseOperatorConfig } from "../../../../src/api/index.js";
import { valueOf } from "../../../api/contract-arbitrary.js";
import { aBuildingJob, BUILT, BuildingStory, REPOSITORY } from "../../kit/a-building-story.js";
import { move, setting } from "./building-moves.js";
import { Play } from "./play.js";

describe("laws of jobs that build", () => {
  test("whatever the world does, a pod runs only what was built, and all counts stay within their limits", () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(setting, fc.array(move, { minLength: 20, maxLength: 60 }), (where, moves) => {
        const play = new Play(reached, where);
        play.look();
        for (const next of moves) play.play(next);
      }),
      { numRuns: 150, seed: 7 },
    );
    const wanted = [
      ...["ask-environment", "ask-image", "start-build", "start-attempt", "publish-image", "emit"],
      ...["Succeeded/Passed", "Succeeded/PassedWithWarnings", "Failed/BuildCancelled", "Retrying/BuildImagePull"],
      ...["fallback-build-strategy", "fallback-to-prebuilt"],
      ...["Retrying/BuildEvicted", "Building/BuildPending", "Pending/Suspended"],
    ];
    expect(wanted.filter((each) => !reached.has(each))).toEqual([]);
  });

  test("every status that the API server let in is answered by one that it takes, and no image is made up", () => {
    const any = valueOf(NotebookValidationJobStatus, "structural") as fc.Arbitrary<object>;
    const image = fc.oneof(fc.constantFrom(BUILT, `${REPOSITORY}:1`, "x", undefined), fc.string({ maxLength: 40 }));
    const build = fc.record({
      phase: fc.constantFrom("Pending", "Running", "Complete", "Failed"),
      buildName: fc.oneof(fc.constantFrom("nbv-build-0123456789-1", "nbv-build-x-1", undefined), fc.string()),
      imageDigest: image,
      imageReference: image,
      startTime: fc.constantFrom("2026-01-01T00:00:00Z", undefined),
    });
    const more = fc.record({
      phase: fc.constantFrom("Building", "BuildComplete", "ValidationRunning", "Retrying"),
      buildStatus: build,
      observedGeneration: fc.constant(1),
      runId: fc.constant("0123456789ab"),
      source: fc.constant({ commit: "0123456789abcdef0123456789abcdef01234567" }),
    });
    const blank = new BuildingStory();
    blank.see();
    const { specHash } = blank.status;
    fc.assert(
      fc.property(any, more, fc.boolean(), (said, known, isRead) => {
        const status = JSON.parse(JSON.stringify({ ...said, ...known, specHash })) as object;
        const story = new BuildingStory(
          aBuildingJob()
            .status(status as Record<string, unknown>)
            .build(),
        );
        if (isRead) story.read();
        const { status: next } = story.see();
        expect(NotebookValidationJobStatus.safeParse(JSON.parse(JSON.stringify(next))).error).toBeUndefined();
        const first = JSON.stringify(story.decision);
        const standIn = next.recovery?.image === undefined ? undefined : parseOperatorConfig().defaultImages.notebook;
        for (const { plan } of story.effects("start-attempt")) expect(plan.image).toBe(standIn ?? BUILT);
        const again = new BuildingStory(
          aBuildingJob()
            .status(status as Record<string, unknown>)
            .build(),
        );
        if (isRead) again.read();
        again.see();
        expect(JSON.stringify(again.decision)).toBe(first);
      }),
      { numRuns: 200 },
    );
  });
});
