import type { LabelDomain, Metric } from "./metric.js";

const closed = (...values: readonly string[]): LabelDomain => ({ kind: "closed", values });
const catalogue = (of: string, max: number): LabelDomain => ({ kind: "catalogue", of, max });

const activePhases = closed("Pending", "Initializing", "Building", "BuildComplete", "ValidationRunning", "Retrying");
const levels = closed("learning", "development", "staging", "production");
const stages = closed("source", "models", "build", "schedule", "start", "run", "check", "finish");
const failureReasons = catalogue("reasons of the failure catalogue", 80);
const strategies = closed("tekton", "s2i", "shipwright", "custom");

/** Minutes matter for notebooks and builds: 5 s to 2 h. */
const runBuckets = [5, 15, 30, 60, 180, 300, 600, 1800, 3600, 7200];

/**
 * Every metric of the operator. Keys are how the program speaks of them; the names are what Prometheus sees.
 * Labels are bounded, and none is called `job`, `namespace`, `pod` or `instance`: those belong to the scrape.
 */
export const METRICS = {
  jobs: {
    name: "notebook_validation_jobs_total",
    type: "counter",
    help: "Finished runs of notebook validation jobs, by outcome and by whose fault a failure was",
    labels: { status: closed("succeeded", "failed"), fault: closed("none", "user", "platform") },
  },
  failures: {
    name: "notebook_validation_failures_total",
    type: "counter",
    help: "Failed attempts, by reason and by whose fault they were",
    labels: { reason: failureReasons, fault: closed("user", "platform") },
  },
  jobsActive: {
    name: "notebook_validation_jobs_active",
    type: "gauge",
    help: "Jobs that are not finished, by phase",
    labels: { phase: activePhases },
  },
  oldestTransitionAge: {
    name: "notebook_validation_oldest_transition_age_seconds",
    type: "gauge",
    help: "Seconds since the job that has been longest in a phase entered it, 0 when there is none",
    labels: { phase: activePhases },
  },
  executionDuration: {
    name: "notebook_validation_execution_duration_seconds",
    type: "histogram",
    help: "Time from the start of the notebook container to its verdict",
    labels: { level: levels, result: closed("passed", "passed_with_warnings", "failed", "error") },
    buckets: runBuckets,
  },
  startDelay: {
    name: "notebook_validation_start_delay_seconds",
    type: "histogram",
    help: "Time from the creation of a validation pod until its notebook container started",
    labels: {},
    buckets: [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800],
  },
  retries: {
    name: "notebook_validation_retries_total",
    type: "counter",
    help: "Attempts that were started again, by the stage that failed and the kind of its error",
    labels: { stage: stages, error_type: closed("transient", "permanent", "unknown") },
  },
  recoveryActions: {
    name: "notebook_validation_recovery_actions_total",
    type: "counter",
    help: "Recovery actions taken after failures",
    labels: {
      action: closed(
        "retry",
        "fallback-to-prebuilt",
        "skip-init-container",
        "fallback-build-strategy",
        "increase-memory",
        "wait-for-resolution",
        "none",
      ),
    },
  },
  deadLetters: {
    name: "notebook_validation_dead_letters_total",
    type: "counter",
    help: "Jobs that were given up",
    labels: { reason: closed("RetryLimitExceeded", "PermanentError"), fault: closed("user", "platform") },
  },
  checksFailed: {
    name: "notebook_validation_checks_failed_total",
    type: "counter",
    help: "Findings that failed a run, by check",
    labels: { check: catalogue("check ids of the check catalogue", 60) },
  },
  validationPodsActive: {
    name: "notebook_validation_validation_pods_active",
    type: "gauge",
    help: "Validation pods that have not finished",
    labels: {},
  },
  buildDuration: {
    name: "notebook_validation_build_duration_seconds",
    type: "histogram",
    help: "Time from the creation of an image build to its end",
    labels: { strategy: strategies, result: closed("success", "failure", "cancelled", "timeout") },
    buckets: runBuckets,
  },
  buildImageSize: {
    name: "notebook_validation_build_image_size_bytes",
    type: "histogram",
    help: "Compressed size of built images",
    labels: {},
    buckets: [100e6, 250e6, 500e6, 1e9, 2e9, 4e9, 8e9, 16e9],
  },
  buildCacheRequests: {
    name: "notebook_validation_build_cache_requests_total",
    type: "counter",
    help: "Questions to the build cache, by answer",
    labels: { result: closed("hit", "miss") },
  },
  buildsQueued: {
    name: "notebook_validation_builds_queued",
    type: "gauge",
    help: "Image builds that wait to be started",
    labels: {},
  },
  buildQueueAge: {
    name: "notebook_validation_build_queue_oldest_age_seconds",
    type: "gauge",
    help: "How long the oldest queued image build has waited, 0 when none waits",
    labels: {},
  },
  pipelineRunsActive: {
    name: "notebook_validation_tekton_pipelineruns_active",
    type: "gauge",
    help: "Tekton PipelineRuns of ours that have not finished",
    labels: {},
  },
  reconcileDuration: {
    name: "notebook_validation_reconcile_duration_seconds",
    type: "histogram",
    help: "Time of one reconciliation of one job",
    labels: { result: closed("success", "requeue", "error") },
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  },
  reconcileErrors: {
    name: "notebook_validation_reconcile_errors_total",
    type: "counter",
    help: "Reconciliations that ended in an error, by kind of error; conflicts are not errors",
    labels: { kind: closed("api", "source", "internal") },
  },
  queueDepth: {
    name: "notebook_validation_queue_depth",
    type: "gauge",
    help: "Jobs that wait in the work queue for a reconciliation",
    labels: {},
  },
  queueAge: {
    name: "notebook_validation_queue_oldest_age_seconds",
    type: "gauge",
    help: "How long the oldest item of the work queue has been due, 0 when it is empty",
    labels: {},
  },
  apiRequests: {
    name: "notebook_validation_api_requests_total",
    type: "counter",
    help: "Requests to the Kubernetes API, by verb and status code; code 0 means that no answer came",
    labels: {
      verb: closed("get", "list", "watch", "create", "replace", "apply", "patch", "delete", "logs"),
      code: catalogue("HTTP status codes that Kubernetes answers with", 20),
    },
  },
  informerStaleness: {
    name: "notebook_validation_informer_staleness_seconds",
    type: "gauge",
    help: "Time since an informer last heard from the API server",
    labels: { resource: catalogue("resources that the operator watches", 12) },
  },
  leader: {
    name: "notebook_validation_leader",
    type: "gauge",
    help: "1 on the replica that reconciles, 0 on those that stand by",
    labels: {},
  },
} as const satisfies Record<string, Metric>;

/** How the program speaks of a metric: a key of {@link METRICS}. */
export type MetricKey = keyof typeof METRICS;

/** Names of the labels of a metric. */
export type MetricLabel<K extends MetricKey> = Extract<keyof (typeof METRICS)[K]["labels"], string>;

/** All metrics, in catalogue order. */
export const ALL_METRICS: readonly Metric[] = Object.values(METRICS);
