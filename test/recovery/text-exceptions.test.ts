import { expect, test } from "@jest/globals";
import {
  classifyApi,
  classifyBuild,
  classifyPod,
  classifyVerdict,
  errorTypeOfText,
  type Failure,
  failureOf,
  type PodContext,
} from "../../src/recovery/index.js";
import { TEXT_EXCEPTIONS } from "../../src/recovery/text/text-exceptions.js";
import { aNotebook, anEndedPod, aPod, LATE } from "./pods.js";

/** One signal for every exception, with the words that the floor knows in it. */
const SIGNALS: Readonly<Record<string, () => Failure | undefined>> = {
  "out of memory": () =>
    failureIn(aNotebook({ terminated: { exitCode: 137, reason: "OOMKilled", message: "python: out of memory" } })),
  "cannot allocate memory": () =>
    classifyBuild({ reason: "StepFailed", message: "", step: "build", log: "fork: Cannot allocate memory" }),
  "no space left on device": () =>
    failureIn(
      anEndedPod(
        "Evicted",
        "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. no space left",
      ),
    ),
  "image … not found": () =>
    failureIn(aNotebook({ waiting: { reason: "ErrImagePull", message: 'image "r/x@sha256:1" not found' } }), {
      imageIsBuilt: true,
    }),
  "connection refused": () => {
    const message = "Cell 3 raised ConnectionRefusedError: [Errno 111] Connection refused";
    const failingCells = [{ errorName: "ConnectionRefusedError", message }];
    return classifyVerdict({
      kind: "verdict",
      verdict: { verdict: "Failed", exitCode: 10, reason: "NotebookError", message, failingCells },
    });
  },
  "connection reset by peer": () =>
    classifyBuild({
      reason: "StepFailed",
      message: "",
      step: "build",
      log: "WARNING: Retrying (Retry(total=4)) after connection broken by 'Connection reset by peer'\nERROR: THESE PACKAGES DO NOT MATCH THE HASHES\nsix",
    }),
  "timeout while connecting": () =>
    classifyBuild({ reason: "PipelineRunTimeout", message: "timeout while connecting to the registry" }),
  "permission denied": () =>
    failureIn(aPod({ phase: "Failed", reason: "NodeLost", message: "kubelet: permission denied" })),
};

function failureIn(pod: Parameters<typeof classifyPod>[0], context?: PodContext): Failure {
  const signal = classifyPod(pod, LATE, context);
  if (signal.kind !== "ended") throw new Error(`the signal is ${signal.kind}`);
  return signal.failure;
}

test.each(TEXT_EXCEPTIONS)("$words: the structured reason knows better", ({ words, floor, reasons, errorType }) => {
  expect(errorTypeOfText(words)).toBe(floor);
  const failure = SIGNALS[words]?.();
  expect(errorTypeOfText(failure?.message ?? "")).not.toBe(errorType);
  expect(reasons).toContain(failure?.reason);
  expect(failure?.errorType).toBe(errorType);
});

test.each(
  TEXT_EXCEPTIONS.flatMap(({ words, reasons, errorType }) => reasons.map((reason) => ({ words, reason, errorType }))),
)("$reason is $errorType, or can be, though somebody says $words", ({ reason, errorType }) => {
  expect([failureOf(reason).errorType, failureOf(reason, { errorType }).errorType]).toContain(errorType);
  expect(failureOf(reason, { errorType }).recoveries.includes("retry")).toBe(errorType !== "permanent");
});

test("an API server that is busy says nothing about permissions", () => {
  expect(classifyApi({ reason: "ServiceUnavailable", message: "permission denied" }).errorType).toBe("transient");
});
