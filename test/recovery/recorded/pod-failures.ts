import type { FailureReason, MissingObject } from "../../../src/recovery/index.js";

/** What a failure is to be taken for. */
export interface ExpectedFailure {
  readonly reason: FailureReason;
  /** Of its message. */
  readonly says: RegExp;
  /** @default "transient" */
  readonly errorType?: "transient" | "permanent" | "unknown";
  readonly fault?: "user" | "platform";
  readonly failedContainer?: string;
  readonly missing?: MissingObject;
  /** Whether it ends the attempt, when patience is over. @default true */
  readonly ends?: boolean;
}

/**
 * Pods that come to nothing on a real node, by the name of their recording in `test/fixtures/failures/recorded/pods`. A
 * story of the node makes each of them, asks the classifier, and records it where that is asked for.
 */
export const POD_FAILURES = {
  // Images.
  "image-missing": { reason: "ImagePullBackOff", errorType: "permanent", says: /missing:1: not found/ },
  "image-of-another-platform": { reason: "ImagePullBackOff", errorType: "permanent", says: /no match for platform/ },
  "image-refused": { reason: "ImagePullBackOff", errorType: "permanent", says: /401|auth/ },
  "image-by-untrusted-tls": { reason: "ImagePullBackOff", errorType: "permanent", says: /x509/ },
  "image-by-plain-http": { reason: "ImagePullBackOff", errorType: "permanent", says: /HTTP response to HTTPS/ },
  "registry-down": { reason: "RegistryUnavailable", says: /connection refused/ },
  "image-never-pulled": { reason: "ErrImageNeverPull", errorType: "permanent", says: /never-here:1/ },
  "image-unreadable": { reason: "InvalidImageName", errorType: "permanent", says: /UPPER/ },
  // What pods need and is not there.
  "secret-of-a-variable": {
    reason: "SecretMissing",
    says: /secret "nowhere" not found/,
    missing: { kind: "Secret", name: "nowhere" },
  },
  "key-of-a-variable": {
    reason: "SecretMissing",
    says: /key nothing in Secret/,
    missing: { kind: "Secret", name: "present", key: "nothing" },
  },
  "config-map-of-variables": {
    reason: "ConfigMapMissing",
    says: /configmap "nowhere" not found/,
    missing: { kind: "ConfigMap", name: "nowhere" },
  },
  "secret-of-a-volume": {
    reason: "SecretMissing",
    says: /secret "nowhere" not found/,
    missing: { kind: "Secret", name: "nowhere" },
  },
  "key-of-a-volume": {
    reason: "SecretMissing",
    says: /non-existent secret key: nothing/,
    missing: { kind: "Secret", name: "present", key: "nothing" },
  },
  "config-map-of-a-volume": {
    reason: "ConfigMapMissing",
    says: /configmap "nowhere" not found/,
    missing: { kind: "ConfigMap", name: "nowhere" },
  },
  "claim-missing": {
    reason: "Unschedulable",
    says: /persistentvolumeclaim "nowhere" not found/,
    missing: { kind: "PersistentVolumeClaim", name: "nowhere" },
  },
  "claim-unbound": { reason: "Unschedulable", says: /unbound immediate PersistentVolumeClaims/ },
  "volume-without-directory": { reason: "VolumeMountFailed", says: /hostPath type check failed/ },
  // No place.
  "resources-of-no-node": { reason: "Unschedulable", says: /Insufficient cpu/ },
  "device-of-no-node": { reason: "Unschedulable", says: /Insufficient example\.com\/gpu/ },
  "labels-of-no-node": { reason: "Unschedulable", says: /node affinity\/selector/ },
  "scheduling-gate": { reason: "Unschedulable", says: /queue/ },
  "scheduler-absent": { reason: "Unschedulable", says: /waits for absent-scheduler/ },
  "resources-beyond-the-node": { reason: "NodeRefused", says: /cpu/ },
  "labels-beyond-the-node": { reason: "NodeRefused", says: /affinity|selector/i },
  // Containers that don't start.
  "runtime-class-without-runtime": { reason: "CreateContainerError", says: /no runtime for "nowhere"|runtime handler/ },
  "root-where-none-may-be": {
    reason: "SecurityContextViolation",
    errorType: "permanent",
    says: /runAsNonRoot and image will run as root/,
    failedContainer: "notebook",
  },
  "program-missing": {
    reason: "CommandNotFound",
    errorType: "permanent",
    says: /no such file|executable file not found/,
    failedContainer: "notebook",
  },
  "program-not-executable": {
    reason: "PermissionDenied",
    errorType: "permanent",
    says: /permission denied/,
    failedContainer: "notebook",
  },
  "program-of-a-shell-missing": { reason: "CommandNotFound", errorType: "permanent", says: /lacks a program/ },
  "source-container-failed": {
    reason: "InitContainerError",
    errorType: "unknown",
    says: /exit code 3/,
    failedContainer: "source",
  },
  // Containers that end.
  "out-of-memory": { reason: "OOMKilled", errorType: "permanent", says: /limit 64Mi/, failedContainer: "notebook" },
  "kernel-out-of-memory": { reason: "OOMKilled", errorType: "permanent", says: /memory/ },
  "source-out-of-memory": {
    reason: "OOMKilled",
    errorType: "permanent",
    says: /container source was killed/,
    failedContainer: "source",
  },
  "deadline-while-running": { reason: "DeadlineExceeded", errorType: "permanent", says: /active|deadline/i },
  "disk-of-a-volume": { reason: "EphemeralStorageExceeded", errorType: "permanent", says: /EmptyDir volume "scratch"/ },
  "disk-of-a-container": {
    reason: "EphemeralStorageExceeded",
    errorType: "permanent",
    says: /ephemeral local storage usage/,
  },
  // Pods that are taken away.
  evicted: { reason: "Evicted", says: /eviction/i },
  preempted: { reason: "Preempted", says: /preempt/i },
  deleted: { reason: "PodDeleted", says: /deleted/ },
  // No kubelet is left that could say that its containers have ended.
  "tainted-node": { reason: "NodeLost", says: /taint/i, ends: false },
} as const satisfies Record<string, ExpectedFailure>;

export type PodFailureName = keyof typeof POD_FAILURES;
