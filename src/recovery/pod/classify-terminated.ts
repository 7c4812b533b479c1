import type { ContainerStateTerminated } from "kubernetes-types/core/v1.js";
import { classifySource } from "../classify-source.js";
import { reasonOfExit } from "../classify-verdict.js";
import type { Failure } from "../failure.js";
import { failureOf } from "../reasons/catalogue.js";
import type { ContainerRole } from "../recoveries-of.js";
import { errorTypeOfText } from "../text/text-patterns.js";
import { classifyStartError } from "./classify-waiting.js";
import { parseSourceTermination } from "./source-termination.js";

/** Which container ended, and in which part of the pod it stood. */
export interface EndedContainer {
  readonly name: string;
  readonly role: ContainerRole;
  readonly isInit: boolean;
  readonly runningCell?: number | undefined;
  /** Resident memory at the end of the cell before, in bytes. */
  readonly memoryBefore?: number | undefined;
  /** `limits.memory` of the container. */
  readonly memoryLimit?: string | undefined;
}

const STATES_OF_NEVER_RAN = new Set(["StartError", "ContainerCannotRun", "RunContainerError"]);

/** What it means that a container ended so. `undefined` when it ended well. */
export function classifyTerminated(state: ContainerStateTerminated, container: EndedContainer): Failure | undefined {
  const { exitCode, reason, message } = state;
  if (exitCode === 0 && reason !== "OOMKilled") return undefined;
  const about = { failedContainer: container.name, role: container.role };
  if (reason === "OOMKilled") return outOfMemory(container);
  if (reason !== undefined && STATES_OF_NEVER_RAN.has(reason)) {
    const found = classifyStartError(message);
    return failureOf(found.reason, { ...found.details, ...about });
  }
  if (reason === "ContainerStatusUnknown") return failureOf("NodeLost", { ...about, detail: message });
  if (exitCode === 127) return failureOf("CommandNotFound", { ...about, detail: message });
  if (exitCode === 126) return failureOf("PermissionDenied", { ...about, detail: message });
  return container.isInit ? initFailure(state, container) : mainFailure(state, container);
}

function outOfMemory(container: EndedContainer): Failure {
  const { name, role, runningCell } = container;
  const isNotebook = role === "notebook";
  const where =
    isNotebook && runningCell !== undefined
      ? `killed while cell ${runningCell} was running`
      : `container ${name} was killed`;
  return failureOf("OOMKilled", {
    failedContainer: name,
    role,
    detail: where + memoryOf(container),
    ...(isNotebook ? { cell: runningCell } : { fault: "platform", ...detailsOfOther(container) }),
  });
}

/** When a container that is not the notebook's was killed, and who may give it more memory. */
function detailsOfOther({ name, role, isInit }: EndedContainer): Pick<Failure, "stage" | "suggestedAction"> {
  if (role === "source") {
    return { stage: "source", suggestedAction: "Raise the memory of the container that fetches the source" };
  }
  return {
    stage: isInit ? "start" : "run",
    suggestedAction: `Raise the memory limit of the container ${name} where it is added to the pod, or keep it out of the pod`,
  };
}

/** What was held before, and where the limit is: the kill proves that it was reached. */
function memoryOf({ role, memoryBefore, memoryLimit }: EndedContainer): string {
  const before = memoryBefore !== undefined && role === "notebook" && `${Math.ceil(memoryBefore / 2 ** 20)}Mi before`;
  const amounts = [before, memoryLimit !== undefined && `limit ${memoryLimit}`].filter(Boolean);
  return amounts.length === 0 ? "" : ` (${amounts.join(", ")})`;
}

function initFailure({ exitCode, message }: ContainerStateTerminated, { name, role }: EndedContainer): Failure {
  const report = parseSourceTermination(message);
  if (report) return classifySource(report, name, role);
  // A report of something else than a failure is no text to learn from.
  const words = message?.startsWith("{") ? "" : (message?.trim() ?? "");
  const classified = classifySource({ message: words }, name, role);
  if (classified.reason !== "Unknown") return classified;
  return failureOf("InitContainerError", {
    failedContainer: name,
    role,
    detail: `${name} ended with exit code ${exitCode}${words === "" ? "" : `: ${words}`}`,
    ...(classified.errorType !== "unknown" && { errorType: classified.errorType }),
  });
}

function mainFailure({ exitCode, message }: ContainerStateTerminated, container: EndedContainer): Failure {
  const { name, role, runningCell } = container;
  const about = { failedContainer: name, role, cell: runningCell };
  const reason = reasonOfExit(exitCode);
  if (reason) return failureOf(reason, about);
  if (exitCode === 137 || exitCode === 143) {
    return failureOf("VerdictMissing", { ...about, detail: `killed from outside (exit code ${exitCode})` });
  }
  // A verdict that could not be verified is no text to learn from.
  const words = message?.startsWith("{") ? "" : (message ?? "");
  return failureOf("Unknown", {
    ...about,
    detail: `${name} ended with exit code ${exitCode}${words === "" ? "" : `: ${words}`}`,
    errorType: errorTypeOfText(words),
  });
}
