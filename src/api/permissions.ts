/** A part of the operator that can be switched off, and takes its permissions with it. */
export type PermissionFeature = "webhook" | "certificate" | "metrics-authentication" | BuilderFeature;

/** What builds images on the cluster, and the operator may be allowed to use. */
export type BuilderFeature = "tekton-builds" | "openshift-builds" | "shipwright-builds";

/** One thing that the operator may do, and why it must. Roles and the table in the documentation are made of these. */
export interface Permission {
  /** API group; `""` for the core group. */
  readonly group: string;
  /** Plural names, subresources as `pods/log`. */
  readonly resources: readonly string[];
  readonly verbs: readonly PermissionVerb[];
  /**
   * Only these objects. Never combined with `create`, which knows no names; with `list` and `watch` it grants only calls
   * that select one name (`metadata.name=…`).
   */
  readonly names?: readonly string[];
  /** `jobs`: every namespace whose jobs are served. `own`: the operator's namespace. `cluster`: cluster-scoped objects. */
  readonly where: "jobs" | "own" | "cluster";
  /** Absent = always needed. */
  readonly feature?: PermissionFeature;
  readonly reason: string;
}

export type PermissionVerb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete";

/** Lease of the operator's leader election. */
export const LEASE_NAME = "notebook-validator-operator";
/** Lease of the Go operator's leader election, in whatever namespace it is installed. */
export const GO_OPERATOR_LEASE_NAME = "16681bfb.mlops.dev";
/** Secret of the operator's namespace that opens the sealed keys of attempts. */
export const SIGNING_KEY_SECRET_NAME = "notebook-validator-signing-key";
/** ConfigMap of the operator's namespace with the operator-wide configuration. */
export const CONFIG_MAP_NAME = "notebook-validator-config";
/** Secret of the operator's namespace with the certificate of webhook and metrics (`tls.crt`, `tls.key`, `ca.crt`). */
export const CERTIFICATE_SECRET_NAME = "notebook-validator-certificate";
/** ValidatingWebhookConfiguration of the operator. */
export const WEBHOOK_CONFIGURATION_NAME = "notebook-validator-operator";

