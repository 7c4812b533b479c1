import type { Condition, ConditionType } from "../../api/index.js";
import { equalJson } from "../../kube/json.js";
import type { Effect } from "./decision.js";
import type { JobStatus } from "./job.js";
import { becomesTroubled } from "./transition-notes.js";

/**
 * When a change of status is written: `now`, or `soon`, with the job's next regular write. What waits may be lost in a
 * crash: it is then seen again. So nothing may wait that an effect, a count or somebody else relies on.
 */
export type WriteTime = "now" | "soon";

type Phase = NonNullable<JobStatus["phase"]>;
type Rule = (before: JobStatus, after: JobStatus) => WriteTime;

/** Where effects stand: what changes the cluster, or tells people, comes after the status that counts or explains it. */
const EFFECTS: Record<Effect["kind"], WriteTime> = {
  "ask-source": "soon",
  "ask-environment": "soon",
  "ask-image": "soon",
  "ask-resolution": "soon",
  "start-build": "now",
  "join-build": "soon",
  // Nobody's tag moves for a job that asks for something else by now: the write proves that it does not.
  "publish-image": "now",
  "start-attempt": "now",
  "delete-pod": "now",
  "delete-job": "now",
  // Said again on every later look, until the labels are there.
  "label-job": "soon",
  // The end of a run is written at once by itself; the same report is said again on every later look.
  "write-report": "soon",
  emit: "now",
};

/** Phases that a job may enter from these with nobody told at once: nothing has been done yet that counts. */
const QUIET_ENTRIES: Partial<Record<Phase, readonly (Phase | undefined)[]>> = {
  Initializing: [undefined, "Pending"],
  Building: [undefined, "Pending", "Initializing"],
  ValidationRunning: [undefined, "Pending", "Initializing"],
};

/** What conditions may become only with everybody told at once. */
const LOUD_CONDITIONS: Partial<Record<ConditionType, readonly Condition["status"][]>> = {
  Ready: ["True"],
  Stalled: ["True"],
  Succeeded: ["True", "False"],
  SpecValid: ["False"],
  DeadLettered: ["True"],
  Suspended: ["True", "False"],
};

/** Every field of the status: whether a change of it may wait. A field that is added has to be thought about here. */
const FIELDS: Record<keyof Required<JobStatus>, WriteTime | Rule> = {
  observedGeneration: "soon",
  phase: ({ phase: before }, { phase: after }) =>
    after !== undefined && QUIET_ENTRIES[after]?.includes(before) ? "soon" : "now",
  verdict: "now",
  fault: "now",
  // Trouble is shown at once; its next name, and that it is over, may wait.
  reason: (before, after) => (becomesTroubled(before, after) ? "now" : "soon"),
  message: "soon",
  conditions: (before, after) => (isLoud(before, after) ? "now" : "soon"),
  source: "soon",
  environmentDigest: "soon",
  runId: "soon",
  runCount: "soon",
  // A status that another operator left gets its baseline before anything else.
  specHash: (before) => (before.phase !== undefined && before.specHash === undefined ? "now" : "soon"),
  queuedAt: "soon",
  startTime: "soon",
  completionTime: "now",
  duration: "now",
  buildStatus: (before, after) => (hasOtherBuild(before, after) ? "now" : "soon"),
  validationPodName: "soon",
  progress: "soon",
  cells: "soon",
  results: "soon",
  resultsTruncated: "soon",
  validationChecks: "soon",
  educationalFeedback: "soon",
  comparisonResult: "soon",
  modelValidationResult: "now",
  retryCount: risen("retryCount"),
  buildRetryCount: risen("buildRetryCount"),
  validationRetryCount: risen("validationRetryCount"),
  recoveryAttempts: risen("recoveryAttempts"),
  recovery: "now",
  waitingFor: "now",
  lastRetryTime: "now",
  nextRetryTime: "now",
  lastHandledRetryRequest: "soon",
  retryStrategy: "soon",
  lastError: "now",
  lastErrorAt: "now",
  lastErrorType: "now",
  failureReason: "now",
  attempts: (before, after) => (hasOtherAttempts(before, after) ? "now" : "soon"),
  triggers: "now",
  argocd: "soon",
  resources: "soon",
  environment: "soon",
};

/** When the change from one status to the next is to be written, given what is to be done after it. */
export function writeTime(before: JobStatus, after: JobStatus, effects: readonly Effect[]): WriteTime {
  if (effects.some(({ kind }) => EFFECTS[kind] === "now")) return "now";
  const isUrgent = Object.entries(FIELDS).some(([name, rule]) => {
    const field = name as keyof JobStatus;
    if (before[field] === after[field] || equalJson(before[field], after[field])) return false;
    return (typeof rule === "function" ? rule(before, after) : rule) === "now";
  });
  return isUrgent ? "now" : "soon";
}

function isLoud(before: JobStatus, after: JobStatus): boolean {
  return (after.conditions ?? []).some(({ type, status }) => {
    const loud: readonly string[] = LOUD_CONDITIONS[type as ConditionType] ?? [];
    return loud.includes(status) && before.conditions?.find((each) => each.type === type)?.status !== status;
  });
}

/** Counts that grow are written before what they count; a new run's zeros may wait. */
function risen(counter: "retryCount" | "buildRetryCount" | "validationRetryCount" | "recoveryAttempts"): Rule {
  return (before, after) => ((after[counter] ?? 0) > (before[counter] ?? 0) ? "now" : "soon");
}

/** Whether a build was begun, joined, left or ended, or its image found or published; how far it has come may wait. */
function hasOtherBuild({ buildStatus: before }: JobStatus, { buildStatus: after }: JobStatus): boolean {
  const facts = ["phase", "buildName", "imageDigest", "imageReference", "published", "recommendedImage"] as const;
  return facts.some((fact) => before?.[fact] !== after?.[fact]);
}

/** Whether an attempt was begun or ended; how far one has come is mere progress. */
function hasOtherAttempts({ attempts: before = [] }: JobStatus, { attempts: after = [] }: JobStatus): boolean {
  return (
    before.length !== after.length ||
    after.some(
      ({ podName, outcome }, index) => podName !== before[index]?.podName || outcome !== before[index]?.outcome,
    )
  );
}
