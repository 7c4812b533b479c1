import type { NotebookValidationJobObject } from "../../src/kube/resources.js";

export const NOW = Date.UTC(2026, 10, 21, 10, 0, 0);
const at = (secondsAgo: number) => new Date(NOW - secondsAgo * 1000).toISOString().replace(".000Z", "Z");

/** A job as a cluster has it. */
export function clusterJob(name: string, status?: object, spec: object = {}): NotebookValidationJobObject {
  return {
    apiVersion: "mlops.mlops.dev/v1alpha1",
    kind: "NotebookValidationJob",
    metadata: { name, namespace: "team-a", generation: 1, creationTimestamp: at(3 * 60 * 60) },
    spec: { notebook: { git: { url: "https://git.example.com/a.git", ref: "main" }, path: "train.ipynb" }, ...spec },
    ...(status === undefined ? {} : { status }),
  };
}

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** What the operator writes at the ends of runs, and on the way. */
export const STATUSES = {
  succeeded: {
    phase: "Succeeded",
    verdict: "Passed",
    reason: "Passed",
    message: "All 3 cells passed.",
    cells: "3/3",
    duration: "12s",
    startTime: at(72),
    completionTime: at(60),
    source: { commit: COMMIT, ref: "main" },
    observedGeneration: 1,
    results: [0, 1, 2].map((cellIndex) => ({ cellIndex, type: "code", status: "Success", executionTime: "0.1s" })),
  },
  failed: {
    phase: "Failed",
    verdict: "Failed",
    fault: "user",
    reason: "CellFailed",
    message: "Cell 1 raised KeyError: 'price'.",
    cells: "2/3",
    duration: "9s",
    startTime: at(69),
    completionTime: at(60),
    source: { commit: COMMIT, ref: "main", warnings: ["environment.yml was found and is not used"] },
    runId: "r1",
    validationPodName: "train-val-0a1b2c3d-2",
    retryCount: 1,
    observedGeneration: 1,
    results: [
      { cellIndex: 0, type: "code", status: "Success", executionTime: "0.1s" },
      {
        cellIndex: 1,
        type: "code",
        status: "Failure",
        executionTime: "0.2s",
        errorName: "KeyError",
        errorMessage: "'price'\u001b[2J\u202e",
        traceback: Array.from({ length: 40 }, (_, line) => `line ${line}\u001b[31m`).join("\n"),
      },
      { cellIndex: 2, type: "code", status: "Skipped" },
    ],
    validationChecks: [{ type: "Stderr", status: "Warning", message: "something was written to stderr\u0007" }],
    educationalFeedback: [
      { issue: "A column is missing", severity: "error", cell: 1, suggestion: "Look at the columns first" },
    ],
    attempts: [
      { number: 2, runId: "r1", stage: "run", outcome: "Failed", reason: "CellFailed", completionTime: at(60) },
      { number: 1, runId: "r1", stage: "run", outcome: "Error", reason: "OOMKilled", completionTime: at(3600) },
    ],
    conditions: [
      {
        type: "DeadLettered",
        status: "True",
        reason: "PermanentError",
        message: "Cell 1 failed",
        lastTransitionTime: at(60),
      },
      { type: "Ready", status: "False", reason: "CellFailed", message: "Cell 1 failed", lastTransitionTime: at(60) },
    ],
  },
  running: {
    phase: "ValidationRunning",
    reason: "Running",
    message: "The notebook runs",
    cells: "1/3",
    startTime: at(20),
    source: { commit: COMMIT, ref: "main" },
    progress: { cell: 1, totalCells: 3, percent: 33 },
    observedGeneration: 1,
    results: [
      { cellIndex: 0, type: "code", status: "Success", executionTime: "0.1s" },
      { cellIndex: 1, type: "code", status: "Running" },
    ],
  },
  waiting: {
    phase: "Retrying",
    reason: "ImagePullFailed",
    message: "The image can't be pulled. Retry 1 of 3 follows",
    retryCount: 1,
    retryStrategy: "default",
    nextRetryTime: new Date(NOW + 42_000).toISOString(),
    observedGeneration: 1,
    conditions: [
      {
        type: "ValidationComplete",
        status: "Unknown",
        reason: "ImagePullFailed",
        message: "no such tag",
        lastTransitionTime: at(5),
      },
    ],
  },
  suspended: {
    phase: "Pending",
    reason: "Suspended",
    message: "Suspended by spec.suspend",
    observedGeneration: 1,
    conditions: [
      {
        type: "Suspended",
        status: "True",
        reason: "Suspended",
        message: "spec.suspend is true",
        lastTransitionTime: at(5),
      },
    ],
  },
} as const;
