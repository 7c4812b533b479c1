import { describe, expect, test } from "@jest/globals";
import {
  aBuildingJob,
  BASE_DIGEST,
  BUILT,
  BuildingStory,
  complete,
  MINUTE,
  REPOSITORY,
  runningBuild,
} from "../../kit/a-building-story.js";
import { aPod, stuck } from "../../kit/an-observation.js";

describe("a job that builds", () => {
  test("reads the repository at its commit, asks the registry, and only then builds", () => {
    const story = new BuildingStory();
    story.see();
    // Every run asks Git anew, whatever is known from before.
    expect(story.kinds()).toEqual(["ask-source"]);
    story.see();
    expect(story.status).toMatchObject({ phase: "Building", reason: "ReadingEnvironment" });
    expect(story.effects("ask-environment")).toMatchObject([{ commit: story.status.source?.commit }]);
    story.read().see();
    const tag = story.digest.slice("sha256:".length, "sha256:".length + 12);
    expect(story.effects("ask-image")).toMatchObject([{ reference: `${REPOSITORY}:${tag}` }]);
    story.registryAnswers().see();
    expect(story.kinds()).toEqual(["start-build"]);
    expect(story.decision.write).toBe("now");
    expect(story.buildName).toMatch(/^nbv-build-[0-9a-f]{10}-1$/);
    expect(story.status).toMatchObject({
      phase: "Building",
      environmentDigest: story.digest,
      source: { environmentSource: { kind: "requirements", path: "requirements.txt" } },
      buildStatus: { phase: "Pending", strategy: "tekton", attempts: [{ number: 1, buildName: story.buildName }] },
    });
    expect(story.condition("BuildInProgress")).toBe("True/BuildStarted");
  });

  test("has no validation pod before its image is there, and then one of that very digest", () => {
    const story = new BuildingStory().building();
    for (const state of [undefined, { kind: "pending" } as const, runningBuild(), runningBuild("push")]) {
      if (state !== undefined && story.builds.length === 0) story.made();
      if (state !== undefined) story.becomes(state);
      story.see();
      expect(story.kinds()).not.toContain("start-attempt");
    }
    story.becomes(complete()).see();
    expect(story.status).toMatchObject({
      phase: "BuildComplete",
      buildStatus: { phase: "Complete", imageDigest: BUILT },
    });
    expect(story.decision).toMatchObject({ write: "now", requeueAfterMs: 0 });
    expect(story.condition("BuildComplete")).toBe("True/BuildComplete");
    expect(story.condition("BuildInProgress")).toBe("False/BuildComplete");
    story.see();
    expect(story.effects("start-attempt")).toMatchObject([{ plan: { image: BUILT, number: 1 } }]);
  });

  test("shows what the build is doing and when it is usually done, without a write for every step", () => {
    const story = new BuildingStory().building().made(runningBuild("Installing dependencies (1/12 packages)"));
    story.see();
    const expectedAt = story.now + 5 * MINUTE;
    story.becomes(runningBuild("Installing dependencies (5/12 packages)"), { expectedAt }).see();
    expect(story.decision.write).toBe("soon");
    expect(story.status.buildStatus).toMatchObject({
      phase: "Running",
      currentStep: "Installing dependencies (5/12 packages)",
      estimatedCompletionTime: "2026-01-01T00:05:00Z",
    });
    expect(story.status.message).toContain("Installing dependencies (5/12 packages)");
    story.becomes(complete()).see();
    expect(story.status.buildStatus).toMatchObject({ duration: "2m", reused: false });
    expect(story.status.buildStatus?.currentStep).toBeUndefined();
  });

  test("makes the build again under the same name when its making was lost in a crash", () => {
    const story = new BuildingStory().building();
    const [first] = story.effects("start-build");
    story.environment = { kind: "unasked" };
    story.see();
    expect(story.kinds()).toEqual(["ask-environment"]);
    story.read().see();
    expect(story.effects("start-build")).toMatchObject([{ plan: { name: first?.plan.name, number: 1 } }]);
    expect(story.status.buildStatus?.attempts).toHaveLength(1);
  });

  test("follows its build by name without asking Git again", () => {
    const story = new BuildingStory().building().made(runningBuild());
    story.environment = { kind: "unasked" };
    story.see();
    expect(story.kinds()).toEqual([]);
    expect(story.status.buildStatus?.phase).toBe("Running");
  });

  test("waits for room before it builds, and says so", () => {
    const story = new BuildingStory();
    story.more = { hasRoom: false };
    story.building();
    expect(story.kinds()).toEqual([]);
    expect(story.status).toMatchObject({ reason: "BuildQueued" });
    expect(story.status.buildStatus?.buildName).toBeUndefined();
  });

  test("runs on the base image when the repository asks for nothing else", () => {
    const story = new BuildingStory();
    story.files = { "notebooks/titanic.ipynb": "{}" };
    story.see();
    story.read().see();
    expect(story.status).toMatchObject({
      phase: "BuildComplete",
      source: { environmentSource: { kind: "baseImage" } },
      buildStatus: { phase: "Complete", imageDigest: `quay.io/jupyter/minimal-notebook@${BASE_DIGEST}` },
    });
    story.see();
    expect(story.effects("start-attempt")).toMatchObject([
      { plan: { image: `quay.io/jupyter/minimal-notebook@${BASE_DIGEST}` } },
    ]);
  });

  test("runs on what it built when the repository itself is all that the base image lacks", () => {
    const story = new BuildingStory(aBuildingJob({ includeSource: true }).build());
    story.files = { "notebooks/titanic.ipynb": "{}" };
    story.built();
    expect(story.status.source?.environmentSource?.kind).toBe("baseImage");
    expect(story.effects("start-attempt")).toMatchObject([{ plan: { image: BUILT } }]);
    // Also where an operator that was restarted has not read the repository yet.
    story.environment = { kind: "unasked" };
    story.see();
    expect(story.effects("start-attempt")).toMatchObject([{ plan: { image: BUILT } }]);
  });

  test("fails, and does not choose for ever, when the image that is found is none that it may run", () => {
    const story = new BuildingStory(aBuildingJob({}, { retryPolicy: { enabled: false } }).build());
    story.files = { "notebooks/titanic.ipynb": "{}" };
    story.see();
    story.read({ reference: "quay.io/somebody/else:1", digest: BASE_DIGEST }).see();
    expect(story.status).toMatchObject({
      phase: "Failed",
      reason: "BuildFailed",
      fault: "platform",
      message: expect.stringContaining("quay.io/somebody/else"),
      buildStatus: { phase: "Failed" },
    });
    expect(story.effects("start-attempt")).toEqual([]);
  });

  test("runs on the base image's tag when no registry tells its digest", () => {
    const story = new BuildingStory();
    story.files = { "notebooks/titanic.ipynb": "{}" };
    story.see();
    story.config = { ...story.config, defaultImages: { base: "registry.example.com:5000/base:1" } };
    story.read({ reference: "registry.example.com:5000/base:1" }).see();
    story.see();
    expect(story.effects("start-attempt")).toMatchObject([{ plan: { image: "registry.example.com:5000/base:1" } }]);
  });

  test("builds on the architecture that its notebook needs", () => {
    const spec = aBuildingJob().build().spec as { podConfig: object };
    const story = new BuildingStory(
      aBuildingJob({}, {})
        .with({ podConfig: { ...spec.podConfig, nodeSelector: { "kubernetes.io/arch": "arm64" } } })
        .build(),
    ).building();
    const plain = new BuildingStory().building();
    expect(story.effects("start-build")[0]?.plan.pod.nodeSelector).toEqual({ "kubernetes.io/arch": "arm64" });
    expect(story.buildName).not.toBe(plain.buildName);
  });
});

