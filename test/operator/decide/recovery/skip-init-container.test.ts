import { describe, expect, test } from "@jest/globals";
import { failureOf } from "../../../../src/recovery/index.js";
import { aBuildingJob, BuildingStory, OTHER_DIGEST } from "../../kit/a-building-story.js";
import { aPod, COMMIT } from "../../kit/an-observation.js";

/** A pod whose container that fetches the source ended so. */
function failingSource(name: string, message: string) {
  const terminated = { exitCode: 1, reason: "Error", message, finishedAt: "2026-01-01T00:01:00Z" };
  const pod = aPod(name, {
    phase: "Failed",
    initContainerStatuses: [{ name: "source", state: { terminated } }],
    containerStatuses: [{ name: "notebook", state: { waiting: { reason: "PodInitializing" } } }],
  });
  return {
    ...pod,
    spec: { ...pod.spec, containers: pod.spec?.containers ?? [], initContainers: [{ name: "source" }] },
  };
}

function refused(reason: string): string {
  return JSON.stringify({ version: "nbv.source.v1", reason, message: "the server refused access" });
}

const FORBIDDEN = failureOf("SecurityContextViolation", { detail: 'violates PodSecurity: container "source"' });

function aStory(build: object = { includeSource: true }, spec: object = {}): BuildingStory {
  return new BuildingStory(aBuildingJob(build, { retryPolicy: { jitter: false }, ...spec }).build());
}

