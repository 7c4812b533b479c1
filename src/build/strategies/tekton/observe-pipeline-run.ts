import type { BuildFailureSignal, BuildObject, BuildObservation, ObjectOfRun } from "../build-strategy.js";
import { builtImage } from "../built-image.js";
import { listAt, textAt } from "../read-field.js";
import { type SucceededCondition, succeededCondition } from "../succeeded-condition.js";
import { firstStart, type SeenStep, seenSteps, workingStep } from "./seen-steps.js";

/** Reasons with which a run ends that somebody stopped. */
const CANCELLED = new Set([
  "Cancelled",
  "CancelledRunningFinally",
  "StoppedRunningFinally",
  "PipelineRunCancelled",
  "TaskRunCancelled",
]);

/** Results that name the image, best first: our own, then those that Tekton Chains reads and every builder writes. */
const URL_RESULTS = ["image-url", "IMAGE_URL"];
const DIGEST_RESULTS = ["image-digest", "IMAGE_DIGEST"];

/** What a PipelineRun and its TaskRuns say about a build, whichever Pipeline it is. */
export function observePipelineRun(run: BuildObject, related: readonly BuildObject[]): BuildObservation {
  const taskRuns = inOrder(related.filter(({ kind }) => kind === "TaskRun"));
  const condition = succeededCondition(run);
  const times = timesOf(run, taskRuns);
  switch (condition?.status) {
    case undefined:
      return { kind: "pending" };
    case "Unknown":
      return underWay(condition, taskRuns, times.startTime);
    case "True":
      return complete(run, times);
    case "False":
      if (CANCELLED.has(condition.reason))
        return { kind: "cancelled", ...only("completionTime", times.completionTime) };
      return { kind: "failed", signal: failureSignal(run, condition, taskRuns), ...times };
  }
}

interface Times {
  readonly startTime?: string;
  readonly completionTime?: string;
}

function timesOf(run: BuildObject, taskRuns: readonly BuildObject[]): Times {
  return {
    ...only("startTime", firstStart(taskRuns)),
    ...only("completionTime", textAt(run, "status", "completionTime")),
  };
}

function underWay(
  condition: SucceededCondition,
  taskRuns: readonly BuildObject[],
  startTime: string | undefined,
): BuildObservation {
  if (startTime === undefined) {
    // The TaskRun knows more: that no node has room, or that an image can't be pulled.
    const { reason, message } = lastOf(taskRuns.map(succeededCondition)) ?? condition;
    return { kind: "pending", ...only("reason", reason || undefined), ...only("message", message || undefined) };
  }
  return { kind: "running", startTime, ...workingStep(taskRuns) };
}

function complete(run: BuildObject, times: Times): BuildObservation {
  const results = new Map(
    listAt(run, "status", "results").map((result) => [textAt(result, "name"), textAt(result, "value")]),
  );
  const first = (names: readonly string[]) => lastOf(names.map((name) => results.get(name)).reverse());
  const image = builtImage(first(URL_RESULTS), first(DIGEST_RESULTS));
  if (image === undefined) {
    const message = `the run succeeded without telling its image: it owes the results ${URL_RESULTS[1]} and ${DIGEST_RESULTS[1]}`;
    return { kind: "failed", signal: { reason: "ImageNotReported", message }, ...times };
  }
  const cached = Number(results.get("cached-layers") ?? Number.NaN);
  return { kind: "complete", image, ...times, ...(Number.isInteger(cached) && { cacheHit: cached > 0 }) };
}

function failureSignal(
  run: BuildObject,
  condition: SucceededCondition,
  taskRuns: readonly BuildObject[],
): BuildFailureSignal {
  for (const taskRun of taskRuns) {
    const own = succeededCondition(taskRun);
    if (own?.status !== "False") continue;
    const failed = seenSteps(taskRun).find(({ kind }) => kind === "failed");
    const pod = textAt(taskRun, "status", "podName");
    const reason = reasonOf(condition, own, failed);
    // A task that was stopped with its run knows only that it was stopped.
    const teller = reason === condition.reason && reason !== own.reason ? condition : own;
    return {
      reason,
      message: teller.message || own.message || condition.message,
      ...(failed !== undefined && { step: failed.name }),
      ...only("exitCode", failed?.exitCode),
      ...(failed !== undefined && pod !== undefined && { log: { pod, container: failed.container } }),
    };
  }
  const untold = untoldOf(run, taskRuns);
  return { reason: condition.reason || "Failed", message: condition.message, ...(untold.length > 0 && { untold }) };
}

/** TaskRuns of the run that are not among those that were seen to end: what they tell is on its way. */
function untoldOf(run: BuildObject, taskRuns: readonly BuildObject[]): ObjectOfRun[] {
  const ended = taskRuns.filter((taskRun) => (succeededCondition(taskRun)?.status ?? "Unknown") !== "Unknown");
  return listAt(run, "status", "childReferences").flatMap((child) => {
    const [kind, name] = [textAt(child, "kind"), textAt(child, "name")];
    if (kind !== "TaskRun" || name === undefined) return [];
    return ended.some(({ metadata }) => metadata.name === name) ? [] : [{ kind, name }];
  });
}

/** The most telling one: that a container was killed for its memory says more than that its step failed. */
function reasonOf(run: SucceededCondition, taskRun: SucceededCondition, failed: SeenStep | undefined): string {
  if (failed?.isOutOfMemory === true) return "StepOOM";
  if (run.reason === "PipelineRunTimeout") return run.reason;
  if (taskRun.reason !== "" && taskRun.reason !== "Failed") return taskRun.reason;
  return failed === undefined ? run.reason || "Failed" : "StepFailed";
}

function inOrder(objects: readonly BuildObject[]): BuildObject[] {
  const age = ({ metadata }: BuildObject) => `${metadata.creationTimestamp ?? ""} ${metadata.name}`;
  return [...objects].sort((a, b) => (age(a) < age(b) ? -1 : 1));
}

function lastOf<T>(values: readonly (T | undefined)[]): T | undefined {
  return values.filter((value) => value !== undefined).at(-1);
}

function only<K extends string, V>(key: K, value: V | undefined): { [_ in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [_ in K]: V });
}
