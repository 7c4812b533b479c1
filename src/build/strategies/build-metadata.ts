import {
  ANNOTATION_BUILD_FLIGHT,
  ANNOTATION_ENVIRONMENT_DIGEST,
  ANNOTATION_ENVIRONMENT_PINNED,
  API_VERSION,
  type BuildStrategyName,
  KIND,
  LABEL_BUILD_KEY,
  LABEL_BUILD_NUMBER,
  LABEL_BUILD_STRATEGY,
  LABEL_ENVIRONMENT_DIGEST,
  LABEL_ROLE,
  OPERATOR_NAME,
} from "../../api/index.js";
import { environmentTag } from "../image/image-destination.js";
import type { BuildObject, BuildPlan, WaitingJob } from "./build-strategy.js";

/** A job's claim on a build: it goes when the last job that owns it goes. Never as its controller: there may be many. */
export function buildOwner(job: WaitingJob): { apiVersion: string; kind: string; name: string; uid: string } {
  return { apiVersion: API_VERSION, kind: KIND, name: job.name, uid: job.uid };
}

/** Metadata of a build's main object: all that is needed to find the build again, and to know what it builds. */
export function buildMetadata(plan: BuildPlan, strategy: BuildStrategyName): BuildObject["metadata"] {
  return {
    name: plan.name,
    namespace: plan.namespace,
    labels: {
      "app.kubernetes.io/name": "notebook-environment",
      "app.kubernetes.io/component": "build",
      "app.kubernetes.io/part-of": "notebook-validator",
      "app.kubernetes.io/managed-by": OPERATOR_NAME,
      [LABEL_ROLE]: "build",
      [LABEL_BUILD_KEY]: plan.key,
      [LABEL_BUILD_NUMBER]: String(plan.number),
      [LABEL_BUILD_STRATEGY]: strategy,
      [LABEL_ENVIRONMENT_DIGEST]: environmentTag(plan.environment.digest),
    },
    annotations: {
      [ANNOTATION_BUILD_FLIGHT]: plan.flight,
      [ANNOTATION_ENVIRONMENT_DIGEST]: plan.environment.digest,
      [ANNOTATION_ENVIRONMENT_PINNED]: String(plan.environment.isPinned),
    },
    ...(plan.owner !== undefined && { ownerReferences: [buildOwner(plan.owner)] }),
  };
}
