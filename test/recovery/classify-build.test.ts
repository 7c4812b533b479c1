import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { BUILD_SIGNALS } from "../../src/recovery/build/build-signals.js";
import { type BuildTrouble, classifyBuild } from "../../src/recovery/index.js";
import { LOGS } from "./build-logs.js";

const inBuild = (log: string, more: Partial<BuildTrouble> = {}): BuildTrouble => ({
  reason: "StepFailed",
  message: '"step-build" exited with code 1: Error',
  step: "build",
  exitCode: 1,
  log,
  ...more,
});

describe("what a failed build means", () => {
  test.each(LOGS)("%s", (_what, log, reason, errorType) => {
    expect(classifyBuild(inBuild(log))).toMatchObject({ reason, errorType, stage: "build" });
  });

  test("the message tells what is needed to mend it", () => {
    const message = (log: string) => classifyBuild(inBuild(log)).message;
    expect(message(LOGS[0]?.[1] ?? "")).toContain(
      "six==1.16.0 from https://pypi.example.org/six.whl: Expected sha256 aaaa Got bbbb",
    );
    expect(message(LOGS[3]?.[1] ?? "")).toContain("The user requested numpy==1.26.0; pandas 2.2.2 depends on numpy>=2");
    expect(message("line\nERROR: boom\ntrailing words")).toContain("ERROR: boom");
  });

  test.each([
    ["unauthorized: access to the resource is not authorized", "BuildPushDenied", "permanent"],
    [
      "writing blob: initiating layer upload: denied: requested access to the resource is denied",
      "BuildPushDenied",
      "permanent",
    ],
    ["the registry Secret has no key .dockerconfigjson", "BuildPushDenied", "permanent"],
    ["writing blob: received unexpected HTTP status: 502 Bad Gateway", "BuildNetwork", "transient"],
    [
      'pinging container registry r: Get "https://r/v2/": x509: certificate signed by unknown authority',
      "BuildFailed",
      "permanent",
    ],
  ])("of the push: %s", (log, reason, errorType) => {
    expect(classifyBuild(inBuild(log, { step: "push" }))).toMatchObject({ reason, errorType });
  });

  test("an instruction that is repeated in the log is nothing that happened", () => {
    const log = [
      'STEP 4/9: RUN echo "ERROR: No matching distribution found for x" && pip install --require-hashes -r r.txt',
      "something odd",
      'Error: building at STEP "RUN /bin/sh -ec set -e',
      'echo "THESE PACKAGES DO NOT MATCH THE HASHES"',
      'echo "nbv: the environment has no ipykernel, and nothing may be added without a hash" >&2',
      'exit 1": exit status 1',
    ].join("\n");
    expect(classifyBuild(inBuild(log))).toMatchObject({ reason: "BuildFailed", errorType: "unknown" });
  });

  test("the fetch names its reason itself", () => {
    const log = "warning: left out 1 link\nGitAuthFailed: the server wants credentials: https://git.example.org/a.git";
    expect(classifyBuild(inBuild(log, { step: "fetch" }))).toMatchObject({ reason: "GitAuthFailed", stage: "build" });
    const openshift = {
      reason: "FetchSourceFailed",
      message: "Failed to fetch the input source.",
      log: "fatal: could not read Username for 'https://git.example.org'",
    };
    expect(classifyBuild(openshift)).toMatchObject({ reason: "GitAuthFailed", stage: "build" });
  });

  test.each(Object.entries(BUILD_SIGNALS))(
    "%s is what its controller means by it, whatever the log says",
    (reason, signal) => {
      const failure = classifyBuild({ reason, message: "as it is" });
      expect(failure.reason).toBe(signal.reason);
      const log = "ERROR: No matching distribution found for x";
      expect(classifyBuild({ reason, message: "as it is", log }).reason).toBe(
        signal.isVague === true ? "DependencyNotFound" : signal.reason,
      );
    },
  );

  test("a quota is no prohibition", () => {
    const quota =
      'pods "x" is forbidden: exceeded quota: compute, requested: limits.memory=4Gi, used: 8Gi, limited: 8Gi';
    expect(classifyBuild({ reason: "PodCreationFailed", message: quota })).toMatchObject({
      reason: "QuotaExceeded",
      errorType: "transient",
      stage: "build",
      budget: "platform",
      recoveries: ["wait-for-resolution", "retry"],
    });
    const policy = 'pods "x" is forbidden: violates PodSecurity "restricted:latest"';
    expect(classifyBuild({ reason: "PodCreationFailed", message: policy })).toMatchObject({
      reason: "BuildNotPermitted",
    });
  });

  test("a container that was killed from outside is tried again; one that names its memory is not", () => {
    expect(classifyBuild(inBuild("Downloading", { exitCode: 137 }))).toMatchObject({
      reason: "BuildLost",
      errorType: "transient",
    });
    expect(classifyBuild(inBuild("MemoryError", { exitCode: 137 }))).toMatchObject({ reason: "BuildOutOfMemory" });
  });

  test.each([
    ["no such image", "quay.io/buildah/stable:v9: not found", "BuildImagePull"],
    ["no right to it", "pull access denied: authorization failed: no basic auth credentials", "BuildImagePull"],
    ["no way to its registry", "dial tcp: lookup quay.io: no such host", "BuildNetwork"],
  ])(
    "a step's own image that can't be pulled is no fault of the job, whichever step is told of: %s",
    (_what, words, reason) => {
      const message = `the step "fetch" in TaskRun "x" failed to pull the image "". The pod errored with the message: "${words}"`;
      for (const step of ["fetch", "build", "push"]) {
        const failure = classifyBuild({ reason: "TaskRunImagePullFailed", message, step, exitCode: 1 });
        expect(failure).toMatchObject({ reason, fault: "platform", errorType: "transient", stage: "build" });
        expect(failure.recoveries).toContain("retry");
      }
    },
  );

  test("secrets of a log do not get into the message", () => {
    const log = "ERROR: HTTP error 403 while getting https://user:hunter22@pypi.example.org/six.whl?token=abcdefgh";
    const { message } = classifyBuild(inBuild(log));
    expect(message).not.toMatch(/hunter22|abcdefgh/);
  });

  test("whatever a log holds, there is an answer of at most 1 KiB", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.string({ unit: "binary", maxLength: 3000 }),
        fc.option(fc.constantFrom("fetch", "build", "push", "x")),
        (reason, message, log, step) => {
          const failure = classifyBuild({ reason, message, log, ...(step !== null && { step }) });
          expect(Buffer.byteLength(failure.message)).toBeLessThanOrEqual(1024);
        },
      ),
    );
    for (const word of ["mount", " has requirement ", "error: command '", "unshare", "lookup ", "reading manifest "]) {
      const { message } = classifyBuild(inBuild(word.repeat(300_000 / word.length)));
      expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1024);
    }
  });
});

test.each(["VulnerabilitiesFound", "InvalidOutputReference"])(
  "%s is no reason to build or run anything else",
  (reason) => {
    expect(classifyBuild({ reason, message: "" }).recoveries).toEqual([]);
  },
);

test("a run that a strategy's controller can't make sense of may be built by another strategy", () => {
  expect(classifyBuild({ reason: "PipelineValidationFailed", message: "" }).recoveries).toContain(
    "fallback-build-strategy",
  );
});