/** All that the operator may do. Secrets are read one by one, never listed or watched. */
export const PERMISSIONS: readonly Permission[] = [
  {
    group: "mlops.mlops.dev",
    resources: ["notebookvalidationjobs"],
    verbs: ["get", "list", "watch"],
    where: "jobs",
    reason: "Follow the jobs that it serves.",
  },
  {
    group: "mlops.mlops.dev",
    resources: ["notebookvalidationjobs"],
    verbs: ["delete"],
    where: "jobs",
    reason: "Delete finished jobs whose time to live is over.",
  },
  {
    group: "mlops.mlops.dev",
    resources: ["notebookvalidationjobs"],
    verbs: ["patch"],
    where: "jobs",
    reason: "Label dead letters, so that selectors find them; nothing else of a job but its status is ever written.",
  },
  {
    group: "mlops.mlops.dev",
    resources: ["notebookvalidationjobs/status"],
    verbs: ["patch"],
    where: "jobs",
    reason: "Report phase, conditions and results.",
  },
  {
    group: "mlops.mlops.dev",
    resources: ["notebookvalidationjobs/finalizers"],
    verbs: ["update"],
    where: "jobs",
    reason: "Own pods with blockOwnerDeletion where the API server checks that (OpenShift does).",
  },
  {
    group: "",
    resources: ["pods"],
    verbs: ["get", "list", "watch", "create", "delete"],
    where: "jobs",
    reason: "Run one validation pod per attempt and follow it.",
  },
  {
    group: "",
    resources: ["pods/log"],
    verbs: ["get"],
    where: "jobs",
    reason: "Read the runner's events while the notebook runs.",
  },
  {
    group: "",
    resources: ["secrets"],
    verbs: ["get"],
    where: "jobs",
    reason:
      "Read the Git credentials that a job names; learn which variables come from Secrets, to keep their values out of results; see whether a Secret is there by now that a job waits for.",
  },
  {
    group: "",
    resources: ["events"],
    verbs: ["list"],
    where: "jobs",
    reason: "Learn why a pod waits for its volumes: only its events tell. Read when it waits for 10 seconds or more.",
  },
  {
    group: "",
    resources: ["events"],
    verbs: ["create"],
    where: "jobs",
    reason: "Tell people what happens, one event per transition.",
  },
  {
    group: "",
    resources: ["configmaps"],
    verbs: ["get", "create", "update"],
    where: "jobs",
    reason:
      "Write the final report of a job that names a ConfigMap in artifacts.configMap; one that is not that job's own is read to see so, and left alone. See whether a ConfigMap is there by now that a job waits for. Bring the runner to a pod that runs the copy of the notebook in its image.",
  },
  {
    group: "",
    resources: ["persistentvolumeclaims"],
    verbs: ["get"],
    where: "jobs",
    reason: "See whether a claim is there by now that a job waits for.",
  },
  {
    group: "tekton.dev",
    resources: ["pipelineruns"],
    verbs: ["get", "list", "watch", "create", "patch", "delete"],
    where: "jobs",
    feature: "tekton-builds",
    reason:
      "Build one image per environment, follow the build, cancel it when no job waits for it, and delete old ones that no job names.",
  },
  {
    group: "tekton.dev",
    resources: ["taskruns"],
    verbs: ["list", "watch"],
    where: "jobs",
    feature: "tekton-builds",
    reason: "Learn which step a build is at, and why it failed.",
  },
  {
    group: "build.openshift.io",
    resources: ["builds"],
    verbs: ["get", "list", "watch", "create", "patch", "delete"],
    where: "jobs",
    feature: "openshift-builds",
    reason: "The same by OpenShift's own builds.",
  },
  {
    group: "build.openshift.io",
    resources: ["builds/docker", "builds/source"],
    verbs: ["create"],
    where: "jobs",
    feature: "openshift-builds",
    reason: "OpenShift admits builds from a Dockerfile, and builds from sources, only for those who may do this.",
  },
  {
    group: "shipwright.io",
    resources: ["buildruns"],
    verbs: ["get", "list", "watch", "create", "patch", "delete"],
    where: "jobs",
    feature: "shipwright-builds",
    reason: "The same by Shipwright.",
  },
  {
    group: "shipwright.io",
    resources: ["buildstrategies"],
    verbs: ["get", "create"],
    where: "jobs",
    feature: "shipwright-builds",
    reason:
      "Give Shipwright the steps of a build: one strategy by the name of its content, beside the first build that needs it.",
  },
  {
    group: "coordination.k8s.io",
    resources: ["leases"],
    verbs: ["create"],
    where: "own",
    reason: "Elect a leader among the replicas.",
  },
  {
    group: "coordination.k8s.io",
    resources: ["leases"],
    verbs: ["get", "update"],
    names: [LEASE_NAME],
    where: "own",
    reason: "Hold and hand over the leadership.",
  },
  {
    group: "coordination.k8s.io",
    resources: ["leases"],
    verbs: ["list", "watch"],
    names: [GO_OPERATOR_LEASE_NAME],
    where: "cluster",
    reason: "See whether the Go operator works on this cluster, in whatever namespace, and wait until it has stopped.",
  },
  {
    group: "",
    resources: ["secrets"],
    verbs: ["create"],
    where: "own",
    reason: "Create the signing key on the first start, and the certificate where nobody else issues it.",
  },
  {
    group: "",
    resources: ["secrets"],
    verbs: ["get"],
    names: [SIGNING_KEY_SECRET_NAME],
    where: "own",
    reason: "Open the sealed keys with which runners sign their events.",
  },
  {
    group: "",
    resources: ["secrets"],
    verbs: ["get", "update"],
    names: [CERTIFICATE_SECRET_NAME],
    where: "own",
    feature: "certificate",
    reason: "Renew the certificate of webhook and metrics, where nobody else issues it.",
  },
  {
    group: "admissionregistration.k8s.io",
    resources: ["validatingwebhookconfigurations"],
    verbs: ["get", "patch"],
    names: [WEBHOOK_CONFIGURATION_NAME],
    where: "cluster",
    feature: "webhook",
    reason: "Tell the API server which authority signed the webhook's certificate.",
  },
  {
    group: "authentication.k8s.io",
    resources: ["tokenreviews"],
    verbs: ["create"],
    where: "cluster",
    feature: "metrics-authentication",
    reason: "Learn who asks for metrics.",
  },
  {
    group: "authorization.k8s.io",
    resources: ["subjectaccessreviews"],
    verbs: ["create"],
    where: "cluster",
    feature: "metrics-authentication",
    reason: "Learn whether they may read them.",
  },
];
