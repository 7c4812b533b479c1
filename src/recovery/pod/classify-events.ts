import type { FailureReason } from "../reasons/catalogue.js";
import type { Finding } from "./classify-waiting.js";

/** As much of an event about a pod as its classification needs. */
export interface PodEvent {
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

/** Troubles that a pod's status is silent about, and the events that say that they are over. */
const OVERCOME_BY: Readonly<Record<string, readonly string[]>> = {
  FailedAttachVolume: ["SuccessfulAttachVolume"],
  FailedMount: [],
  FailedCreatePodSandBox: [],
};
/** A kubelet does none of this before all volumes of the pod are mounted and its sandbox is there. */
const BEYOND = ["Pulling", "Pulled", "Created", "Started"];

/** A kubelet's summary of what it has said before, in better words. */
const SUMMARY = /^Unable to attach or mount volumes: /;

const MOUNT_WORDS: readonly (readonly [RegExp, FailureReason])[] = [
  [/secret "[^"]*" not found|references non-existent secret key/i, "SecretMissing"],
  [/configmap "[^"]*" not found|references non-existent config key/i, "ConfigMapMissing"],
];

/**
 * What keeps a pod from starting of which its status says nothing: volumes, or its sandbox. The newest trouble counts,
 * unless the pod has come beyond it since.
 *
 * @param events newest last
 */
export function classifyPodEvents(events: readonly PodEvent[]): Finding | undefined {
  const open = events.filter(({ reason = "" }, index) => {
    if (!Object.hasOwn(OVERCOME_BY, reason)) return false;
    const over = [...BEYOND, ...(OVERCOME_BY[reason] ?? [])];
    return !events.slice(index + 1).some((later) => over.includes(later.reason ?? ""));
  });
  const trouble = open.findLast(({ message = "" }) => !SUMMARY.test(message)) ?? open.at(-1);
  if (trouble === undefined) return undefined;
  const { reason, message = "" } = trouble;
  const details = { detail: message };
  if (reason === "FailedCreatePodSandBox") return { reason: "CreateContainerError", details };
  return { reason: MOUNT_WORDS.find(([words]) => words.test(message))?.[1] ?? "VolumeMountFailed", details };
}
