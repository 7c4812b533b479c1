import {
  ANNOTATION_RETRY_REQUESTED,
  type ErrorType,
  type Fault,
  type NotebookValidationJob,
  OPERATOR_NAMESPACE,
} from "../api/index.js";
import { age } from "./age.js";
import { findingsText, oneLine, shortCommit, verdictText } from "./job-findings.js";
import { palette, printable } from "./output.js";
import { programName } from "./program-name.js";

/** Most attempts that are told; the status has them all. */
const MAX_ATTEMPTS = 5;

/** Everything that matters about one job, for people: where it stands, how it came there, and what to do next. */
export function jobStory(job: NotebookValidationJob, now: number, stream: { isTTY?: boolean }): string {
  const { bold, dim } = palette(stream);
  const { metadata, spec, status = {} } = job;
  const commit = shortCommit(status.source?.commit);
  const isOver = isFinished(job);
  const lines = [
    `${bold(printable(metadata.name))}  ${printable(spec.notebook.path)}${commit === undefined ? "" : dim(`  @ ${printable(commit)}`)}${dim(`  (namespace ${printable(metadata.namespace ?? "")})`)}`,
    ...facts(job, now).map(([title, text]) => `  ${dim(`${title}:`.padEnd(12))} ${oneLine(text, 512)}`),
    ...findingsText(job, stream),
    ...(isOver ? [verdictText(job, stream)] : []),
    ...nextSteps(job, now).flatMap((step) => ["", `  → ${oneLine(step, 512)}`]),
  ];
  return `${lines.join("\n")}\n`;
}

/** Whether a run has ended. */
export function isFinished({ status }: NotebookValidationJob): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

function facts(job: NotebookValidationJob, now: number): [title: string, text: string][] {
  const { status = {} } = job;
  const stalled = stall(job);
  const found: [string, string | undefined][] = [
    ["phase", phaseText(job, now)],
    ["stalled", stalled && `${stalled.reason}: ${stalled.message}`],
    // The verdict of a job that has ended comes last, with its message.
    ["message", isFinished(job) || status.message === stalled?.message ? undefined : status.message],
    ["progress", progress(job)],
    ["ref", status.source?.ref],
    ["image", status.buildStatus?.imageDigest ?? status.attempts?.[0]?.image],
    ["pod", status.validationPodName],
    ["memory", status.resources?.peakMemory],
    ["retries", status.retryCount === undefined || status.retryCount === 0 ? undefined : retries(job, now)],
    ...(status.source?.warnings ?? []).map((warning): [string, string] => ["source", warning]),
    ...attempts(job, now).map((text): [string, string] => ["attempt", text]),
    ...conditions(job).map((text): [string, string] => ["condition", text]),
  ];
  return found.filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== "");
}

/** The phase, and what the status knows of its times: when a phase was entered it tells of the last one alone. */
function phaseText(job: NotebookValidationJob, now: number): string {
  const { metadata, status = {} } = job;
  const ago = (time: string | undefined): string => `${age(time, now) || "?"} ago`;
  if (status.phase === undefined) {
    return `${stall(job) === undefined ? "not looked at yet" : "not begun"}, created ${ago(metadata.creationTimestamp)}`;
  }
  if (isFinished(job)) return `${status.phase}, since ${age(status.completionTime, now) || "?"}`;
  return status.startTime === undefined ? status.phase : `${status.phase}; the run began ${ago(status.startTime)}`;
}

/** What keeps the operator from working on a job that has not ended. */
function stall(job: NotebookValidationJob) {
  if (isFinished(job)) return undefined;
  return job.status?.conditions?.find(({ type, status }) => type === "Stalled" && status === "True");
}

function progress({ status = {} }: NotebookValidationJob): string | undefined {
  const { phase, progress: done, cells } = status;
  if (phase !== "ValidationRunning" || done === undefined) return undefined;
  const at = done.cell === undefined ? "" : `, cell ${done.cell} runs`;
  return `${cells ?? `${done.percent ?? 0} %`}${at}`;
}

