import type { ValidatingWebhookConfiguration as WebhookConfiguration } from "kubernetes-types/admissionregistration/v1.js";
import type { TokenReview as AuthenticationReview } from "kubernetes-types/authentication/v1.js";
import type { SubjectAccessReview as AuthorizationReview } from "kubernetes-types/authorization/v1.js";
import type { Lease as CoordinationLease } from "kubernetes-types/coordination/v1.js";
import type * as core from "kubernetes-types/core/v1.js";
import type { KubernetesObject, ObjectMeta } from "./object.js";
import { apiVersionOf, type Resource } from "./resource.js";

/** A type of package `kubernetes-types` as the API server returns it: with identity and metadata. */
export type Stored<T extends Draft> = Omit<T, "apiVersion" | "kind" | "metadata"> & {
  apiVersion: NonNullable<T["apiVersion"]>;
  kind: NonNullable<T["kind"]>;
  metadata: ObjectMeta;
};

export type Pod = Stored<core.Pod>;
export type Secret = Stored<core.Secret>;
export type ConfigMap = Stored<core.ConfigMap>;
export type PersistentVolumeClaim = Stored<core.PersistentVolumeClaim>;
/** Core `v1` event, the one that `kubectl describe` shows. */
export type Event = Stored<core.Event>;
export type Namespace = Stored<core.Namespace>;
export type ServiceAccount = Stored<core.ServiceAccount>;
export type Lease = Stored<CoordinationLease>;
export type ValidatingWebhookConfiguration = Stored<WebhookConfiguration>;
/** Asks whose a bearer token is: `create` answers in `status`. */
export type TokenReview = Stored<AuthenticationReview>;
/** Asks whether somebody may do something: `create` answers in `status`. */
export type SubjectAccessReview = Stored<AuthorizationReview>;
/** As much of a NotebookValidationJob as `kube` needs; `src/api` knows its spec and status. */
export type NotebookValidationJobObject = KubernetesObject & { spec?: unknown; status?: unknown };
/** As much of a CustomResourceDefinition as a client needs. */
export type CustomResourceDefinitionObject = KubernetesObject & { spec: unknown; status?: unknown };

export const PODS: Resource<Pod> = coreResource("Pod", "pods");
export const SECRETS: Resource<Secret> = coreResource("Secret", "secrets");
export const CONFIG_MAPS: Resource<ConfigMap> = coreResource("ConfigMap", "configmaps");
export const PERSISTENT_VOLUME_CLAIMS: Resource<PersistentVolumeClaim> = coreResource(
  "PersistentVolumeClaim",
  "persistentvolumeclaims",
);
export const EVENTS: Resource<Event> = coreResource("Event", "events");
export const SERVICE_ACCOUNTS: Resource<ServiceAccount> = coreResource("ServiceAccount", "serviceaccounts");
export const NAMESPACES: Resource<Namespace> = { ...coreResource("Namespace", "namespaces"), namespaced: false };
export const LEASES: Resource<Lease> = {
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  namespaced: true,
};
export const CUSTOM_RESOURCE_DEFINITIONS: Resource<CustomResourceDefinitionObject> = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
};
export const VALIDATING_WEBHOOK_CONFIGURATIONS: Resource<ValidatingWebhookConfiguration> = {
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "ValidatingWebhookConfiguration",
  plural: "validatingwebhookconfigurations",
  namespaced: false,
};
export const TOKEN_REVIEWS: Resource<TokenReview> = {
  group: "authentication.k8s.io",
  version: "v1",
  kind: "TokenReview",
  plural: "tokenreviews",
  namespaced: false,
  review: true,
};
export const SUBJECT_ACCESS_REVIEWS: Resource<SubjectAccessReview> = {
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SubjectAccessReview",
  plural: "subjectaccessreviews",
  namespaced: false,
  review: true,
};
/** Our own custom resource. */
export const NOTEBOOK_VALIDATION_JOBS: Resource<NotebookValidationJobObject> = {
  group: "mlops.mlops.dev",
  version: "v1alpha1",
  kind: "NotebookValidationJob",
  plural: "notebookvalidationjobs",
  namespaced: true,
};

/** An object as the pure rooms build it: identity may be left to its resource. */
export interface Draft {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: object;
}

/**
 * The same object with `apiVersion` and `kind` filled in from its resource. The object itself is not copied deeply.
 * @throws TypeError when it names another kind, or has neither name nor generateName and is no review
 */
export function objectOf<T extends KubernetesObject>(resource: Resource<T>, draft: Draft): T {
  const { apiVersion = apiVersionOf(resource), kind = resource.kind } = draft;
  if (apiVersion !== apiVersionOf(resource) || kind !== resource.kind) {
    throw new TypeError(`${apiVersion} ${kind} is not a ${apiVersionOf(resource)} ${resource.kind}`);
  }
  const metadata = (draft.metadata ?? {}) as Partial<ObjectMeta>;
  if (!resource.review && !metadata.name && !metadata.generateName) throw new TypeError(`a ${kind} needs a name`);
  return { ...draft, apiVersion, kind, metadata: { name: "", ...metadata } } as unknown as T;
}

function coreResource<T extends KubernetesObject>(kind: string, plural: string): Resource<T> {
  return { group: "", version: "v1", kind, plural, namespaced: true };
}
