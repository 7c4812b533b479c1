import { SOURCE_CONTAINER } from "../../validation/index.js";
import { classifyBuild } from "../classify-build.js";
import type { Failure } from "../failure.js";
import { failureOf } from "../reasons/catalogue.js";
import type { ContainerRole } from "../recoveries-of.js";
import { openTrouble, type PodEvent } from "./open-trouble.js";

/** An event about any object. */
export interface ObjectEvent extends PodEvent {
  /** `Normal` or `Warning`. */
  readonly type?: string | undefined;
  /** Part of the object: `spec.containers{notebook}`. */
  readonly fieldPath?: string | undefined;
}

/** Kinds that build images: a failure of theirs says so in words of its own. */
const BUILD_KINDS: ReadonlySet<string> = new Set(["PipelineRun", "TaskRun", "Build", "BuildRun"]);

/** Of a kubelet that did not find the Secret with which to pull; it tries without. */
const PULL_SECRET = /Unable to retrieve some image pull secrets \(([-a-z0-9.]{1,253})/;

/**
 * What the events about one object tell of a failure; `undefined` when they tell of none that lasts.
 *
 * @param kind of the object
 * @param events newest last
 */
export function classifyObjectEvents(kind: string, events: readonly ObjectEvent[]): Failure | undefined {
  if (BUILD_KINDS.has(kind)) return ofBuild(events);
  const trouble = openTrouble(events);
  if (trouble === undefined) return undefined;
  const { event, finding } = trouble;
  const { failedContainer, role } = containerIn(event.fieldPath);
  const failure = failureOf(finding.reason, {
    ...finding.details,
    failedContainer: finding.details.failedContainer ?? failedContainer,
    role,
  });
  return withPullSecret(failure, events);
}

/** As Tekton, Shipwright and OpenShift say that a build ended well; `Completed` is Tekton's for one that left out tasks. */
const BUILT: ReadonlySet<string> = new Set(["Succeeded", "Completed", "BuildCompleted"]);

function ofBuild(events: readonly ObjectEvent[]): Failure | undefined {
  const at = events.findLastIndex(({ type, reason = "" }) => type === "Warning" || /Failed|Timeout|OOM/.test(reason));
  const failed = events[at];
  if (failed === undefined || events.slice(at + 1).some(({ reason = "" }) => BUILT.has(reason))) return undefined;
  return classifyBuild({ reason: failed.reason ?? "Failed", message: failed.message ?? "" });
}

function containerIn(fieldPath = ""): { failedContainer?: string; role?: ContainerRole } {
  const [, list, name] = /^spec\.(initContainers|containers)\{([^}]{1,253})\}$/.exec(fieldPath) ?? [];
  if (name === undefined) return {};
  // Which of a foreign pod's containers does the work, its events don't tell.
  const isSource = name === SOURCE_CONTAINER || list === "initContainers";
  return { failedContainer: name, role: isSource ? "source" : "notebook" };
}

/** A refused pull without the Secret that the pod names is no riddle. */
function withPullSecret(failure: Failure, events: readonly ObjectEvent[]): Failure {
  if (failure.reason !== "ErrImagePull" && failure.reason !== "ImagePullBackOff") return failure;
  const [, name] =
    PULL_SECRET.exec(events.findLast(({ message = "" }) => PULL_SECRET.test(message))?.message ?? "") ?? [];
  if (name === undefined) return failure;
  const suggestedAction = `Create the pull Secret ${name} in the pod's namespace, or correct its name`;
  return { ...failure, missing: { kind: "Secret", name }, suggestedAction };
}
