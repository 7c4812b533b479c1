import type { Pod } from "kubernetes-types/core/v1.js";
import type { Finding } from "../pod/classify-waiting.js";
import { missingVolumeKey } from "../pod/missing-volume-key.js";
import { openTrouble, type PodEvent } from "./open-trouble.js";

/** Troubles that a pod's status is silent about. */
const UNTOLD: ReadonlySet<string> = new Set([
  "FailedMount",
  "FailedAttachVolume",
  "FailedMapVolume",
  "FailedCreatePodSandBox",
]);

/**
 * What keeps a pod from starting of which its status says nothing: volumes, or its sandbox. The newest trouble counts,
 * unless the pod has come beyond it since.
 *
 * @param events newest last
 * @param pod its volumes tell whose key is missing. @default nothing is known of them
 */
export function classifyPodEvents(events: readonly PodEvent[], pod: Pod = {}): Finding | undefined {
  const { event, finding } = openTrouble(events, UNTOLD) ?? {};
  if (event === undefined || finding === undefined) return undefined;
  const missing = finding.details.missing ?? missingVolumeKey(event.message ?? "", pod);
  return { ...finding, details: { ...finding.details, missing } };
}