describe("a run whose source can't be fetched in its pod", () => {
  test("goes on with the copy in its image, which is built for that very commit", () => {
    const story = aStory().built();
    const first = story.podName;
    story.see({ pods: [failingSource(first, refused("GitAuthFailed"))] });
    expect(story.status).toMatchObject({
      phase: "Retrying",
      recoveryAttempts: 1,
      retryCount: 0,
      recovery: { sourceFromImage: true, actions: [{ action: "skip-init-container", reason: "GitAuthFailed" }] },
      attempts: [{ podName: first, action: "skip-init-container" }],
    });
    expect(story.status.message).toContain("Attempted recovery: ");
    story.see({ pods: [failingSource(first, refused("GitAuthFailed"))] });
    expect(story.effects("start-attempt")).toMatchObject([
      {
        plan: {
          number: 2,
          commit: COMMIT,
          image: story.status.buildStatus?.imageDigest,
          sourceDirectory: "/opt/nbv/source",
        },
      },
    ]);
    story.passes();
    expect(story.status).toMatchObject({ phase: "Succeeded", verdict: "Passed", recovery: { sourceFromImage: true } });
  });

  test.each([
    ["copies all of the repository", {}, "/app"],
    ["keeps some of it from the builder", { ".dockerignore": "data\n" }, undefined],
    ["does so for buildah", { ".containerignore": "data\n" }, undefined],
    ["does so for buildah and itself", { "Dockerfile.containerignore": "data\n" }, undefined],
    ["keeps nobody knows what from it", { ".dockerignore": "\n".repeat(7_000_000) }, undefined],
    [
      "runs commands on the copy",
      {},
      undefined,
      "RUN curl -o notebooks/titanic.ipynb https://example.com/other.ipynb\n",
    ],
    ["copies over the copy", {}, undefined, "COPY --from=example.com/x /other.ipynb notebooks/titanic.ipynb\n"],
    ["adds to the copy", {}, undefined, "ADD https://example.com/other.ipynb notebooks/titanic.ipynb\n"],
    ["is read by Docker's own frontend", {}, "/app", "", "# syntax=docker/dockerfile:1.7-labs\n"],
    ["is read by a frontend of its own", {}, undefined, "", "# syntax=example.com/frontend:1\n"],
    [
      "names that frontend behind a line for the shell",
      {},
      undefined,
      "",
      "#!/usr/bin/env x\n# syntax = example.com/f\n",
    ],
    ["names that frontend after another directive", {}, undefined, "", "# escape=\\\n# Syntax=example.com/frontend\n"],
  ])("a Dockerfile of the repository that %s", (_what, more, sourceDirectory, after = "USER 1000\n", before = "") => {
    const story = aStory({ dockerfilePath: "Dockerfile" });
    const Dockerfile = `${before}FROM quay.io/jupyter/minimal-notebook:1\nWORKDIR /app\nCOPY . .\n${after}`;
    story.files = { Dockerfile, "notebooks/titanic.ipynb": "{}", ...more };
    story.built();
    expect(story.status.source?.environmentSource).toMatchObject({ kind: "dockerfile" });
    expect(story.status.source?.environmentSource?.repositoryAt).toBe(sourceDirectory);
    story.see({ pods: [failingSource(story.podName, refused("GitAuthFailed"))] });
    story.see();
    expect(story.status.phase).toBe(sourceDirectory === undefined ? "Failed" : "ValidationRunning");
    expect(story.effects("start-attempt")[0]?.plan.sourceDirectory).toBe(sourceDirectory);
  });

  test("has no copy where a build argument names another frontend than Docker's", () => {
    const story = aStory({ dockerfilePath: "Dockerfile", buildArgs: { BUILDKIT_SYNTAX: "example.com/frontend:1" } });
    const Dockerfile = "ARG BUILDKIT_SYNTAX\nFROM quay.io/jupyter/minimal-notebook:1\nCOPY . /app\n";
    story.files = { Dockerfile, "notebooks/titanic.ipynb": "{}" };
    story.built();
    expect(story.status.source?.environmentSource).toMatchObject({ kind: "dockerfile" });
    expect(story.status.source?.environmentSource?.repositoryAt).toBeUndefined();
  });

  test("does the same when the cluster does not let that container in", () => {
    const story = aStory().built();
    story.see({ refusal: FORBIDDEN });
    expect(story.status).toMatchObject({ phase: "Retrying", recovery: { sourceFromImage: true } });
    story.see();
    expect(story.effects("start-attempt")[0]?.plan.sourceDirectory).toBe("/opt/nbv/source");
    // Without it the pod is refused, too: nothing is left to leave out.
    story.see({ refusal: FORBIDDEN });
    expect(story.status).toMatchObject({
      phase: "Failed",
      failureReason: "SecurityContextViolation",
      recoveryAttempts: 1,
    });
  });

  test("tries what often passes by itself once more before", () => {
    const story = aStory({ includeSource: true }, { retryPolicy: { jitter: false, maxValidationRetries: 1 } }).built();
    story.see({ pods: [failingSource(story.podName, refused("GitNetwork"))] });
    expect(story.status).toMatchObject({ phase: "Retrying", retryCount: 1 });
    expect(story.status.recovery?.sourceFromImage).toBeUndefined();
    story.see();
    story.see({ pods: [failingSource(story.podName, refused("GitNetwork"))] });
    expect(story.status).toMatchObject({ phase: "Retrying", recovery: { sourceFromImage: true } });
  });

  test.each([
    ["does not hold the source", {}, {}],
    [
      "holds no golden notebook of another repository",
      { includeSource: true },
      { goldenNotebook: { git: { url: "https://git.example.com/golden.git", ref: "v1" }, path: "golden.ipynb" } },
    ],
  ])("fails when the image %s", (_what, build, spec) => {
    const source = { kind: "resolved", commit: COMMIT, golden: { commit: COMMIT } } as const;
    const story = aStory(build, spec);
    const see = story.see.bind(story);
    story.see = (seen = {}) => see({ source, ...seen });
    story.built();
    story.see({ pods: [failingSource(story.podName, refused("GitAuthFailed"))] });
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "GitAuthFailed" });
  });

  test("fails when the job forbids it", () => {
    const recoveryConfig = { disabledRecoveryActions: ["skip-init-container"] };
    const story = aStory({ includeSource: true }, { recoveryConfig }).built();
    story.see({ pods: [failingSource(story.podName, refused("GitAuthFailed"))] });
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "GitAuthFailed" });
  });

  test("never believes a status that calls for it without such an image", () => {
    const story = aStory({});
    story.built();
    const recovery = { sourceFromImage: true };
    const attempts = story.status.attempts?.map((attempt) => ({ ...attempt, outcome: "Cancelled" }));
    story.job = { ...story.job, status: { ...story.status, recovery, attempts } };
    story.see();
    expect(story.effects("start-attempt")[0]?.plan).not.toHaveProperty("sourceDirectory");
  });

  test("fails when the registry's label is all that speaks for the image, which nobody built here", () => {
    const story = aStory();
    story.see();
    story.read();
    story.see();
    story.registryAnswers({ kind: "present", digest: OTHER_DIGEST, environmentDigest: story.digest });
    story.see();
    story.see();
    expect(story.builds).toEqual([]);
    story.see({ pods: [failingSource(story.podName, refused("GitAuthFailed"))] });
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "GitAuthFailed" });
  });

  test("never takes a directory from the status", () => {
    const story = aStory().built();
    const { source } = story.status;
    const environmentSource = { ...source?.environmentSource, kind: "requirements", repositoryAt: "/tmp" } as const;
    const status = { ...story.status, source: { ...source, environmentSource }, recovery: { sourceFromImage: true } };
    story.job = { ...story.job, status: { ...status, attempts: [] } };
    story.see();
    expect(story.effects("start-attempt")[0]?.plan.sourceDirectory).toBe("/opt/nbv/source");
  });

  test.each([
    ["there", (story: BuildingStory) => void story.read(), "/opt/nbv/source"],
    [
      "not to be read",
      (story: BuildingStory) => {
        story.environment = { kind: "failed", reason: "GitNetwork", message: "no route" };
      },
      undefined,
    ],
  ])("reads anew where the copy is after a restart of the operator: it is %s", (_what, answer, sourceDirectory) => {
    const story = aStory().built();
    story.environment = { kind: "unasked" };
    story.see({ pods: [failingSource(story.podName, refused("GitAuthFailed"))] });
    expect(story.status).toMatchObject({ phase: "Retrying", recovery: { sourceFromImage: true } });
    story.more = { available: undefined };
    story.see();
    expect(story.effects("start-attempt")).toEqual([]);
    story.more = {};
    story.see();
    expect(story.effects("start-attempt")).toEqual([]);
    expect(story.effects("ask-environment")).toHaveLength(1);
    answer(story);
    story.see();
    expect(story.effects("start-attempt")).toHaveLength(1);
    expect(story.effects("start-attempt")[0]?.plan.sourceDirectory).toBe(sourceDirectory);
  });
});
