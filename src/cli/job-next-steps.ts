import { type NotebookValidationJob, type NotebookValidationJobStatus, OPERATOR_NAMESPACE } from "../api/index.js";
import { isTerminal, isUnderWay } from "../operator/decide/job.js";
import { requestMark } from "../operator/decide/retry-request.js";
import { isHolding } from "../operator/decide/waiting/holding.js";
import { thingWords } from "../operator/decide/waiting/wait-words.js";
import { SOURCE_CONTAINER } from "../validation/index.js";
import { nextRun } from "./next-run.js";
import { programName } from "./program-name.js";
import { endOfWaitText, type Waiting } from "./wait-text.js";

const ASK_FOR_OPERATOR = `is one running? kubectl get pods -n ${OPERATOR_NAMESPACE}`;

/** Whether a run has ended. */
export function isFinished({ status }: NotebookValidationJob): boolean {
  return isTerminal(status?.phase);
}

/** What keeps a job that has not ended from going on. */
export function stall(job: NotebookValidationJob) {
  if (isFinished(job)) return undefined;
  return job.status?.conditions?.find(({ type, status }) => type === "Stalled" && status === "True");
}

/** What somebody can do now, one step each, without a final full stop. */
export function nextSteps(job: NotebookValidationJob, now: number): string[] {
  const { metadata, status = {} } = job;
  const { phase, conditions: all = [], nextRetryTime } = status;
  const at = `-n ${metadata.namespace ?? "default"}`;
  const isSuspended = all.some(({ type, status: value }) => type === "Suspended" && value === "True");
  if (metadata.deletionTimestamp !== undefined) return ["the job is being deleted"];
  if (isSuspended) {
    return [`resume it: kubectl patch nvj ${metadata.name} ${at} --type=merge -p '{"spec":{"suspend":false}}'`];
  }
  const stalled = stall(job);
  if (stalled?.reason === "AnotherOperator") {
    return ["stop the other operator, or let it finish; this job then goes on by itself"];
  }
  if (isHolding(status) && status.waitingFor !== undefined) {
    return [
      `${endOfWaitText(status.waitingFor, at, waitingOf(job))}; the run then goes on by itself`,
      unansweredRequest(job) ?? `or have it tried at once: ${retryCommand(job)}`,
    ];
  }
  if (stalled !== undefined) return ["put right what the condition names; the job then goes on by itself"];
  const follow = [`follow it: ${programName()} status ${metadata.name} ${at} --watch`];
  if (isUnderWay(phase)) return follow;
  switch (phase) {
    case undefined:
      return [`no operator has looked at this job yet; ${ASK_FOR_OPERATOR}`];
    case "Succeeded":
      return [];
    case "Failed":
      return stepsAfterFailure(job, at);
    case "Retrying": {
      const request = unansweredRequest(job);
      if (request !== undefined) return [request];
      return nextRetryTime !== undefined && Date.parse(nextRetryTime) > now
        ? [`it is tried again by itself; at once: ${retryCommand(job)}`]
        : follow;
    }
    default:
      return phase satisfies never;
  }
}

function stepsAfterFailure(job: NotebookValidationJob, at: string): string[] {
  const { status = {} } = job;
  const { waitingFor, validationPodName: pod } = status;
  const { hasOtherSpec, onResolution, onBranch, spentTotalTime } = nextRun(job);
  const log = pod === undefined ? [] : [`the whole log, while the pod is kept: ${logCommand(status, pod, at)}`];
  const request = unansweredRequest(job);
  if (request !== undefined) return [request, ...log];
  if (hasOtherSpec) {
    return [`retryOnSpecChange is off: to run it as its spec is now, ask for a new run: ${newRunCommand(job)}`, ...log];
  }
  if (onBranch !== undefined) {
    return [`push ${onBranch}: a new run then begins by itself; or have it tried at once: ${retryCommand(job)}`];
  }
  if (waitingFor === undefined || waitingFor.reason !== status.failureReason) return [remedy(job), ...log];
  const again = onResolution ? "a new run then begins by itself; or have it tried at once" : "then run it again";
  return [
    `it waited for ${thingWords(waitingFor)} in vain: ${endOfWaitText(waitingFor, at, waitingOf(job))}; ${again}: ${retryCommand(job)}`,
    ...(spentTotalTime === undefined ? [] : [longerWait(job, spentTotalTime)]),
    ...log,
  ];
}

function waitingOf({ spec, status = {} }: NotebookValidationJob): Waiting {
  return { pod: status.validationPodName, ownImage: spec.podConfig?.containerImage };
}

/** The request for a retry that nobody has answered: to ask once more would help nobody. */
function unansweredRequest({ metadata, status = {} }: NotebookValidationJob): string | undefined {
  const request = requestMark(metadata);
  if (request === undefined || request === status.lastHandledRetryRequest) return undefined;
  return `a retry was asked for at ${request}; no operator has answered yet; ${ASK_FOR_OPERATOR}`;
}

/** How a run waits longer than the job's own limit let the last one. */
function longerWait(job: NotebookValidationJob, totalTime: string): string {
  const what = `or have it wait longer: raise spec.totalTimeout, which was over after ${totalTime}`;
  return nextRun(job).onSpecChange
    ? `${what}; a changed spec starts a new run`
    : `${what}, and ask for a new run: ${newRunCommand(job)}`;
}

function logCommand({ attempts = [] }: NotebookValidationJobStatus, pod: string, at: string): string {
  // Where the source could not be fetched, the notebook's container has no log.
  const isOfSource = attempts.find(({ podName }) => podName === pod)?.stage === "source";
  return `kubectl logs ${at} ${pod}${isOfSource ? ` -c ${SOURCE_CONTAINER}` : ""}`;
}

function retryCommand({ metadata: { name, namespace = "default" } }: NotebookValidationJob): string {
  return `${programName()} retry ${name} -n ${namespace}`;
}

function newRunCommand(job: NotebookValidationJob): string {
  return `${retryCommand(job)} --reset-count`;
}

/** What leads to another run of a job that failed. Of what can't pass by itself nobody is told to just try again. */
function remedy(job: NotebookValidationJob): string {
  const { fault, lastErrorType } = job.status ?? {};
  if (fault === "user" && lastErrorType !== "transient") {
    return nextRun(job).onSpecChange
      ? `correct the notebook or the job: a changed spec starts a new run; the same once more: ${retryCommand(job)}`
      : `correct the notebook or the job, then ask for a new run: ${newRunCommand(job)}`;
  }
  if (fault === "user") return `put right what the message names, then run it again: ${retryCommand(job)}`;
  return lastErrorType === "permanent"
    ? `as things are it can't succeed; when what the message names is put right, run it again: ${retryCommand(job)}`
    : `try it once more: ${retryCommand(job)}`;
}
