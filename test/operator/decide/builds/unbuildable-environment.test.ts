import { describe, expect, test } from "@jest/globals";
import { aBuildingJob, BuildingStory, LOCKED } from "../../kit/a-building-story.js";

describe("an environment that can't be built", () => {
  test("fails the job before any build, with every line that is to blame", () => {
    const story = new BuildingStory(aBuildingJob({ allowUnpinned: false }).build());
    story.files = { ...LOCKED, "requirements.txt": "pandas>=2\nnumpy==1.26.4\njoblib\n" };
    story.see();
    story.read().see();
    expect(story.kinds()).not.toContain("start-build");
    expect(story.status).toMatchObject({
      phase: "Failed",
      reason: "UnpinnedDependencies",
      fault: "user",
      verdict: "Error",
    });
    expect(story.status.message).toContain("requirements.txt:1");
    expect(story.status.buildStatus?.message).toContain("requirements.txt:3");
    expect(story.condition("BuildComplete")).toBe("False/UnpinnedDependencies");
    expect(story.status.attempts).toMatchObject([{ stage: "build", reason: "UnpinnedDependencies" }]);
  });

  test("is asked for again when Git did not answer", () => {
    const story = new BuildingStory(aBuildingJob({}, { retryPolicy: { jitter: false } }).build());
    story.see();
    const [first] = story.effects("ask-environment");
    story.environment = { kind: "failed", reason: "GitNetwork", message: "no route" };
    story.see();
    expect(story.status).toMatchObject({ phase: "Retrying", reason: "GitNetwork" });
    expect(story.status.attempts).toMatchObject([
      { number: 1, stage: "source", reason: "GitNetwork", action: "retry" },
    ]);
    story.environment = { kind: "unasked" };
    story.see();
    expect(story.status.phase).toBe("Building");
    story.see();
    const [second] = story.effects("ask-environment");
    expect(second?.ticket).not.toBe(first?.ticket);
  });

  test.each([
    [undefined, [], "serves the kinds of no build strategy"],
    ["custom", ["tekton"], "does not serve the kinds of the strategy custom. It can build by tekton"],
  ] as const)("by %p in a cluster with %p says what there is", (strategy, available, words) => {
    const story = new BuildingStory(aBuildingJob({ ...(strategy && { strategy }) }).build());
    story.available = available;
    story.see();
    story.read().see();
    expect(story.status).toMatchObject({ reason: "BuildStrategyUnavailable" });
    expect(story.status.attempts).toMatchObject([{ action: "fallback-to-prebuilt" }]);
    expect(story.status.message).toContain(words);
  });

  test("by a strategy that the cluster lacks is built by another one, with a warning, unless that is switched off", () => {
    const story = new BuildingStory(aBuildingJob({ strategy: "shipwright" }).build()).building();
    expect(story.effects("start-build")).toMatchObject([{ strategy: "tekton" }]);
    expect(story.status.source?.warnings).toContainEqual(expect.stringContaining("tekton builds in its place"));
    const strict = new BuildingStory(
      aBuildingJob({ strategy: "shipwright" }, { recoveryConfig: { enableBuildFallback: false } }).build(),
    );
    strict.see();
    strict.read().see();
    expect(strict.status).toMatchObject({ phase: "Failed", reason: "BuildStrategyUnavailable" });
  });

  test("has nowhere to go without a registry", () => {
    const story = new BuildingStory();
    story.config = {};
    story.see();
    story.read().see();
    expect(story.status).toMatchObject({ phase: "Failed", reason: "ImageDestinationInvalid", fault: "platform" });
  });
});
