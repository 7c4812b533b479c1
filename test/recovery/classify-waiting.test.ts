import { describe, expect, test } from "@jest/globals";
import type { ContainerStateWaiting } from "kubernetes-types/core/v1.js";
import { type Failure } from "../../src/recovery/index.js";
import { aNotebook, failureIn, pull } from "./pods.js";

describe("what keeps a container from starting", () => {
  test.each<[what: string, message: string, expected: Partial<Failure>]>([
    [
      "pulls that back off",
      "Back-off pulling image",
      { reason: "ImagePullBackOff", errorType: "transient", failedContainer: "notebook" },
    ],
    [
      "an image that is not there",
      "failed to pull: manifest unknown",
      { reason: "ImagePullBackOff", errorType: "permanent" },
    ],
    [
      "a registry that refuses",
      "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
      { reason: "ImagePullBackOff", errorType: "permanent" },
    ],
    [
      "a registry that limits",
      "429 Too Many Requests - toomanyrequests: You have reached your pull rate limit",
      { reason: "RegistryUnavailable", errorType: "transient", fault: "platform" },
    ],
    [
      "a registry that is away",
      "dial tcp 10.0.0.1:443: i/o timeout",
      { reason: "RegistryUnavailable", errorType: "transient" },
    ],
    [
      "a registry nobody trusts",
      "x509: certificate signed by unknown authority",
      { reason: "ImagePullBackOff", errorType: "permanent", fault: "platform" },
    ],
    [
      "the wrong architecture",
      "no match for platform in manifest: not found",
      { errorType: "permanent", suggestedAction: expect.stringMatching(/architecture/) as never },
    ],
  ])("%s", (_, message, expected) => {
    expect(failureIn(pull(message))).toMatchObject(expected);
  });

  test.each<[what: string, waiting: ContainerStateWaiting, expected: Partial<Failure>]>([
    [
      "a first pull",
      { reason: "ErrImagePull", message: "rpc error: code = Unknown" },
      { reason: "ErrImagePull", errorType: "transient" },
    ],
    [
      "an invalid name",
      { reason: "InvalidImageName", message: "couldn't parse image reference" },
      { reason: "InvalidImageName", errorType: "permanent" },
    ],
    ["an image that may not be pulled", { reason: "ErrImageNeverPull" }, { reason: "ErrImageNeverPull" }],
    [
      "a busy runtime",
      { reason: "CreateContainerError", message: "context deadline exceeded" },
      { reason: "CreateContainerError", errorType: "transient" },
    ],
  ])("%s", (_, waiting, expected) => {
    expect(failureIn(aNotebook({ waiting }))).toMatchObject(expected);
  });

  test.each<[what: string, message: string, expected: Partial<Failure>]>([
    ["a missing Secret", 'secret "db" not found', { reason: "SecretMissing" }],
    ["a missing key", "couldn't find key token in Secret team-a/db", { reason: "SecretMissing" }],
    ["a missing ConfigMap", 'configmap "settings" not found', { reason: "ConfigMapMissing" }],
    [
      "an image that runs as root",
      "container has runAsNonRoot and image will run as root",
      { reason: "SecurityContextViolation", errorType: "permanent" },
    ],
  ])("%s", (_, message, expected) => {
    const waiting = { reason: "CreateContainerConfigError", message };
    expect(failureIn(aNotebook({ waiting }))).toMatchObject(expected);
  });

  test("the image is named when it can't be pulled", () => {
    expect(failureIn(pull("manifest unknown")).message).toContain("registry.example.com/team/train:1");
  });
});
