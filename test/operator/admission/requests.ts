import { API_VERSION, KIND, type OperatorConfigInput, parseOperatorConfig } from "../../../src/api/index.js";
import { type AdmissionRequest, readReview } from "../../../src/operator/admission/admission-review.js";
import { type AdmissionVerdict, judgeRequest } from "../../../src/operator/admission/judge-request.js";

type Json = Record<string, unknown>;

export const notebook = { git: { url: "https://git.example.com/team/a.git", ref: "main" }, path: "a.ipynb" };

/** A job as the API server sends it. */
export function aJobObject(spec: Json = {}, metadata: Json = {}, more: Json = {}): Json {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: "train", namespace: "team-a", uid: "u", generation: 1, ...metadata },
    spec: { notebook, podConfig: { containerImage: "registry.example.com/nb:1" }, ...spec },
    ...more,
  };
}

/** A review as the API server sends it. */
export function aReview(request: Json = {}): Json {
  const review = {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "705ab4f5-6393-11e8-b7cc-42010a800002",
      kind: { group: "mlops.mlops.dev", version: "v1alpha1", kind: "NotebookValidationJob" },
      resource: { group: "mlops.mlops.dev", version: "v1alpha1", resource: "notebookvalidationjobs" },
      name: "train",
      namespace: "team-a",
      operation: "CREATE",
      userInfo: { username: "ada" },
      object: aJobObject(),
      oldObject: null,
      dryRun: false,
      options: {},
      ...request,
    },
  };
  return JSON.parse(JSON.stringify(review)) as Json;
}

const request = (fields: Json): AdmissionRequest => readReview(aReview(fields));
const judge = (fields: Json, config?: OperatorConfigInput): AdmissionVerdict =>
  judgeRequest(request(fields), parseOperatorConfig(config));

export const creation = (object: unknown, config?: OperatorConfigInput): AdmissionVerdict => judge({ object }, config);
export const update = (oldObject: unknown, object: unknown, config?: OperatorConfigInput): AdmissionVerdict =>
  judge({ operation: "UPDATE", object, oldObject }, config);
export const any = judge;

/** Field and message of each cause. */
export function causes({ status }: AdmissionVerdict): string[] {
  return (status?.details.causes ?? []).map(({ field, message }) => `${field}: ${message}`);
}
