import { describe, expect, test } from "@jest/globals";
import type { Pod } from "kubernetes-types/core/v1.js";
import type { Failure } from "../../src/recovery/index.js";
import { aSource, failureIn, sourceReport } from "./pods.js";

describe("what ended the source container", () => {
  test.each<[string, Pod, Partial<Failure>]>([
    [
      "Git credentials",
      sourceReport("GitAuthFailed"),
      { reason: "GitAuthFailed", errorType: "permanent", stage: "source", failedContainer: "source" },
    ],
    ["a missing ref", sourceReport("GitRefNotFound"), { reason: "GitRefNotFound", errorType: "permanent" }],
    [
      "the network to Git",
      sourceReport("GitNetwork"),
      { reason: "GitNetwork", errorType: "transient", fault: "platform" },
    ],
    [
      "a missing notebook",
      sourceReport("NotebookNotFound"),
      { reason: "NotebookNotFound", errorType: "permanent", fault: "user" },
    ],
    ["a source report of a future version", sourceReport("GitSomethingNew"), { stage: "source", reason: "Unknown" }],
    [
      "a fetcher that only left words",
      aSource({
        terminated: {
          exitCode: 128,
          reason: "Error",
          message: "fatal: could not read Username for 'https://git.example.com'",
        },
      }),
      { reason: "GitAuthFailed" },
    ],
    [
      "a fetcher without a word",
      aSource({ terminated: { exitCode: 1, reason: "Error" } }),
      { reason: "InitContainerError", errorType: "unknown" },
    ],
    [
      "a fetcher on a full disk",
      aSource({ terminated: { exitCode: 1, reason: "Error", message: "write: No space left on device" } }),
      { reason: "InitContainerError", errorType: "transient" },
    ],
  ])("%s", (_, pod, expected) => {
    expect(failureIn(pod)).toMatchObject(expected);
  });
});