function retries({ status = {} }: NotebookValidationJob, now: number): string {
  const { retryCount = 0, nextRetryTime, retryStrategy } = status;
  const wait =
    nextRetryTime === undefined ? undefined : Math.max(0, Math.ceil((Date.parse(nextRetryTime) - now) / 1000));
  return [
    String(retryCount),
    ...(retryStrategy === undefined ? [] : [`strategy ${retryStrategy}`]),
    ...(wait === undefined ? [] : [`the next one in ${wait}s`]),
  ].join(", ");
}

/** The history, when there is more of it than what is told anyway. */
function attempts({ status = {} }: NotebookValidationJob, now: number): string[] {
  const history = status.attempts ?? [];
  if (history.length < 2) return [];
  return history.slice(0, MAX_ATTEMPTS).map(({ number, stage, outcome = "", reason, completionTime, startTime }) => {
    const what = [outcome, ...(reason === undefined || reason === outcome ? [] : [reason])].join(" ");
    const when = age(completionTime ?? startTime, now);
    return `${number}  ${what}${stage === undefined ? "" : ` (${stage})`}${when === "" ? "" : `, ${when} ago`}`;
  });
}

/** Conditions that say more than phase and verdict do. */
function conditions(job: NotebookValidationJob): string[] {
  return (job.status?.conditions ?? [])
    .filter(({ type, status, message }) => {
      switch (type) {
        case "DeadLettered":
        case "Suspended":
          return status === "True";
        case "SpecValid":
          return status === "False" || message.includes(". ");
        case "GitCloneComplete":
        case "ModelsReady":
        case "BuildComplete":
        case "ValidationComplete":
          // Of a job that has ended they repeat the message.
          return status !== "True" && !isFinished(job);
        default:
          return false;
      }
    })
    .map(({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`);
}

/** What somebody can do now. */
function nextSteps(job: NotebookValidationJob, now: number): string[] {
  const { metadata, status = {} } = job;
  const { phase, fault, conditions: all = [], validationPodName: pod, nextRetryTime, lastErrorType } = status;
  const at = `-n ${metadata.namespace ?? "default"}`;
  const isSuspended = all.some(({ type, status: value }) => type === "Suspended" && value === "True");
  if (metadata.deletionTimestamp !== undefined) return ["the job is being deleted"];
  if (isSuspended) {
    return [`resume it: kubectl patch nvj ${metadata.name} ${at} --type=merge -p '{"spec":{"suspend":false}}'`];
  }
  const stalled = stall(job);
  if (stalled !== undefined) {
    return stalled.reason === "AnotherOperator"
      ? ["stop the other operator, or let it finish; this job then goes on by itself"]
      : ["put right what the condition names; the job then goes on by itself"];
  }
  switch (phase) {
    case undefined:
      return [`no operator has looked at this job yet; is one running? kubectl get pods -n ${OPERATOR_NAMESPACE}`];
    case "Succeeded":
      return [];
    case "Failed": {
      const again = `kubectl annotate nvj ${metadata.name} ${at} --overwrite ${ANNOTATION_RETRY_REQUESTED}=$(date -u +%FT%TZ)`;
      return [
        `${remedy(fault, lastErrorType)}: ${again}`,
        ...(pod === undefined ? [] : [`the whole log, while the pod is kept: kubectl logs ${at} ${pod}`]),
      ];
    }
    case "Retrying":
      if (nextRetryTime !== undefined && Date.parse(nextRetryTime) > now) return [];
      break;
    case "Pending":
    case "Initializing":
    case "Building":
    case "BuildComplete":
    case "ValidationRunning":
    case "Running":
      break;
    default:
      return phase satisfies never;
  }
  return [`follow it: ${programName()} status ${metadata.name} ${at} --watch`];
}

/** What comes before another run of a job that failed. Of what can't pass by itself nobody is told to just try again. */
function remedy(fault: Fault | undefined, errorType: ErrorType | undefined): string {
  if (fault === "user" && errorType !== "transient") {
    return "correct the notebook or the job: a changed spec starts a new run; the same once more";
  }
  if (fault === "user") return "put right what the message names, then run it again";
  return errorType === "permanent"
    ? "as things are it can't succeed; when what the message names is put right, run it again"
    : "try it once more";
}
