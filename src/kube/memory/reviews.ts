import { isJsonObject, type JsonObject, own } from "../json.js";
import { KubeError } from "../kube-error.js";
import type { KubernetesObject } from "../object.js";
import { apiVersionOf, type Resource } from "../resource.js";
import { SUBJECT_ACCESS_REVIEWS, type SubjectAccessReview, TOKEN_REVIEWS, type TokenReview } from "../resources.js";
import { resourceId } from "./definition.js";
import { badRequest } from "./object-rules.js";

/** Who the embedded server's users are and what they may do. */
export interface ReviewAnswers {
  /** @default nobody has a valid token */
  readonly token?: (spec: TokenReview["spec"]) => NonNullable<TokenReview["status"]>;
  /** @default nothing is allowed */
  readonly access?: (spec: SubjectAccessReview["spec"]) => NonNullable<SubjectAccessReview["status"]>;
}

/**
 * The answer to a review; nothing is stored.
 * @throws KubeError `NotFound` for a resource that is no review of this server
 */
export function answerReview(resource: Resource, question: KubernetesObject, answers: ReviewAnswers): JsonObject {
  const review = question as unknown as JsonObject;
  if (review["apiVersion"] !== apiVersionOf(resource) || review["kind"] !== resource.kind) {
    throw badRequest(`the object provided is of another kind (must be ${apiVersionOf(resource)} ${resource.kind})`);
  }
  return { ...review, status: statusOf(resource, isJsonObject(review["spec"]) ? review["spec"] : {}, answers) };
}

/** The refusal of everything but `create`. */
export function onlyCreated(): KubeError {
  return new KubeError({
    reason: "MethodNotAllowed",
    message: "the server does not allow this method on the requested resource",
  });
}

function statusOf(resource: Resource, spec: JsonObject, answers: ReviewAnswers): unknown {
  switch (resourceId(resource)) {
    case resourceId(TOKEN_REVIEWS):
      if (!own(spec, "token")) throw badRequest("token is required for TokenReview in authentication");
      return answers.token?.(spec) ?? { user: {}, error: "invalid bearer token" };
    case resourceId(SUBJECT_ACCESS_REVIEWS):
      requireAccessQuestion(spec);
      return answers.access?.(spec) ?? { allowed: false };
    default:
      throw new KubeError({ reason: "NotFound", message: "the server could not find the requested resource" });
  }
}

function requireAccessQuestion(spec: JsonObject): void {
  const what = ["resourceAttributes", "nonResourceAttributes"].filter((field) => own(spec, field) !== undefined);
  const groups = own(spec, "groups");
  const problems = [
    ...(what.length === 1 ? [] : ["exactly one of nonResourceAttributes or resourceAttributes must be specified"]),
    ...(own(spec, "user") || (Array.isArray(groups) && groups.length > 0)
      ? []
      : ["at least one of user or group must be specified"]),
  ];
  if (problems.length === 0) return;
  throw new KubeError({
    reason: "Invalid",
    message: `SubjectAccessReview.authorization.k8s.io "" is invalid: ${problems.join(", ")}`,
    causes: problems.map((message) => ({ field: "spec", message })),
  });
}
