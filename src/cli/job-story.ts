import { ANNOTATION_RETRY_REQUESTED, type NotebookValidationJob, OPERATOR_NAMESPACE } from "../api/index.js";
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
  const { metadata, status = {} } = job;
  const since = status.completionTime ?? status.startTime ?? metadata.creationTimestamp;
  const phase = status.phase ?? "not looked at yet";
  const found: [string, string | undefined][] = [
    ["phase", `${phase}, since ${age(since, now) || "?"}`],
    // The verdict of a job that has ended comes last, with its message.
    ["message", isFinished(job) ? undefined : status.message],
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
  const { phase, fault, conditions: all = [], validationPodName: pod, nextRetryTime } = status;
  const at = `-n ${metadata.namespace ?? "default"}`;
  const isSuspended = all.some(({ type, status: value }) => type === "Suspended" && value === "True");
  if (metadata.deletionTimestamp !== undefined) return ["the job is being deleted"];
  if (isSuspended) {
    return [`resume it: kubectl patch nvj ${metadata.name} ${at} --type=merge -p '{"spec":{"suspend":false}}'`];
  }
  switch (phase) {
    case undefined:
      return [`no operator has looked at this job yet; is one running? kubectl get pods -n ${OPERATOR_NAMESPACE}`];
    case "Succeeded":
      return [];
    case "Failed": {
      const again = `kubectl annotate nvj ${metadata.name} ${at} --overwrite ${ANNOTATION_RETRY_REQUESTED}=$(date -u +%FT%TZ)`;
      const first =
        fault === "user"
          ? `correct the notebook or the job: a changed spec starts a new run; the same once more: ${again}`
          : `try it once more: ${again}`;
      return [first, ...(pod === undefined ? [] : [`the whole log, while the pod is kept: kubectl logs ${at} ${pod}`])];
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
