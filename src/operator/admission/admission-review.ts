import { GROUP, KIND } from "../../api/index.js";
import { isJsonObject } from "../../kube/json.js";
import type { AdmissionVerdict } from "./judge-request.js";

/** Version of the reviews that the webhook reads and answers. */
const API_VERSION = "admission.k8s.io/v1";

/** What the API server asks about. */
export interface AdmissionRequest {
  readonly uid: string;
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  /** Such as `status`; empty for the object itself. */
  readonly subResource: string;
  /** Empty while the object has no name yet (`generateName`). */
  readonly name: string;
  readonly namespace: string;
  /** The object as it will be; `undefined` for deletions. */
  readonly object: unknown;
  /** The object as it is; `undefined` for creations. */
  readonly oldObject: unknown;
}

/** What was sent is no review of a NotebookValidationJob. The message names no content of it. */
export class MalformedReview extends Error {
  override readonly name = "MalformedReview";
}

/** Reads a review of version v1. @throws MalformedReview */
export function readReview(body: unknown): AdmissionRequest {
  if (!isJsonObject(body) || body.kind !== "AdmissionReview")
    throw new MalformedReview("the body is no AdmissionReview");
  if (body.apiVersion !== API_VERSION)
    throw new MalformedReview(`only AdmissionReviews of ${API_VERSION} are answered`);
  const { request } = body;
  if (!isJsonObject(request)) throw new MalformedReview("the AdmissionReview has no request");
  const { uid, operation, kind } = request;
  if (typeof uid !== "string" || uid === "") throw new MalformedReview("the request has no uid");
  if (!isJsonObject(kind) || kind.group !== GROUP || kind.kind !== KIND) {
    throw new MalformedReview(
      `only ${KIND}s of ${GROUP} are judged here: correct the rules of the webhook configuration`,
    );
  }
  switch (operation) {
    case "CREATE":
    case "UPDATE":
    case "DELETE":
    case "CONNECT":
      break;
    default:
      throw new MalformedReview("the request's operation is none of CREATE, UPDATE, DELETE and CONNECT");
  }
  return {
    uid,
    operation,
    subResource: text(request.subResource),
    name: text(request.name),
    namespace: text(request.namespace),
    object: request.object ?? undefined,
    oldObject: request.oldObject ?? undefined,
  };
}

/** The review that answers a request. */
export function answerReview({ uid }: AdmissionRequest, verdict: AdmissionVerdict): object {
  const { allowed, status, warnings } = verdict;
  return {
    apiVersion: API_VERSION,
    kind: "AdmissionReview",
    response: {
      uid,
      allowed,
      ...(status === undefined ? {} : { status }),
      ...(warnings.length === 0 ? {} : { warnings }),
    },
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
