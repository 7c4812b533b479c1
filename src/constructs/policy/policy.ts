import type { Container, PodSpec } from "kubernetes-types/core/v1.js";
import { pinningOf } from "../image-reference.js";
import { restrictedViolations } from "./pod-security.js";

/** An object as it was written. */
export interface PolicyObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly [field: string]: unknown;
}

/** One thing that an object must not be. */
export interface PolicyViolation {
  readonly rule: "labels" | "pinned-images" | "restricted-pods" | "no-wildcards";
  readonly message: string;
  readonly fix: string;
}

/** Every object carries these. */
export const REQUIRED_LABELS = ["app.kubernetes.io/name", "app.kubernetes.io/managed-by"] as const;

/** What our policy says about an object. Empty = fine. */
export function policyViolations(object: PolicyObject): PolicyViolation[] {
  return [...missingLabels(object), ...unpinnedImages(object), ...unrestrictedPods(object), ...wildcards(object)];
}

function missingLabels(object: PolicyObject): PolicyViolation[] {
  const labels = object.metadata?.labels ?? {};
  const missing = REQUIRED_LABELS.filter((label) => !labels[label]);
  if (missing.length === 0) return [];
  return [
    {
      rule: "labels",
      message: `labels are missing: ${missing.join(", ")}`,
      fix: "add the standard labels to metadata.labels",
    },
  ];
}

function unpinnedImages(object: PolicyObject): PolicyViolation[] {
  return imagesOf(object)
    .filter((image) => pinningOf(image) === "none")
    .map((image) => ({
      rule: "pinned-images" as const,
      message: `image ${JSON.stringify(image)} is not pinned`,
      fix: "name a version tag other than latest, or a digest",
    }));
}

function unrestrictedPods(object: PolicyObject): PolicyViolation[] {
  const pod = podSpecOf(object);
  if (pod === undefined) return [];
  return restrictedViolations(pod).map((message) => ({
    rule: "restricted-pods" as const,
    message,
    fix: "satisfy Pod Security restricted",
  }));
}

function wildcards(object: PolicyObject): PolicyViolation[] {
  if (object.kind !== "Role" && object.kind !== "ClusterRole") return [];
  const rules = (object["rules"] ?? []) as Readonly<Record<string, unknown>>[];
  return rules
    .filter((rule) => Object.values(rule).some((list) => Array.isArray(list) && list.includes("*")))
    .map((rule) => ({
      rule: "no-wildcards" as const,
      message: `a rule grants "*": ${JSON.stringify(rule)}`,
      fix: "name groups, resources and verbs",
    }));
}

/** Images of all containers, and of the steps of Tekton Tasks. */
function imagesOf(object: PolicyObject): string[] {
  if (object.kind === "Task") {
    const steps = ((object["spec"] as { steps?: unknown } | undefined)?.steps ?? []) as { image?: string }[];
    return steps.map((step) => step.image ?? "");
  }
  const pod = podSpecOf(object);
  if (pod === undefined) return [];
  const containers: Container[] = [...(pod.initContainers ?? []), ...(pod.containers ?? [])];
  return containers.map((container) => container.image ?? "");
}

type Nested = { readonly [field: string]: Nested | undefined };

/** The pod that an object is or makes. */
function podSpecOf(object: PolicyObject): PodSpec | undefined {
  const spec = object["spec"] as Nested | undefined;
  switch (object.kind) {
    case "Pod":
      return spec as PodSpec | undefined;
    case "Deployment":
    case "StatefulSet":
    case "DaemonSet":
    case "ReplicaSet":
    case "Job":
    case "Notebook":
      return spec?.["template"]?.["spec"] as PodSpec | undefined;
    case "CronJob":
      return spec?.["jobTemplate"]?.["spec"]?.["template"]?.["spec"] as PodSpec | undefined;
    default:
      return undefined;
  }
}
