import { ANNOTATION_RETRY_REQUESTED, ANNOTATION_RETRY_RESET_COUNT } from "../api/index.js";
import type { Alert, AlertContext } from "./alert.js";
import { METRICS } from "./metrics.js";
import { countOf, operatorMatchers, ratio, series } from "./series.js";

const platformFailures = 'status="failed",fault="platform"';
const userFailures = 'status="failed",fault="user"';

/** Share of runs that failed by one side's fault, guarded by a minimum of finished runs. */
function failureRate(context: AlertContext, failures: string): string {
  const { failureRatio, failureWindow, minimumRuns } = context.thresholds;
  const matchers = operatorMatchers(context);
  const all = series(METRICS.jobs, matchers);
  return [
    `${ratio(series(METRICS.jobs, matchers, failures), all, failureWindow)} > ${failureRatio}`,
    `sum by (namespace) (increase(${all}[${failureWindow}])) >= ${minimumRuns}`,
  ].join("\nand ");
}

/** Budget burnt faster than `factor` over a long and a short window, with at least 3 failures to speak of. */
function burns(context: AlertContext, factor: number, long: string, short: string): string {
  const matchers = operatorMatchers(context);
  const all = series(METRICS.jobs, matchers);
  const failed = series(METRICS.jobs, matchers, platformFailures);
  const limit = Number((factor * (1 - context.thresholds.objective)).toPrecision(6));
  return [
    `${ratio(failed, all, long)} > ${limit}`,
    `${ratio(failed, all, short)} > ${limit}`,
    `sum by (namespace) (increase(${failed}[${long}])) >= 3`,
  ].join("\nand ");
}

const whoFails = "`kubectl get nvj -A` shows phase and message of every job; those that were given up are Failed.";
const retryByHand =
  `\`kubectl annotate nvj NAME --overwrite ${ANNOTATION_RETRY_REQUESTED}=$(date -u +%FT%TZ)\` tries a failed job once more; ` +
  `with \`${ANNOTATION_RETRY_RESET_COUNT}=true\` besides, it starts a new run with all its retries.`;
const operatorLog = "`kubectl -n notebook-validator-system logs deployment/notebook-validator-operator`";

