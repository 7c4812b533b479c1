import type { NotebookValidationJob } from "../api/index.js";
import { isHolding } from "../operator/decide/waiting/holding.js";
import { age, timeLeft } from "./age.js";
import { findingsText, oneLine, shortCommit, verdictText } from "./job-findings.js";
import { isFinished, nextSteps, stall } from "./job-next-steps.js";
import { jobTimeline } from "./job-timeline.js";
import { nextRun } from "./next-run.js";
import { palette, printable } from "./output.js";
import { waitText } from "./wait-text.js";

type Status = NonNullable<NotebookValidationJob["status"]>;

/** Longest line of the timeline, in characters. */
const MAX_LINE = 240;

/**
 * Everything that matters about one job, for people: where it stands, how it came there, what failed and what was done
 * about it, and what to do next.
 */
export function jobStory(job: NotebookValidationJob, now: number, stream: { isTTY?: boolean }): string {
  const { bold, dim } = palette(stream);
  const { metadata, spec, status = {} } = job;
  const commit = shortCommit(status.source?.commit);
  const isOver = isFinished(job);
  const timeline = jobTimeline(status, now);
  const lines = [
    `${bold(printable(metadata.name))}  ${printable(spec.notebook.path)}${commit === undefined ? "" : dim(`  @ ${printable(commit)}`)}${dim(`  (namespace ${printable(metadata.namespace ?? "")})`)}`,
    ...facts(job, now).map(([title, text]) => `  ${dim(`${title}:`.padEnd(12))} ${oneLine(text, 512)}`),
    ...(timeline.length === 0 ? [] : ["", dim("  what happened, the oldest first:")]),
    ...timeline.map((happening) => `  ${oneLine(happening, MAX_LINE)}`),
    ...(timeline.length === 0 ? [] : [""]),
    ...findingsText(job, stream),
    ...(isOver ? [verdictText(job, stream)] : []),
    ...nextSteps(job, now).flatMap((step) => ["", `  → ${oneLine(step, 512)}`]),
  ];
  // Each part brings the empty line before it, and some have one behind.
  return `${lines.join("\n").replaceAll(/\n{3,}/g, "\n\n")}\n`;
}

function facts(job: NotebookValidationJob, now: number): [title: string, text: string][] {
  const { status = {} } = job;
  const stalled = stall(job);
  const found: [string, string | undefined][] = [
    ["phase", phaseText(job, now)],
    [
      "waiting",
      isHolding(status) && status.waitingFor ? waitText(status.waitingFor, status.nextRetryTime, now) : undefined,
    ],
    ["stalled", stalled && `${stalled.reason}: ${stalled.message}`],
    // The verdict of a job that has ended comes last, with its message.
    ["message", isFinished(job) || status.message === stalled?.message ? undefined : status.message],
    ["progress", progress(job)],
    [
      "spec",
      isFinished(job) && nextRun(job).hasOtherSpec ? "changed since this run, of which all the rest tells" : undefined,
    ],
    ["ref", status.source?.ref],
    ["image", image(status)],
    ["pod", status.validationPodName],
    ["memory", memory(status)],
    ["retries", status.retryCount === undefined || status.retryCount === 0 ? undefined : retries(job, now)],
    ...(status.source?.warnings ?? []).map((warning): [string, string] => ["source", warning]),
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
  // A retry by hand and the end of a suspension give the run its time anew: `startTime`.
  const begun = status.queuedAt ?? status.startTime;
  return begun === undefined ? status.phase : `${status.phase}; the run began ${ago(begun)}`;
}

function image({ recovery, buildStatus, attempts }: Status): string | undefined {
  if (recovery?.image !== undefined) return `${recovery.image} (pre-built, in place of the job's own)`;
  const own = buildStatus?.imageDigest ?? attempts?.[0]?.image;
  return recovery?.sourceFromImage === true && own !== undefined ? `${own} (the notebook is its copy)` : own;
}

function memory({ recovery, resources }: Status): string | undefined {
  const raised = recovery?.memoryLimit === undefined ? [] : [`limit raised to ${recovery.memoryLimit}`];
  return [resources?.peakMemory ?? [], raised].flat().join(", ");
}

function progress({ status = {} }: NotebookValidationJob): string | undefined {
  const { phase, progress: done, cells } = status;
  if (phase !== "ValidationRunning" || done === undefined) return undefined;
  const at = done.cell === undefined ? "" : `, cell ${done.cell} runs`;
  return `${cells ?? `${done.percent ?? 0} %`}${at}`;
}

function retries({ status = {} }: NotebookValidationJob, now: number): string {
  const { retryCount = 0, validationRetryCount, buildRetryCount = 0, nextRetryTime, retryStrategy } = status;
  // Of an operator that was here before, nobody knows who paid.
  const ofPlatform = Math.max(0, retryCount - (validationRetryCount ?? retryCount) - buildRetryCount);
  // What a job that waits does next is no retry.
  const next = isHolding(status) ? "" : timeLeft(nextRetryTime, now);
  return [
    ofPlatform === 0 ? String(retryCount) : `${retryCount} (${ofPlatform} for the platform's losses, at no cost)`,
    ...(retryStrategy === undefined ? [] : [`strategy ${retryStrategy}`]),
    ...(next === "" ? [] : [`the next one in ${next}`]),
  ].join(", ");
}

/** Conditions that say more than phase and verdict do. */
function conditions(job: NotebookValidationJob): string[] {
  const said = stall(job)?.message ?? job.status?.message ?? "";
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
          // Of a job that has ended they repeat the message, as most do on the way.
          return status !== "True" && !isFinished(job) && !said.includes(message);
        default:
          return false;
      }
    })
    .map(({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`);
}
