import { z } from "zod";
import type { BuildStrategyName } from "../api/index.js";
import { type BuildObject, type BuildObservation, strategyNamed } from "../build/index.js";
import { classifyBuild, type Failure, failureOf, schedulingFailure } from "../recovery/index.js";
import type { SeenObject } from "./classify-input.js";
import type { Found } from "./classify-pods.js";
import type { TaskRuns } from "./task-runs.js";

/** Which strategy reads an object's status. */
function strategyOf({ apiVersion, kind }: SeenObject): BuildStrategyName | undefined {
  if (apiVersion.startsWith("tekton.dev/") && (kind === "PipelineRun" || kind === "TaskRun")) return "tekton";
  if (apiVersion.startsWith("build.openshift.io/") && kind === "Build") return "s2i";
  return apiVersion.startsWith("shipwright.io/") && kind === "BuildRun" ? "shipwright" : undefined;
}

/** Whether an object is a build, by its kind. */
export function isBuild(object: SeenObject): boolean {
  return strategyOf(object) !== undefined || isShipwrightBuild(object);
}

/** What failed in a build; `undefined` while nothing has. */
export function classifySeenBuild(object: SeenObject, taskRuns: TaskRuns): Found | undefined {
  if (isShipwrightBuild(object)) return unregistered(object);
  const name = strategyOf(object);
  const related = object.kind === "TaskRun" ? [object] : taskRuns.of(object);
  const observation = name && strategyNamed(name)?.observe(object as BuildObject, related as BuildObject[]);
  const failure = observation && failureIn(observation, object);
  return failure && { failure, isSettled: observation.kind !== "pending" };
}

function failureIn(observation: BuildObservation, object: SeenObject): Failure | undefined {
  switch (observation.kind) {
    case "failed": {
      const { log, logSnippet, ...trouble } = observation.signal;
      if (logSnippet !== undefined) return classifyBuild({ ...trouble, log: logSnippet });
      const failure = classifyBuild(trouble);
      if (log === undefined || failure.errorType !== "unknown") return failure;
      const { namespace = "default" } = object.metadata;
      const command = `kubectl logs -n ${namespace} ${log.pod} -c ${log.container} | nbv classify -`;
      return { ...failure, suggestedAction: `Let its log tell why: ${command}` };
    }
    case "cancelled":
      return failureOf("BuildCancelled", { message: `The ${object.kind} was cancelled` });
    case "pending": {
      const { message = "" } = observation;
      // Tekton goes on trying to make a pod that a quota refuses.
      if (/exceeded quota/.test(message)) return classifyBuild({ reason: "PodCreationFailed", message });
      return schedulingFailure(message);
    }
    case "running":
    case "complete":
      return undefined;
    default:
      return observation satisfies never;
  }
}

/** A Shipwright Build is a definition: it fails only where it can't be used at all. */
function isShipwrightBuild({ apiVersion, kind }: SeenObject): boolean {
  return apiVersion.startsWith("shipwright.io/") && kind === "Build";
}

/** What a Shipwright Build's controller says about it. */
const Registration = z.object({
  registered: z.string().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
});

function unregistered(object: SeenObject): Found | undefined {
  const status = Registration.catch({}).parse(object.status);
  if (status.registered !== "False") return undefined;
  const failure = classifyBuild({ reason: status.reason ?? "", message: status.message ?? "" });
  return { failure, isSettled: true };
}
