import type { ExpectedFailure } from "./pod-failures.js";

/**
 * What a real API server answers to requests that it refuses, by the name of its recording in
 * `test/fixtures/failures/recorded/refusals`.
 */
export const REFUSALS = {
  "quota-exceeded": { reason: "QuotaExceeded", says: /requested: requests\.memory=2Gi/ },
  "quota-wants-requests": { reason: "InvalidSpec", errorType: "permanent", says: /must specify requests\.memory/ },
  "limit-range": { reason: "InvalidSpec", errorType: "permanent", says: /maximum cpu usage per Pod is 1/ },
  "pod-security": { reason: "SecurityContextViolation", errorType: "permanent", says: /violates PodSecurity/ },
  "pod-security-of-the-source": {
    reason: "SecurityContextViolation",
    errorType: "permanent",
    says: /violates PodSecurity/,
    failedContainer: "source",
  },
  "service-account-missing": { reason: "InvalidSpec", errorType: "permanent", says: /service account .*nobody/ },
  "priority-class-missing": { reason: "InvalidSpec", errorType: "permanent", says: /PriorityClass .*nowhere/ },
  "runtime-class-missing": { reason: "InvalidSpec", errorType: "permanent", says: /RuntimeClass "nowhere" not found/ },
  "role-missing": { reason: "ApiForbidden", errorType: "permanent", says: /cannot create resource "pods"/ },
  "namespace-ending": { reason: "ApiForbidden", errorType: "permanent", says: /being terminated/ },
  "policy-denies": { reason: "ApiForbidden", errorType: "permanent", says: /no pods today/ },
  "webhook-denies": { reason: "ApiForbidden", errorType: "permanent", says: /denied the request/ },
  "webhook-down": { reason: "ApiTransient", says: /failed calling webhook/ },
  "pod-invalid": { reason: "InvalidSpec", errorType: "permanent", says: /spec\.containers/ },
  "pod-there-already": { reason: "ApiTransient", says: /already exists/ },
} as const satisfies Record<string, ExpectedFailure>;

export type RefusalName = keyof typeof REFUSALS;
