import type { ExpectedFailure } from "./pod-failures.js";

/**
 * Runs that a real Tekton lets fail, by the name of their recording in `test/fixtures/failures/recorded/builds`. What pip
 * and buildah say is recorded by the stories of builds, in `test/fixtures/tekton`.
 */
export const BUILD_FAILURES = {
  // The images of steps are the operator's choice: another try or another strategy may do without them.
  "image-missing": { reason: "BuildImagePull", fault: "platform", says: /missing:1/ },
  "image-unreadable": { reason: "BuildImagePull", fault: "platform", says: /UPPER/ },
  // Tekton keeps to itself which one.
  "secret-missing": { reason: "BuildFailed", errorType: "permanent", says: /config error/ },
  "step-failed": { reason: "BuildFailed", errorType: "unknown", says: /exit(?:ed)? (?:with )?code 3/ },
  "out-of-memory": { reason: "BuildOutOfMemory", errorType: "permanent", says: /memory|OOM/ },
  "run-timed-out": { reason: "BuildTimeout", errorType: "permanent", says: /failed to finish within/ },
  "task-timed-out": { reason: "BuildTimeout", errorType: "permanent", says: /failed to finish within/ },
  cancelled: { reason: "BuildCancelled", errorType: "permanent", says: /cancelled/ },
  "quota-exceeded": { reason: "QuotaExceeded", says: /exceeded quota/ },
  "pod-security": { reason: "BuildNotPermitted", errorType: "permanent", says: /violates PodSecurity/ },
  "pipeline-missing": { reason: "BuildStrategyUnavailable", errorType: "permanent", says: /nowhere/ },
  "task-missing": { reason: "BuildStrategyUnavailable", errorType: "permanent", says: /nowhere/ },
  "parameter-missing": { reason: "BuildFailed", errorType: "permanent", says: /param/i },
  "parameter-of-another-type": { reason: "BuildFailed", errorType: "permanent", says: /param/i },
  "workspace-missing": { reason: "BuildFailed", errorType: "permanent", says: /workspace/i },
} as const satisfies Record<string, ExpectedFailure>;

export type BuildFailureName = keyof typeof BUILD_FAILURES;
