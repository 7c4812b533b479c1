import type { BuildFailureSignal, BuildObject, BuildObservation } from "../build-strategy.js";
import { builtImage } from "../built-image.js";
import { numberAt, textAt } from "../read-field.js";
import { type SucceededCondition, succeededCondition } from "../succeeded-condition.js";
import { firstStart, workingStep } from "../tekton/seen-steps.js";

const CANCELLED = new Set(["BuildRunCanceled", "TaskRunCancelled", "Cancelled"]);

/** What a BuildRun says about a build; its TaskRun adds the steps. */
export function observeBuildRun(run: BuildObject, related: readonly BuildObject[]): BuildObservation {
  const condition = succeededCondition(run);
  const taskRuns = related.filter(({ kind }) => kind === "TaskRun");
  const startTime = firstStart(taskRuns) ?? textAt(run, "status", "startTime");
  const completionTime = textAt(run, "status", "completionTime");
  const times = {
    ...(startTime !== undefined && { startTime }),
    ...(completionTime !== undefined && { completionTime }),
  };
  switch (condition?.status) {
    case undefined:
      return { kind: "pending" };
    case "Unknown":
      return underWay(condition, taskRuns, startTime);
    case "True":
      return complete(run, times);
    case "False":
      if (CANCELLED.has(condition.reason)) {
        return { kind: "cancelled", ...(completionTime !== undefined && { completionTime }) };
      }
      return { kind: "failed", signal: failureSignal(run, condition), ...times };
  }
}

function underWay(
  { reason, message }: SucceededCondition,
  taskRuns: readonly BuildObject[],
  startTime: string | undefined,
): BuildObservation {
  const hasStarted = taskRuns.length > 0 ? firstStart(taskRuns) !== undefined : reason === "Running";
  if (startTime === undefined || !hasStarted) {
    return { kind: "pending", ...(reason !== "" && { reason }), ...(message !== "" && { message }) };
  }
  return { kind: "running", startTime, ...workingStep(taskRuns) };
}

function complete(run: BuildObject, times: { startTime?: string; completionTime?: string }): BuildObservation {
  const url =
    textAt(run, "status", "buildSpec", "output", "image") ?? textAt(run, "spec", "build", "spec", "output", "image");
  const image = builtImage(url, textAt(run, "status", "output", "digest"));
  if (image === undefined) {
    const message = "the run succeeded without telling its image: status.output.digest is missing";
    return { kind: "failed", signal: { reason: "ImageNotReported", message }, ...times };
  }
  const sizeBytes = numberAt(run, "status", "output", "size");
  return { kind: "complete", image, ...times, ...(sizeBytes !== undefined && sizeBytes > 0 && { sizeBytes }) };
}

/** A step may say more than its exit code: the strategy's own reason and message come first. */
function failureSignal(run: BuildObject, condition: SucceededCondition): BuildFailureSignal {
  const pod = textAt(run, "status", "failureDetails", "location", "pod");
  const container = textAt(run, "status", "failureDetails", "location", "container");
  const ownReason = textAt(run, "status", "failureDetails", "reason");
  return {
    reason: (condition.reason === "Failed" ? ownReason : undefined) ?? (condition.reason || "Failed"),
    message: textAt(run, "status", "failureDetails", "message") ?? condition.message,
    ...(container !== undefined && { step: container.replace(/^step-/, "") }),
    ...(pod !== undefined && container !== undefined && { log: { pod, container } }),
  };
}
