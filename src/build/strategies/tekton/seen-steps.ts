import type { BuildObject, BuildProgress } from "../build-strategy.js";
import { fieldAt, listAt, numberAt, textAt } from "../read-field.js";

/** One step of a TaskRun, as its status tells. */
export interface SeenStep {
  readonly name: string;
  /** Container of the pod. */
  readonly container: string;
  readonly kind: "waiting" | "running" | "done" | "failed";
  /** RFC 3339; of the container, which waits for its turn in there. */
  readonly startedAt?: string;
  readonly exitCode?: number;
  readonly isOutOfMemory: boolean;
}

/** Steps that ended because an earlier one failed, or that were allowed to fail. */
const HARMLESS = new Set(["Skipped", "Continued", "Completed"]);

/**
 * The steps of a TaskRun in their order. All containers of the pod start at once, and each waits until the one before
 * it has ended: the first that has not ended is the one that works.
 */
export function seenSteps(taskRun: unknown): SeenStep[] {
  let isTaken = false;
  return listAt(taskRun, "status", "steps").map((step) => {
    const seen = seenStep(step);
    if (seen.kind !== "running") return seen;
    const kind = isTaken ? "waiting" : "running";
    isTaken = true;
    return { ...seen, kind };
  });
}

/** When the first container of some TaskRuns started: waiting for a node or a quota is no building. */
export function firstStart(taskRuns: readonly BuildObject[]): string | undefined {
  return taskRuns
    .flatMap((taskRun) => seenSteps(taskRun).map(({ startedAt }) => startedAt))
    .filter((time) => time !== undefined)
    .sort()[0];
}

/** The step of some TaskRuns that works right now, and where its log is. */
export function workingStep(taskRuns: readonly BuildObject[]): {
  readonly progress: BuildProgress;
  readonly log?: { readonly pod: string; readonly container: string };
} {
  for (const taskRun of taskRuns) {
    const pod = textAt(taskRun, "status", "podName");
    const step = seenSteps(taskRun).find(({ kind }) => kind === "running");
    if (step === undefined || pod === undefined) continue;
    return { progress: { currentStep: stepActivity(step.name) }, log: { pod, container: step.container } };
  }
  return { progress: {} };
}

function seenStep(step: unknown): SeenStep {
  const name = textAt(step, "name") ?? "unnamed";
  const container = textAt(step, "container") ?? `step-${name}`;
  const terminated = fieldAt(step, "terminated");
  const startedAt = textAt(terminated, "startedAt") ?? textAt(step, "running", "startedAt");
  const exitCode = numberAt(terminated, "exitCode");
  const isOutOfMemory =
    textAt(terminated, "reason") === "OOMKilled" || textAt(step, "terminationReason") === "OOMKilled";
  return {
    name,
    container,
    kind: kindOf(step, terminated),
    isOutOfMemory,
    ...(startedAt !== undefined && { startedAt }),
    ...(exitCode !== undefined && { exitCode }),
  };
}

function kindOf(step: unknown, terminated: unknown): SeenStep["kind"] {
  if (terminated === undefined) return fieldAt(step, "running") === undefined ? "waiting" : "running";
  if (numberAt(terminated, "exitCode") === 0) return "done";
  return HARMLESS.has(textAt(step, "terminationReason") ?? "") ? "done" : "failed";
}

const ACTIVITIES: Readonly<Record<string, string>> = {
  fetch: "Fetching the source",
  dockerfile: "Laying out the Dockerfile",
  build: "Building the image",
  push: "Pushing the image",
};

/** What a step does, for people. Steps of foreign Pipelines go by their name. */
export function stepActivity(name: string): string {
  return Object.hasOwn(ACTIVITIES, name) ? (ACTIVITIES[name] ?? name) : `Step ${name}`;
}