describe("a job that changes its mind while it builds", () => {
  test("leaves the build when it is suspended, and comes back to it", () => {
    const story = new BuildingStory().building().made(runningBuild());
    story.see();
    const name = story.buildName;
    story.edit({ suspend: true }).see();
    expect(story.status).toMatchObject({ phase: "Pending", buildStatus: { phase: "Pending" } });
    expect(story.status.buildStatus?.buildName).toBeUndefined();
    expect(story.condition("BuildInProgress")).toBe("False/Suspended");
    story.edit({ suspend: false }).see();
    story.see();
    expect(story.buildName).toBe(name);
    expect(story.status.retryCount).toBe(0);
  });

  test("keeps an image that is built when it is suspended afterwards", () => {
    const story = new BuildingStory().built();
    story.edit({ suspend: true }).see();
    expect(story.status.buildStatus).toMatchObject({ phase: "Complete", imageDigest: BUILT });
    story.edit({ suspend: false }).see();
    expect(story.effects("start-attempt")).toMatchObject([{ plan: { image: BUILT, number: 2 } }]);
  });

  test("chooses its image anew after its spec changed", () => {
    const story = new BuildingStory().built();
    story.edit({
      notebook: {
        git: { url: "https://git.example.com/team/notebooks.git", ref: "next" },
        path: "notebooks/titanic.ipynb",
      },
    });
    story.environment = { kind: "unasked" };
    story.see({ source: { kind: "unasked" } });
    expect(story.status.buildStatus).toBeUndefined();
    expect(story.kinds()).not.toContain("start-attempt");
  });

  test("looks for its image again when the node could not pull it", () => {
    const story = new BuildingStory().built();
    const pods = [aPod(story.podName, stuck("ImagePullBackOff", "Back-off pulling image"))];
    story.see({ pods });
    story.pass(10 * MINUTE).see({ pods });
    expect(story.status).toMatchObject({ phase: "Retrying", buildStatus: { phase: "Pending" } });
    story.pass(MINUTE).see();
    expect(story.status.phase).toBe("Building");
    story.see();
    expect(story.effects("ask-image").map(({ reference }) => reference)).toEqual([BUILT]);
  });
});
