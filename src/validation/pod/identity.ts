import type { OwnerReference } from "kubernetes-types/meta/v1.js";
import { API_VERSION, KIND, LABEL_ATTEMPT, LABEL_JOB, LABEL_ROLE, LABEL_RUN } from "../../api/index.js";
import { labelValue } from "./pod-name.js";
import type { ValidationPodRequest } from "./request.js";

/** Labels by which the operator finds the objects of one attempt. A job's own labels can't change them. */
export function podLabels({ job, runId, attempt }: ValidationPodRequest): Record<string, string> {
  return {
    "app.kubernetes.io/name": "notebook-validation",
    "app.kubernetes.io/instance": labelValue(job.name),
    "app.kubernetes.io/component": "validation-pod",
    "app.kubernetes.io/part-of": "notebook-validator",
    "app.kubernetes.io/managed-by": "notebook-validator-operator",
    [LABEL_JOB]: labelValue(job.name),
    [LABEL_RUN]: labelValue(runId),
    [LABEL_ATTEMPT]: String(attempt),
    [LABEL_ROLE]: "validation",
  };
}

/** Makes the job the controller of its pods, so that they go when it goes. */
export function podOwner({ job }: ValidationPodRequest): OwnerReference {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    name: job.name,
    uid: job.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}
