import { describe, expect, test } from "@jest/globals";
import { failureOf } from "../../../../src/recovery/index.js";
import {
  aBuildingJob,
  BASE_DIGEST,
  BUILT,
  BuildingStory,
  complete,
  IMAGE_DIGEST,
  LOCKED,
  OTHER_DIGEST,
  REPOSITORY,
  runningBuild,
} from "../../kit/a-building-story.js";
import { aPod, ended, running } from "../../kit/an-observation.js";

const MINUTE = 60_000;

describe("a job that builds", () => {
  test("reads the repository at its commit, asks the registry, and only then builds", () => {
    const story = new BuildingStory();
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

  test("runs on the base image's tag when no registry tells its digest", () => {
    const story = new BuildingStory();
    story.files = { "notebooks/titanic.ipynb": "{}" };
    story.see();
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
    expect(story.status).toMatchObject({ phase: "Failed", reason: "BuildStrategyUnavailable" });
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

describe("a build that fails", () => {
  const failed = {
    kind: "failed",
    signal: { reason: "Failed", message: "step build exited with 1", step: "build" },
  } as const;

  test("for a passing reason is built again under the next number, and paid by the build's own budget", () => {
    const story = new BuildingStory().building().made(runningBuild());
    story.see();
    story.becomes(failed, { failure: failureOf("BuildImagePull") }).see();
    expect(story.status).toMatchObject({
      phase: "Retrying",
      buildRetryCount: 1,
      validationRetryCount: 0,
      retryCount: 1,
      buildStatus: { phase: "Failed", attempts: [{ outcome: "Failed", reason: "BuildImagePull" }] },
    });
    story.pass(1).see();
    expect(story.status.phase).toBe("Building");
    story.see();
    expect(story.effects("start-build")).toMatchObject([{ plan: { number: 2 } }]);
    expect(story.status.buildStatus?.attempts).toHaveLength(2);
    story.made(runningBuild()).see();
    story.becomes(failed, { failure: failureOf("BuildImagePull") }).see();
    expect(story.status).toMatchObject({ phase: "Failed", reason: "BuildImagePull", buildRetryCount: 1 });
    expect(story.condition("BuildInProgress")).toBe("False/BuildImagePull");
  });

  test("for the user's own reason ends the job", () => {
    const story = new BuildingStory().building().made(failed, { failure: failureOf("DependencyHashMismatch") });
    story.see();
    expect(story.status).toMatchObject({ phase: "Failed", reason: "DependencyHashMismatch", fault: "user" });
    expect(story.condition("BuildComplete")).toBe("False/DependencyHashMismatch");
  });

  test("is not judged before its log is read, nor kept waiting for that log for ever", () => {
    const signal = { ...failed.signal, log: { pod: "p", container: "step-build" } };
    const story = new BuildingStory()
      .building()
      .made({ kind: "failed", signal, completionTime: "2026-01-01T00:00:00Z" });
    story.see();
    expect(story.status).toMatchObject({ phase: "Building", reason: "BuildFailing" });
    story.pass(MINUTE).see();
    expect(["Failed", "Retrying"]).toContain(story.status.phase);
  });

  test("because it was cancelled by somebody ends the job", () => {
    const story = new BuildingStory().building().made({ kind: "cancelled" });
    story.see();
    expect(story.status).toMatchObject({ phase: "Failed", reason: "BuildCancelled" });
  });

  test("because this operator had abandoned it just before the job joined is built again at no cost", () => {
    const story = new BuildingStory().building().made(runningBuild());
    story.see();
    story.becomes(runningBuild(), { isAbandoned: true }).see();
    expect(story.status).toMatchObject({ phase: "Building", retryCount: 0, buildRetryCount: 0 });
    expect(story.effects("start-build")).toMatchObject([{ plan: { number: 2 } }]);
  });

  test("by disappearing is the platform's loss", () => {
    const story = new BuildingStory().building().made(runningBuild());
    story.see();
    story.builds = [];
    story.see();
    expect(story.status).toMatchObject({ phase: "Retrying", reason: "BuildLost", buildRetryCount: 0, retryCount: 1 });
  });

  test("by the API server's refusal ends or repeats as that refusal says", () => {
    const story = new BuildingStory().building();
    story.more = { refusal: failureOf("BuildNotPermitted") };
    story.see();
    expect(story.status).toMatchObject({ phase: "Failed", reason: "BuildNotPermitted" });
  });

  test("without the digest of its image is no image", () => {
    const story = new BuildingStory().building().made(complete(`${REPOSITORY}:latest`));
    story.see();
    expect(story.kinds()).not.toContain("start-attempt");
    expect(story.status.buildStatus?.phase).toBe("Failed");
  });
});

describe("a build's time", () => {
  test("is counted from its start, and the end names the step that was running", () => {
    const story = new BuildingStory(aBuildingJob({}, { buildTimeout: "10m" }).build()).building();
    story
      .pass(3 * MINUTE)
      .made(runningBuild("Installing dependencies (5/12 packages)", "2026-01-01T00:03:00Z"))
      .see();
    expect(story.decision.requeueAfterMs).toBeLessThanOrEqual(10 * MINUTE);
    story.pass(10 * MINUTE - 1).see();
    expect(story.status.phase).toBe("Building");
    story.pass(1).see();
    expect(story.status).toMatchObject({ phase: "Failed", reason: "BuildTimeout" });
    expect(story.status.message).toContain("Installing dependencies (5/12 packages)");
    expect(story.status.buildStatus?.attempts).toMatchObject([{ outcome: "TimedOut" }]);
  });

  test("is counted from the joining for a job that joins a build under way", () => {
    const first = new BuildingStory().building().made(runningBuild(undefined, "2026-01-01T00:00:00Z"));
    const late = new BuildingStory(aBuildingJob({}, { buildTimeout: "10m" }).meta({ uid: "late-uid" }).build());
    late.builds = first.builds;
    late.pass(30 * MINUTE).building();
    expect(late.kinds()).toEqual(["join-build"]);
    expect(late.status.phase).toBe("Building");
    late.pass(10 * MINUTE).see();
    expect(late.status.reason).toBe("BuildTimeout");
  });

  test("is over with the run's own", () => {
    const story = new BuildingStory(aBuildingJob({}, { totalTimeout: "5m" }).build())
      .building()
      .made(runningBuild("push"));
    story.see();
    story.pass(5 * MINUTE).see();
    expect(story.status).toMatchObject({
      phase: "Failed",
      reason: "TotalTimeout",
      buildStatus: { phase: "Failed", attempts: [{ outcome: "TimedOut", reason: "TotalTimeout" }] },
    });
  });

  test("does not begin while nothing works on it, but that has an end, too", () => {
    const story = new BuildingStory().building().made({ kind: "pending", message: "0/3 nodes are available" });
    story.see();
    expect(story.status.message).toContain("0/3 nodes are available");
    story.pass(10 * MINUTE).see();
    expect(story.status).toMatchObject({ reason: "BuildNotStarted", buildRetryCount: 1 });
    story.see();
    story.see();
    expect(story.effects("start-build")).toMatchObject([{ plan: { number: 2 } }]);
  });
});

describe("jobs of one environment", () => {
  test("share one build: the second joins it and owns it, too", () => {
    const first = new BuildingStory().building().made(runningBuild());
    const second = new BuildingStory(aBuildingJob().named("second").build());
    second.builds = first.builds;
    second.building();
    expect(second.buildName).toBe(first.buildName);
    expect(second.effects("join-build")).toMatchObject([{ name: first.buildName, uid: `uid-of-${first.buildName}` }]);
    second.becomes(runningBuild(), { owners: ["job-uid", "team-a-second"] }).see();
    expect(second.effects("join-build")).toEqual([]);
    second.becomes(complete()).see();
    expect(second.status.buildStatus).toMatchObject({ imageDigest: BUILT, reused: false });
  });

  test("build nothing when it was built before, as long as the registry has the image", () => {
    const first = new BuildingStory().building().made(complete());
    const later = new BuildingStory(aBuildingJob().named("later").build());
    later.builds = first.builds;
    later.pass(30 * 24 * 60 * MINUTE);
    later.see();
    later.read().see();
    expect(later.effects("ask-image")).toMatchObject([{ reference: BUILT }]);
    later.registryAnswers({ kind: "present", digest: IMAGE_DIGEST }).see();
    expect(later.status).toMatchObject({ phase: "BuildComplete", buildStatus: { imageDigest: BUILT, reused: true } });
    expect(later.kinds()).toEqual([]);
  });

  test.each([
    ["absent", { kind: "absent" } as const, 2],
    ["in a registry that is down", { kind: "unknown", message: "connection refused" } as const, undefined],
  ])("whose image is %s", (_where, answer, number) => {
    const first = new BuildingStory().building().made(complete());
    const later = new BuildingStory(aBuildingJob().named("later").build());
    later.builds = first.builds;
    later.pass(60 * MINUTE).see();
    later.read().see();
    later.registryAnswers(answer).see();
    later.registryAnswers(answer).see();
    if (number === undefined) expect(later.status.buildStatus).toMatchObject({ reused: true, imageDigest: BUILT });
    else expect(later.effects("start-build")).toMatchObject([{ plan: { number } }]);
  });

  test("build again what is not pinned when it is too old, and not before", () => {
    const unpinned = { ...LOCKED, "requirements.txt": "pandas\n" };
    const first = new BuildingStory();
    first.files = unpinned;
    first.building().made(complete());
    for (const [hours, isReused] of [
      [23, true],
      [25, false],
    ] as const) {
      const later = new BuildingStory(aBuildingJob().named("later").build());
      later.files = unpinned;
      later.builds = first.builds;
      later.pass(hours * 60 * MINUTE).see();
      later.read().see();
      later.registryAnswers({ kind: "present", digest: IMAGE_DIGEST }).see();
      expect([later.effects("start-build").length === 0, later.status.buildStatus?.reused === true]).toEqual([
        isReused,
        isReused,
      ]);
    }
  });

  test("that come a moment after the shared build failed share its failure, not a build each", () => {
    const first = new BuildingStory().building().made(runningBuild());
    first.becomes(
      { kind: "failed", signal: { reason: "Failed", message: "no" } },
      { failure: failureOf("DependencyHashMismatch") },
    );
    const late = new BuildingStory(aBuildingJob().named("late").build());
    late.builds = first.builds;
    late.building();
    expect(late.effects("start-build")).toEqual([]);
    expect(late.status).toMatchObject({ phase: "Failed", reason: "DependencyHashMismatch" });
  });

  test("that come long after a failed build try their own", () => {
    const first = new BuildingStory().building().made(runningBuild());
    first.becomes(
      { kind: "failed", signal: { reason: "Failed", message: "no" } },
      { failure: failureOf("DependencyHashMismatch") },
    );
    const late = new BuildingStory(aBuildingJob().named("late").build());
    late.builds = first.builds;
    late.pass(MINUTE).building();
    expect(late.effects("start-build")).toMatchObject([{ plan: { number: 2 } }]);
  });

  test("never take a build whose full digest differs, whatever its name says", () => {
    const story = new BuildingStory().building().made(complete(), { environmentDigest: `sha256:${"e".repeat(64)}` });
    story.see();
    expect(story.kinds()).toEqual(["start-build"]);
    expect(story.effects("start-build")).toMatchObject([{ plan: { number: 2 } }]);
  });
});

describe("an image that the registry has by name", () => {
  test("is reused when its label says that it is of the same environment", () => {
    const story = new BuildingStory();
    story.see();
    story.read().see();
    story
      .registryAnswers({ kind: "present", digest: OTHER_DIGEST, environmentDigest: story.digest, sizeBytes: 5 })
      .see();
    expect(story.status).toMatchObject({
      phase: "BuildComplete",
      buildStatus: { reused: true, imageDigest: `${REPOSITORY}@${OTHER_DIGEST}`, imageSizeBytes: 5 },
    });
  });

  test("is not reused under a shared tag of another environment, which is said", () => {
    const shared = { imageName: "risk", imageTag: "stable", reuseIfExists: true };
    const story = new BuildingStory(aBuildingJob(shared).build());
    story.see();
    story.read().see();
    const reference = "registry.example.com/team-a/risk:stable";
    expect(story.effects("ask-image")).toMatchObject([{ reference }]);
    story.images[reference] = { kind: "present", digest: OTHER_DIGEST, environmentDigest: `sha256:${"9".repeat(64)}` };
    story.see();
    story.registryAnswers().see();
    expect(story.effects("start-build")).toHaveLength(1);
    expect(story.status.source?.warnings).toContainEqual(
      expect.stringContaining(`${reference} is of another environment`),
    );
  });

  test("that the registry does not tell about is built, which is said", () => {
    const story = new BuildingStory();
    story.see();
    story.read().see();
    story.registryAnswers({ kind: "unknown", message: "connection refused" }).see();
    expect(story.effects("start-build")).toHaveLength(1);
    expect(story.status.source?.warnings).toContainEqual(expect.stringContaining("connection refused"));
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
    const waiting = {
      phase: "Pending",
      containerStatuses: [
        { name: "notebook", state: { waiting: { reason: "ImagePullBackOff", message: "Back-off pulling image" } } },
      ],
    };
    story.see({ pods: [aPod(story.podName, waiting)] });
    story.pass(10 * MINUTE).see({ pods: [aPod(story.podName, waiting)] });
    expect(story.status).toMatchObject({ phase: "Retrying", buildStatus: { phase: "Pending" } });
    story.pass(MINUTE).see();
    expect(story.status.phase).toBe("Building");
    story.see();
    expect(story.effects("ask-image").map(({ reference }) => reference)).toEqual([BUILT]);
  });
});

describe("a notebook that passed", () => {
  const shared = { imageName: "risk", imageTag: "stable" };
  const image = `registry.example.com/team-a/risk@${IMAGE_DIGEST}`;

  function validated(buildConfig: object = shared, spec: object = {}): BuildingStory {
    const story = new BuildingStory(aBuildingJob(buildConfig, spec).build()).building().made(complete(image));
    story.see();
    story.see();
    story.see({ pods: [aPod(story.podName, running())] });
    story.passes();
    return story;
  }

  test("has its tag moved to the image before anybody is told", () => {
    const story = validated();
    expect(story.status).toMatchObject({ phase: "ValidationRunning", reason: "PublishingImage" });
    expect(story.decision.write).toBe("now");
    expect(story.effects("publish-image")).toMatchObject([{ image, tag: "stable" }]);
    story.publication = { kind: "publishing" };
    story.passes();
    expect(story.kinds()).toEqual([]);
    story.publication = { kind: "published" };
    story.passes();
    expect(story.status).toMatchObject({
      phase: "Succeeded",
      verdict: "Passed",
      buildStatus: { published: true, recommendedImage: image },
    });
  });

  test("stays passed when the registry is in the way", () => {
    const story = validated();
    story.publication = { kind: "failed", message: "The registry refused the push: denied" };
    story.passes();
    expect(story.status).toMatchObject({
      phase: "Succeeded",
      buildStatus: {
        published: false,
        publishMessage: "The registry refused the push: denied",
        recommendedImage: image,
      },
    });
    expect(story.effects("emit").map(({ note }) => note.reason)).toEqual(["Succeeded", "NotPublished"]);
  });

  test("stays passed when the registry never answers, even beyond the run's own time", () => {
    const story = validated(shared, { totalTimeout: "1m" });
    story.publication = { kind: "publishing" };
    story.pass(MINUTE + 1).passes();
    expect(story.status.phase).toBe("ValidationRunning");
    story.pass(MINUTE).passes();
    expect(story.status).toMatchObject({ phase: "Succeeded", buildStatus: { published: false } });
  });

  test("leaves a tag alone under which another job passed with another image", () => {
    const story = new BuildingStory(aBuildingJob(shared).build()).building().made(complete(image));
    story.see();
    story.see();
    story.more = { tagOwner: { job: "risk-nightly", image: `registry.example.com/team-a/risk@${OTHER_DIGEST}` } };
    story.passes();
    expect(story.effects("publish-image")).toEqual([]);
    expect(story.status).toMatchObject({ phase: "Succeeded", buildStatus: { published: false } });
    expect(story.status.buildStatus?.publishMessage).toContain("risk-nightly");
  });

  test("publishes nothing without a tag, and recommends its image all the same", () => {
    const story = new BuildingStory().built();
    story.passes();
    expect(story.kinds()).toEqual(["emit"]);
    expect(story.status).toMatchObject({ phase: "Succeeded", buildStatus: { recommendedImage: BUILT } });
    expect(story.status.buildStatus?.published).toBeUndefined();
  });

  test("on the base image moves no tag, and says why", () => {
    const story = new BuildingStory(aBuildingJob(shared).build());
    story.files = { "notebooks/titanic.ipynb": "{}" };
    story.see();
    story.read().see();
    story.see();
    story.passes();
    expect(story.status).toMatchObject({ phase: "Succeeded", buildStatus: { published: false } });
    expect(story.status.buildStatus?.publishMessage).toContain("nothing was built");
  });

  test("and a notebook that failed leaves the tag where it was", () => {
    const story = new BuildingStory(aBuildingJob(shared).build()).building().made(complete(image));
    story.see();
    story.see();
    story.see({ pods: [aPod(story.podName, ended(1))] });
    expect(story.effects("publish-image")).toEqual([]);
    expect(story.status.buildStatus?.recommendedImage).toBeUndefined();
  });

  test("tells which file pins its packages", () => {
    const story = new BuildingStory();
    story.files = { ...LOCKED, "requirements.txt": `pandas==2.2.3 --hash=sha256:${"a".repeat(64)}\n` };
    story.built();
    story.passes();
    expect(story.status.environment?.lockedBy).toBe("requirements.txt");
  });
});
