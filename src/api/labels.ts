/** Labels and annotations that this project reads or writes, each declared once. */

/** Prefix of all our labels and annotations. */
export const PREFIX = "mlops.dev";

/** On children: name of the job (shortened with a hash above 63 characters). */
export const LABEL_JOB = "mlops.dev/job";
/** On children: the run that they belong to. */
export const LABEL_RUN = "mlops.dev/run";
/** On children: number of the attempt, from 1. */
export const LABEL_ATTEMPT = "mlops.dev/attempt";
/** On children: what they are for; see {@link Role}. */
export const LABEL_ROLE = "mlops.dev/role";
/** On jobs: `"true"` while they are dead-lettered. */
export const LABEL_DEAD_LETTER = "mlops.dev/dead-letter";
/** On events: kind of notification, for notification services. */
export const LABEL_NOTIFICATION_TYPE = "mlops.dev/notification-type";
/** On builds and images: environment digest, shortened to fit a label. */
export const LABEL_ENVIRONMENT_DIGEST = "mlops.dev/environment-digest";
/** On builds: key of the flight, the same for builds of the same thing; 10 hex digits. */
export const LABEL_BUILD_KEY = "mlops.dev/build-key";
/** On builds: number of the build within its flight, from 1. */
export const LABEL_BUILD_NUMBER = "mlops.dev/build-number";
/** On builds: the strategy that made it, as `spec.podConfig.buildConfig.strategy` names it. */
export const LABEL_BUILD_STRATEGY = "mlops.dev/build-strategy";

/** What a child object is for. */
export type Role = "validation" | "build" | "report";

/** On jobs: RFC 3339 time of a manual retry request; one more than 5 minutes ahead of the operator's clock is ignored. */
export const ANNOTATION_RETRY_REQUESTED = "mlops.dev/retry-requested";
/** On jobs: `"true"` = the requested retry gets a full budget and a new run. */
export const ANNOTATION_RETRY_RESET_COUNT = "mlops.dev/retry-reset-count";
/** On jobs: any new value = the branch may have moved; ask the remote now. */
export const ANNOTATION_SOURCE_CHANGED = "mlops.dev/source-changed";
/** On jobs: YAML list of triggers, the untyped form of `spec.onSuccess`. */
export const ANNOTATION_ON_SUCCESS_TRIGGER = "mlops.dev/on-success-trigger";
/** On jobs, written: the run succeeded, for sync waves. */
export const ANNOTATION_WAVE_COMPLETE = "mlops.dev/wave-complete";
/** On jobs, written: the run failed, for sync waves. */
export const ANNOTATION_WAVE_FAILED = "mlops.dev/wave-failed";
/** On jobs, written: when the run ended. */
export const ANNOTATION_COMPLETION_TIME = "mlops.dev/completion-time";
/** On jobs: `"true"` = the wave waits for this job; checked and explained. */
export const ANNOTATION_BLOCK_WAVE = "mlops.dev/block-wave";
/** On applications, written: aggregated state of their jobs as JSON. */
export const ANNOTATION_NOTEBOOK_STATUS = "mlops.dev/notebook-status";
/** On applications, written: the same, one line for people. */
export const ANNOTATION_NOTEBOOK_STATUS_SUMMARY = "mlops.dev/notebook-status-summary";
/** On builds: full environment digest. */
export const ANNOTATION_ENVIRONMENT_DIGEST = "mlops.dev/environment-digest";
/** On builds: `"true"` = everything in the environment is pinned, so that it is reused for ever. */
export const ANNOTATION_ENVIRONMENT_PINNED = "mlops.dev/environment-pinned";
/** On Secrets that are derived from others: name of the Secret that they are kept equal to. */
export const ANNOTATION_DERIVED_FROM = "mlops.dev/derived-from";
/** On the same: `<uid>/<resourceVersion>` of that Secret when its contents were last taken over. */
export const ANNOTATION_SOURCE_VERSION = "mlops.dev/source-version";
/** On builds: `"true"` = the operator cancelled it because no job waited for it any more. */
export const ANNOTATION_BUILD_ABANDONED = "mlops.dev/build-abandoned";

/** On builds: digest of everything that decides what is built, where it goes and with whose rights, in 64 hex digits. */
export const ANNOTATION_BUILD_FLIGHT = "mlops.dev/build-flight";
/** On builds: shows that the operator made this very build (`SigningKey.proofOfBuild`). */
export const ANNOTATION_BUILD_PROOF = "mlops.dev/build-proof";
/** On validation pods: shows that the operator made the pod for this very attempt (`SigningKey.proofOf`). */
export const ANNOTATION_ATTEMPT_PROOF = "mlops.dev/attempt-proof";
/** On the Secret with the serving certificate: who issues it. The operator renews only what it issued itself. */
export const ANNOTATION_CERTIFICATE_ISSUER = "mlops.dev/certificate-issuer";

/** Only present while something outside owner references must be cleaned up. */
export const FINALIZER = "mlops.dev/cleanup";
/** Name of the operator, its field manager and `app.kubernetes.io/managed-by`. */
export const OPERATOR_NAME = "notebook-validator-operator";
/** Namespace that the operator is installed in by default. */
export const OPERATOR_NAMESPACE = "notebook-validator-system";
/** Argo CD's tracking annotation and labels, which say that a GitOps tool owns the object. */
export const ARGOCD_TRACKING_ANNOTATION = "argocd.argoproj.io/tracking-id";
export const ARGOCD_INSTANCE_LABEL = "argocd.argoproj.io/instance";
/** What Argo CD before version 3 tracks by, unless it is told otherwise. Helm's charts set it, too. */
export const INSTANCE_LABEL = "app.kubernetes.io/instance";
/** Flux's ownership label. */
export const FLUX_KUSTOMIZATION_LABEL = "kustomize.toolkit.fluxcd.io/name";
export const FLUX_HELM_RELEASE_LABEL = "helm.toolkit.fluxcd.io/name";
/** Rancher Fleet's ownership annotation and label. */
export const FLEET_SET_ANNOTATION = "objectset.rio.cattle.io/id";
export const FLEET_SET_LABEL = "objectset.rio.cattle.io/hash";
/** Config Sync's ownership annotations; the latter says `enabled`, or `disabled` of what it lets go. */
export const CONFIG_SYNC_ID_ANNOTATION = "configsync.gke.io/resource-id";
export const CONFIG_SYNC_MANAGED_ANNOTATION = "configmanagement.gke.io/managed";
