/** One story about an alert, in the notation of `promtool test rules`. Samples are a minute apart. */
export interface AlertScenario {
  readonly story: string;
  readonly alert: string;
  /** Series without the operator's own labels → values. */
  readonly series: Readonly<Record<string, string>>;
  readonly at: string;
  /** Labels, besides severity and namespace, of each alert that fires. Empty = silence. */
  readonly fires: readonly Readonly<Record<string, string>>[];
}

const jobs = (status: string, fault: string) => `notebook_validation_jobs_total{status="${status}",fault="${fault}"}`;

export const ALERT_SCENARIOS: readonly AlertScenario[] = [
  {
    story: "no target at all, as after a deleted Service",
    alert: "NotebookValidatorOperatorDown",
    series: { unrelated: "1x20" },
    at: "6m",
    fires: [{}],
  },
  {
    story: "every replica refuses to answer",
    alert: "NotebookValidatorOperatorDown",
    series: { 'up{pod="a"}': "0x20", 'up{pod="b"}': "0x20" },
    at: "6m",
    fires: [{}],
  },
  {
    story: "one replica of two is restarted",
    alert: "NotebookValidatorOperatorDown",
    series: { 'up{pod="a"}': "1x20", 'up{pod="b"}': "0x20" },
    at: "20m",
    fires: [],
  },
  {
    story: "a roll-out takes three minutes",
    alert: "NotebookValidatorOperatorDown",
    series: { up: "1x5 0x3 1x20" },
    at: "9m",
    fires: [],
  },
  {
    story: "two replicas stand by and nobody leads",
    alert: "NotebookValidationNoLeader",
    series: { 'notebook_validation_leader{pod="a"}': "0x20", 'notebook_validation_leader{pod="b"}': "0x20" },
    at: "10m",
    fires: [{}],
  },
  {
    story: "one replica leads, one stands by",
    alert: "NotebookValidationNoLeader",
    series: { 'notebook_validation_leader{pod="a"}': "1x20", 'notebook_validation_leader{pod="b"}': "0x20" },
    at: "10m",
    fires: [],
  },
  {
    story: "two of three runs fail by the platform's fault",
    alert: "NotebookValidationHighFailureRate",
    series: { [jobs("succeeded", "none")]: "0+1x120", [jobs("failed", "platform")]: "0+2x120" },
    at: "80m",
    fires: [{}],
  },
  {
    story: "one run of a hundred fails: the naive quotient of two rates would say 100 %",
    alert: "NotebookValidationHighFailureRate",
    series: { [jobs("succeeded", "none")]: "0+99x120", [jobs("failed", "platform")]: "0+1x120" },
    at: "80m",
    fires: [],
  },
  {
    story: "all notebooks are broken, by their authors' fault",
    alert: "NotebookValidationHighFailureRate",
    series: { [jobs("failed", "user")]: "0+1x120", [jobs("failed", "platform")]: "0x120" },
    at: "80m",
    fires: [],
  },
  {
    story: "the only two runs of the hour fail: too few to say anything",
    alert: "NotebookValidationHighFailureRate",
    series: { [jobs("failed", "platform")]: "0x30 2x90" },
    at: "80m",
    fires: [],
  },
  {
    story: "most notebooks are broken, by their authors' fault",
    alert: "NotebookValidationHighUserFailureRate",
    series: { [jobs("succeeded", "none")]: "0+1x120", [jobs("failed", "user")]: "0+3x120" },
    at: "80m",
    fires: [{}],
  },
  {
    story: "most notebooks are fine",
    alert: "NotebookValidationHighUserFailureRate",
    series: { [jobs("succeeded", "none")]: "0+3x120", [jobs("failed", "user")]: "0+1x120" },
    at: "80m",
    fires: [],
  },
  {
    story: "eleven builds wait for more than half an hour",
    alert: "NotebookValidationBuildBacklog",
    series: { notebook_validation_builds_queued: "11x60", notebook_validation_build_queue_oldest_age_seconds: "60x60" },
    at: "31m",
    fires: [{}],
  },
  {
    story: "three builds wait, one of them for an hour",
    alert: "NotebookValidationBuildBacklog",
    series: {
      notebook_validation_builds_queued: "3x90",
      notebook_validation_build_queue_oldest_age_seconds: "0+60x90",
    },
    at: "62m",
    fires: [{}],
  },
  {
    story: "ten builds wait a little",
    alert: "NotebookValidationBuildBacklog",
    series: {
      notebook_validation_builds_queued: "10x60",
      notebook_validation_build_queue_oldest_age_seconds: "120x60",
    },
    at: "60m",
    fires: [],
  },
  {
    story: "a burst of builds is gone within twenty minutes",
    alert: "NotebookValidationBuildBacklog",
    series: {
      notebook_validation_builds_queued: "40x20 0x60",
      notebook_validation_build_queue_oldest_age_seconds: "300x20 0x60",
    },
    at: "40m",
    fires: [],
  },
  {
    story: "a third of reconciliations fails",
    alert: "NotebookValidationReconcileErrors",
    series: {
      'notebook_validation_reconcile_errors_total{kind="api"}': "0+10x60",
      'notebook_validation_reconcile_duration_seconds_count{result="success"}': "0+20x60",
      'notebook_validation_reconcile_duration_seconds_count{result="error"}': "0+10x60",
    },
    at: "31m",
    fires: [{}],
  },
  {
    story: "one reconciliation of fifty fails",
    alert: "NotebookValidationReconcileErrors",
    series: {
      'notebook_validation_reconcile_errors_total{kind="api"}': "0+2x60",
      'notebook_validation_reconcile_duration_seconds_count{result="success"}': "0+98x60",
      'notebook_validation_reconcile_duration_seconds_count{result="error"}': "0+2x60",
    },
    at: "31m",
    fires: [],
  },
  {
    story: "a job runs for five hours",
    alert: "NotebookValidationJobStuck",
    series: { 'notebook_validation_oldest_transition_age_seconds{phase="ValidationRunning"}': "0+60x400" },
    at: "300m",
    fires: [{ phase: "ValidationRunning" }],
  },
  {
    story: "jobs wait in a queue for a day",
    alert: "NotebookValidationJobStuck",
    series: {
      'notebook_validation_oldest_transition_age_seconds{phase="Pending"}': "86400x60",
      'notebook_validation_oldest_transition_age_seconds{phase="ValidationRunning"}': "600x60",
    },
    at: "60m",
    fires: [],
  },
  {
    story: "four jobs are given up by the platform's fault",
    alert: "NotebookValidationDeadLettersGrowing",
    series: {
      'notebook_validation_dead_letters_total{reason="RetryLimitExceeded",fault="platform"}': "0x10 1x10 2x10 4x60",
    },
    at: "60m",
    fires: [{}],
  },
  {
    story: "many jobs are given up by their notebooks' fault",
    alert: "NotebookValidationDeadLettersGrowing",
    series: { 'notebook_validation_dead_letters_total{reason="PermanentError",fault="user"}': "0+1x60" },
    at: "60m",
    fires: [],
  },
  {
    story: "the watch of pods is silent for a quarter of an hour",
    alert: "NotebookValidationInformerStale",
    series: {
      'notebook_validation_informer_staleness_seconds{resource="pods"}': "0+60x30",
      'notebook_validation_informer_staleness_seconds{resource="jobs"}': "20x30",
    },
    at: "17m",
    fires: [{ resource: "pods" }],
  },
  {
    story: "watches are heard every minute",
    alert: "NotebookValidationInformerStale",
    series: { 'notebook_validation_informer_staleness_seconds{resource="pods"}': "60x30" },
    at: "30m",
    fires: [],
  },
  {
    story: "a fifth of runs fails by the platform's fault for an hour",
    alert: "NotebookValidationErrorBudgetBurnFast",
    series: { [jobs("succeeded", "none")]: "0+4x120", [jobs("failed", "platform")]: "0+1x120" },
    at: "70m",
    fires: [{}],
  },
  {
    story: "the trouble is over: the short window is clean again",
    alert: "NotebookValidationErrorBudgetBurnFast",
    series: { [jobs("succeeded", "none")]: "0+4x120", [jobs("failed", "platform")]: "0+1x30 30x90" },
    at: "70m",
    fires: [],
  },
  {
    story: "two failures of ten at night are no page",
    alert: "NotebookValidationErrorBudgetBurnFast",
    series: { [jobs("succeeded", "none")]: "0x30 8x90", [jobs("failed", "platform")]: "0x30 2x90" },
    at: "34m",
    fires: [],
  },
  {
    story: "one run of twenty fails by the platform's fault, for a day",
    alert: "NotebookValidationErrorBudgetBurnSlow",
    series: { [jobs("succeeded", "none")]: "0+19x1500", [jobs("failed", "platform")]: "0+1x1500" },
    at: "1440m",
    fires: [{}],
  },
  {
    story: "one run of a thousand fails",
    alert: "NotebookValidationErrorBudgetBurnSlow",
    series: { [jobs("succeeded", "none")]: "0+999x1500", [jobs("failed", "platform")]: "0+1x1500" },
    at: "1440m",
    fires: [],
  },
];