/** Every alert that the project ships. Each has a runbook page and unit tests that make it fire and stay silent. */
export const ALERTS: readonly Alert[] = [
  {
    name: "NotebookValidatorOperatorDown",
    severity: "critical",
    metrics: [],
    expr: (context) => `absent(up{${operatorMatchers(context)}} == 1)`,
    for: (thresholds) => thresholds.downFor,
    summary: "The notebook validator operator is down",
    description:
      "No replica of the notebook validator operator has answered a scrape. Jobs are neither started nor judged.",
    runbook: {
      impact:
        "New jobs stay Pending. Notebooks that run go on, but their verdict is recorded only when the operator is back.",
      diagnosis: [
        "`kubectl -n notebook-validator-system get pods,deployments,events` shows whether pods run and why not.",
        `${operatorLog} (add \`--previous\` after a crash).`,
        "If the pods are ready, the scrape is at fault: look at the target's error on Prometheus' targets page.",
      ],
      remedy: [
        "Nothing is lost: the operator continues from what is in the cluster as soon as it runs.",
        "Roll back with `kubectl -n notebook-validator-system rollout undo deployment/notebook-validator-operator` if it went down with an upgrade.",
      ],
    },
  },
  {
    name: "NotebookValidationNoLeader",
    severity: "critical",
    metrics: ["leader"],
    expr: (context) => `sum by (namespace) (${series(METRICS.leader, operatorMatchers(context))}) == 0`,
    for: (thresholds) => thresholds.downFor,
    summary: "No replica of the notebook validator operator is the leader",
    description: "Replicas answer scrapes, but none holds the lease. Jobs are neither started nor judged.",
    runbook: {
      impact: "As if the operator were down: new jobs stay Pending.",
      diagnosis: [
        "`kubectl -n notebook-validator-system get lease -o yaml` shows who held the lease last, and when.",
        `${operatorLog} shows why the lease can't be taken (permissions, API server, clock).`,
      ],
      remedy: ["Delete the lease if its holder no longer exists; a replica takes it within seconds."],
    },
  },
  {
    name: "NotebookValidationHighFailureRate",
    severity: "warning",
    metrics: ["jobs"],
    expr: (context) => failureRate(context, platformFailures),
    for: (thresholds) => thresholds.failureFor,
    summary: "{{ $value | humanizePercentage }} of notebook validations fail by the platform's fault",
    description:
      "Runs fail because of the cluster or its services (images, nodes, storage, Git, builds), not because of the notebooks.",
    runbook: {
      impact: "Good notebooks don't reach production; their authors can't do anything about it.",
      diagnosis: [
        '`sum by (reason) (increase(notebook_validation_failures_total{fault="platform"}[1h]))` names the reasons.',
        whoFails,
      ],
      remedy: ["Mend the named cause. Jobs with retries left go on by themselves.", retryByHand],
    },
  },
  {
    name: "NotebookValidationHighUserFailureRate",
    severity: "info",
    metrics: ["jobs"],
    expr: (context) => failureRate(context, userFailures),
    for: (thresholds) => thresholds.failureFor,
    summary: "{{ $value | humanizePercentage }} of notebook validations fail by the notebooks' fault",
    description: "Most notebooks that ran fail their validation. Nobody is paged: it's their authors' to look at.",
    runbook: {
      impact: "None for the platform.",
      diagnosis: [
        whoFails,
        "The same reason everywhere hints at a shared cause: data that moved, a library that was upgraded.",
      ],
      remedy: ["Tell the authors. `status.educationalFeedback` of each job says what to do."],
    },
  },
  {
    name: "NotebookValidationBuildBacklog",
    severity: "warning",
    metrics: ["buildsQueued", "buildQueueAge"],
    expr: (context) => {
      const matchers = operatorMatchers(context);
      return [
        `sum by (namespace) (${series(METRICS.buildsQueued, matchers)}) > ${context.thresholds.backlogBuilds}`,
        `max by (namespace) (${series(METRICS.buildQueueAge, matchers)}) > ${context.thresholds.backlogAgeSeconds}`,
      ].join("\nor ");
    },
    for: (thresholds) => thresholds.backlogFor,
    summary: "Image builds for notebooks pile up",
    description: "Too many image builds wait, or the oldest waits too long ({{ $value }} builds or seconds).",
    runbook: {
      impact: "Jobs that need a new image stay in Building; jobs with a pre-built or known image are not held up.",
      diagnosis: [
        "`kubectl get pipelineruns -A -l app.kubernetes.io/managed-by=notebook-validator-operator` shows what runs and how long.",
        "Few running builds: the operator's build concurrency is the limit. Many pending pods: the cluster is full.",
      ],
      remedy: ["Raise the build concurrency, add capacity, or turn on the registry cache so that builds end sooner."],
    },
  },
  {
    name: "NotebookValidationReconcileErrors",
    severity: "warning",
    metrics: ["reconcileErrors", "reconcileDuration"],
    expr: (context) => {
      const matchers = operatorMatchers(context);
      const errors = series(METRICS.reconcileErrors, matchers);
      return [
        `${ratio(errors, countOf(METRICS.reconcileDuration, matchers), "15m")} > ${context.thresholds.reconcileErrorRatio}`,
        `sum by (namespace) (increase(${errors}[15m])) >= 10`,
      ].join("\nand ");
    },
    for: () => "15m",
    summary: "{{ $value | humanizePercentage }} of the operator's reconciliations end in an error",
    description: "The operator can't do what it decides to do, and tries again with growing delays.",
    runbook: {
      impact: "Jobs advance late or not at all.",
      diagnosis: [
        "`sum by (kind) (increase(notebook_validation_reconcile_errors_total[15m]))`: `api` = the API server refuses or fails, `source` = Git, `internal` = our bug.",
        "`sum by (verb, code) (increase(notebook_validation_api_requests_total[15m]))`: 403 means a missing permission, 429 and 5xx an API server in trouble.",
        operatorLog,
      ],
      remedy: ["Apply the RBAC of the running version; relieve the API server; report `internal` errors with the log."],
    },
  },
  {
    name: "NotebookValidationJobStuck",
    severity: "warning",
    metrics: ["oldestTransitionAge"],
    expr: (context) =>
      `max by (namespace, phase) (${series(METRICS.oldestTransitionAge, operatorMatchers(context), 'phase!="Pending"')}) > ${context.thresholds.stuckSeconds}`,
    for: () => "15m",
    summary: "A notebook validation job is stuck in {{ $labels.phase }}",
    description: "A job has been in {{ $labels.phase }} for {{ $value | humanizeDuration }}.",
    runbook: {
      impact: "That job gets no verdict; whatever waits for it (an Argo CD wave, a release) waits too.",
      diagnosis: [
        "`kubectl get nvj -A --sort-by=.metadata.creationTimestamp` and the message of the oldest in that phase.",
        "`Retrying` with the condition `Stalled`: the message names what it waits for (a Secret, a quota, a registry).",
      ],
      remedy: [
        "Provide what it waits for. If it only takes long, raise the threshold above the longest `validationTimeout`.",
      ],
    },
  },
  {
    name: "NotebookValidationDeadLettersGrowing",
    severity: "warning",
    metrics: ["deadLetters"],
    expr: (context) =>
      `sum by (namespace) (increase(${series(METRICS.deadLetters, operatorMatchers(context), 'fault="platform"')}[6h])) >= ${context.thresholds.deadLetters}`,
    for: () => "5m",
    summary: "Jobs are given up by the platform's fault",
    description:
      "{{ $value | humanize }} jobs were given up within 6 hours although their notebooks were not at fault.",
    runbook: {
      impact: "These jobs stay Failed until somebody retries them.",
      diagnosis: [
        "`kubectl get nvj -A --sort-by=.status.completionTime` lists the jobs, the last to end at the bottom; `kubectl describe nvj NAME` shows the condition DeadLettered and its reason.",
      ],
      remedy: ["Mend the cause.", retryByHand],
    },
  },
  {
    name: "NotebookValidationInformerStale",
    severity: "warning",
    metrics: ["informerStaleness"],
    expr: (context) =>
      `max by (namespace, resource) (${series(METRICS.informerStaleness, operatorMatchers(context))}) > ${context.thresholds.informerStaleSeconds}`,
    for: () => "5m",
    summary: "The operator sees an old state of {{ $labels.resource }}",
    description: "No word from the API server about {{ $labels.resource }} for {{ $value | humanizeDuration }}.",
    runbook: {
      impact: "Decisions rest on what was true then; jobs may seem to hang.",
      diagnosis: [operatorLog, "Look for refused watches (403) and connection errors to the API server."],
      remedy: [
        "Restarting the pod opens new connections. If it helps, report it: the operator should do that by itself.",
      ],
    },
  },
  {
    name: "NotebookValidationErrorBudgetBurnFast",
    severity: "critical",
    metrics: ["jobs"],
    expr: (context) => `(${burns(context, 14.4, "1h", "5m")})\nor (${burns(context, 6, "6h", "30m")})`,
    for: () => "2m",
    summary: "The platform burns its error budget for notebook validations fast",
    description:
      "{{ $value | humanizePercentage }} of runs fail by the platform's fault: the month's budget is gone within days.",
    runbook: {
      impact: "Runs fail for no fault of their notebooks, at a rate that the objective does not allow.",
      diagnosis: ["As for [NotebookValidationHighFailureRate](NotebookValidationHighFailureRate.md)."],
      remedy: ["As there. Stop roll-outs of the platform until the rate is normal again."],
    },
  },
  {
    name: "NotebookValidationErrorBudgetBurnSlow",
    severity: "warning",
    metrics: ["jobs"],
    expr: (context) => `(${burns(context, 3, "1d", "2h")})\nor (${burns(context, 1, "3d", "6h")})`,
    for: () => "15m",
    summary: "The platform burns its error budget for notebook validations",
    description:
      "{{ $value | humanizePercentage }} of runs fail by the platform's fault: more than the objective allows.",
    runbook: {
      impact: "A small share of runs fails for no fault of their notebooks, all the time.",
      diagnosis: ["As for [NotebookValidationHighFailureRate](NotebookValidationHighFailureRate.md), over a day."],
      remedy: ["Take the most frequent platform reason and mend it for good."],
    },
  },
];
